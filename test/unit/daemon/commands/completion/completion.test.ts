import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onlyWith } from '../../../../support/optional-tool.ts';
import { Workspace } from '../../../../support/rampart.ts';

const workspace = new Workspace();
const scripts = new Map<string, string>();
/** Of each command, as its help lists them. */
const flags = new Map<string, readonly string[]>();

beforeAll(async () => {
  workspace.write('policies.yaml', '');
  for (const shell of ['bash', 'zsh', 'fish']) {
    scripts.set(shell, (await workspace.runHere(['completion', shell])).stdout);
  }
  const { stdout } = await workspace.runHere(['--help']);
  for (const [, name = ''] of stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) {2}/gm)) {
    if (name === 'help') continue;
    const help = (await workspace.runHere([name, '--help'])).stdout;
    flags.set(
      name,
      [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag = '']) => flag),
    );
  }
});

afterAll(() => workspace.dispose());

describe('rampart completion', () => {
  it.each(['bash', 'zsh', 'fish'])('of %s names every command and every flag', (shell) => {
    const script = scripts.get(shell) ?? '';
    expect(flags.size).toBeGreaterThan(15);
    for (const [name, its] of flags) {
      expect(its).toContain('--help');
      for (const flag of its) {
        const words = shell === 'fish' ? `from ${name}; .* -l ${flag.slice(2)} ` : `${flag}\\b`;
        const part = shell === 'zsh' ? zshPart(script, name) : script;
        expect([name, flag, new RegExp(words).test(part)]).toEqual([name, flag, true]);
      }
    }
  });

  onlyWith('bash', it)('completes in bash', () => {
    const typed = [
      ['rampart', 'expl'],
      ['rampart', 'plan', '--fo'],
      ['rampart', 'plan', '--format', ''],
      ['rampart', 'plan', '--format', '=', 'j'],
      ['rampart', 'help', 'imp'],
      ['rampart', 'completion', 'f'],
      ['rampart', 'plan', '--group', ''],
      ['rampart', 'validate', 'pol'],
    ];
    const script = [
      scripts.get('bash') ?? '',
      'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rampart; echo "${COMPREPLY[*]}"; }',
      // Outside of a completion bash has no options of one.
      'compopt() { true; }',
      ...typed.map((words) => `try ${words.map((word) => `'${word}'`).join(' ')}`),
    ].join('\n');
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], {
      cwd: workspace.folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      'explain',
      '--format',
      'text json markdown',
      'json',
      'import',
      'fish',
      '',
      '',
      '',
    ]);
  });

  it('offers files where files may stand', () => {
    expect(scripts.get('zsh')).toMatch(/ {4}validate\)\n(?: {6,}.*\n)*? {8}'\*:file:_files'\n/);
    expect(scripts.get('fish')).toMatch(/from validate; .* -F$/m);
    expect(scripts.get('fish')).toMatch(/from plan; .* -l config .* -r -F$/m);
  });

  it('knows no other shell', async () => {
    const { code, stderr } = await workspace.runHere(['completion', 'tcsh']);
    expect(code).toBe(1);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish');
  });
});

/** What the script has for one command. */
function zshPart(script: string, name: string): string {
  const start = script.indexOf(`    ${name})\n`);
  return script.slice(start, script.indexOf(';;', start));
}
