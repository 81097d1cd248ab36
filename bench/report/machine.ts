// On what and of which commit something was measured.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

export interface Circumstances {
  readonly commit: string;
  /** ISO, the day alone. */
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  /** Of the last minute, before the measuring. */
  readonly load: number;
}

export function circumstances(): Circumstances {
  const [cpu] = cpus();
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  return {
    commit: commitHere(),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}) with ${memoryGib} GiB`,
    node: process.version,
    load: loadavg()[0] ?? NaN,
  };
}

/** With `, edited` where files that are in git are not as committed. */
function commitHere(): string {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const edited = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ', edited';
  return `${git('rev-parse', '--short=12', 'HEAD')}${edited}`;
}
