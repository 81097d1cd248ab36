// What `policies.requireClean` means for commands: those that only read take the work tree as it is, and say what the
// daemon will not take; those that write take no more than the daemon would.
import type { Config } from '../config/config.ts';
import { line, UsageError, type Io } from '../cli/io.ts';
import { uncommittedProblems } from '../source/whole/uncommitted.ts';
import { withSource } from './open-source.ts';
import { problemText } from './setup.ts';

/** Says on stderr which policies the daemon will not take. */
export async function noteUncommitted(config: Config, io: Io): Promise<void> {
  for (const { file } of await problemsOf(config, io)) {
    line(io.stderr, `${file} is not committed: the daemon will not take this`);
  }
}

/** Throws a UsageError that says how to go on if the daemon would not take the policies. */
export async function refuseUncommitted(config: Config, io: Io): Promise<void> {
  const problems = await problemsOf(config, io);
  if (problems.length > 0) throw new UsageError(problems.map(problemText).join('\n'));
}

async function problemsOf(config: Config, io: Io) {
  const isAsked = config.policies.requireClean && config.policies.git === null;
  return isAsked ? withSource(config, io, async (source) => uncommittedProblems(await source.load())) : [];
}
