// The commands of the pages: what a reader pastes into a shell. `rampart` runs in this process, the rest in bash.
import { spawnSync } from 'node:child_process';
import { runCommand } from '../../test/support/command.ts';
import type { PageBlock } from './page-blocks.ts';

const SHELLS: ReadonlySet<string> = new Set(['sh', 'console', '']);

/** Lines of a block that are commands, without what a comment says; a line that goes on in the next is one. */
export function commandsIn({ language, text }: PageBlock): string[] {
  if (!SHELLS.has(language)) return [];
  const whole = text.replaceAll(/'[^']*'/g, (quoted) => quoted.replaceAll('\n', ' '));
  const lines = whole.replaceAll('\\\n', ' ').replaceAll('|\n', '| ').split('\n');
  const shown = lines.map((line) => line.trim()).filter((line) => line !== '');
  const typed = shown.filter((line) => line.startsWith('$ '));
  if (language !== 'sh' && typed.length > 0) return typed.map((line) => line.slice(2));
  return shown.map((line) => line.replace(/\s+# .*$/, ''));
}

/** Words of a command line, without their quotes. */
const wordsIn = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );

export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one line in that folder. Throws if it fails: a page shows what works. That `validate` finds problems is no failure. */
export async function typed(folder: string, line: string): Promise<Printed> {
  const printed = await outcomeOf(folder, line);
  const isFound = line === 'rampart validate' && printed.code === 1;
  if (!isFound && (printed.code === 1 || printed.code === null)) {
    throw new Error(`${line}\n${printed.stdout}${printed.stderr}`);
  }
  return printed;
}

async function outcomeOf(folder: string, line: string): Promise<Printed> {
  const [, isNpx, rest] = /^(npx )?rampart (.*)$/.exec(line) ?? [];
  if (rest !== undefined) {
    return runCommand(folder, wordsIn(rest), isNpx === undefined ? {} : { npm_command: 'exec' });
  }
  const { status, stdout, stderr } = spawnSync('bash', ['-ec', line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...GIT_AUTHOR },
  });
  return { code: status, stdout, stderr };
}

const GIT_AUTHOR = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** Lines that fit, in their order, with one `…` for each run of others between them. */
export function onlyLines(text: string, fits: RegExp): string {
  const shown: string[] = [];
  let leftOut = false;
  for (const line of text.trimEnd().split('\n')) {
    if (!fits.test(line)) leftOut = shown.length > 0;
    else {
      shown.push(...(leftOut ? ['…'] : []), line);
      leftOut = false;
    }
  }
  return shown.join('\n');
}

/** As a terminal of so many columns shows the log: a problem is never cut. */
export const atColumns = (text: string, columns: number): string =>
  text
    .split('\n')
    .map((line) =>
      line.length > columns && !line.includes('WARN') ? `${line.slice(0, columns - 1)}…` : line,
    )
    .join('\n');
