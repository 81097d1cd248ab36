// The unit in deploy/, as systemd rates it, and what the daemon asks of the kernel beside what the unit lets through.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { GitEstate } from '../support/git-estate.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { MAIN, RampartProcess } from '../support/rampart.ts';

const UNIT = path.resolve(import.meta.dirname, '../../deploy/rampart.service');

const analyze = (...args: readonly string[]): string =>
  execFileSync('systemd-analyze', args, { encoding: 'utf8' });

/** SQLite gives its files to their owner where it runs as the superuser, which the unit's user is not. */
const ONLY_AS_ROOT = ['fchown'];

onlyWith('systemd-analyze', test)('systemd rates the exposure of the unit with 2.0 at most', () => {
  // The threshold is in tenths; beyond it the exit code is not 0.
  const rate = (threshold: number): string =>
    analyze('security', '--offline=true', '--no-pager', `--threshold=${threshold}`, UNIT);
  expect(rate(20)).toContain('Overall exposure level for rampart.service');
  expect(() => rate(5)).toThrow();
});

onlyWith('systemd-analyze', onlyWith('strace', onlyWith('git', test)))(
  'the daemon, git and all that they start ask the kernel for nothing that the unit denies',
  async () => {
    const estate = await GitEstate.open();
    const counts = path.join(estate.workspace.folder, 'calls');
    estate.configure({ listen: '127.0.0.1:0' });
    const revision = estate.pushPorts(443);
    const traced = spawn('strace', ['-f', '-c', '-U', 'name', '-o', counts, process.execPath, MAIN, 'run'], {
      cwd: estate.workspace.folder,
    });
    const daemon = new RampartProcess(traced);
    try {
      const { pid } = await daemon.event('daemon.started');
      await daemon.event('group.converged', { revision });
      process.kill(Number(pid), 'SIGTERM');
      expect(await daemon.finished).toMatchObject({ code: 0 });
      const used = readFileSync(counts, 'utf8').match(/^\w+$/gm) ?? [];
      expect(used).toContain('execve');
      const allowed = letThrough();
      expect(used.filter((call) => !allowed.has(call) && !ONLY_AS_ROOT.includes(call))).toEqual([
        'syscall',
        'total',
      ]);
    } finally {
      traced.kill('SIGKILL');
      await estate.close();
    }
  },
);

/** The system calls that the filters of the unit leave, its sets taken apart. */
function letThrough(): ReadonlySet<string> {
  const lines = [...readFileSync(UNIT, 'utf8').matchAll(/^SystemCallFilter=(~?)(.*)$/gm)];
  const calls = new Set<string>();
  for (const [, denies = '', names = ''] of lines) {
    for (const call of names.split(' ').flatMap(membersOf)) {
      if (denies === '') calls.add(call);
      else calls.delete(call);
    }
  }
  return calls;
}

function membersOf(name: string): string[] {
  if (!name.startsWith('@')) return [name];
  const lines = analyze('syscall-filter', '--no-pager', name).split('\n').slice(1);
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap(membersOf);
}
