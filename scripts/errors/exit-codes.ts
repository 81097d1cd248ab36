import type { ExitCode } from '../../daemon/cli/io.ts';
import { entry, type ErrorEntry } from './entry.ts';

export const EXIT_CODES: Readonly<Record<ExitCode, ErrorEntry>> = {
  0: entry('Done, and nothing is left to do.', 'Nothing.'),
  1: entry(
    'Not done: the config or the policies have problems, the cloud or the daemon does not answer, something failed.',
    'The last lines of stderr say what; with `--json` the key `error` does.',
  ),
  2: entry(
    'Done, and the answer is the other one: `plan` found differences, `check` a drop, `status` groups that are not converged.',
    'Look at what was printed.',
  ),
  3: entry(
    'Something is blocked and waits for a person: of `plan` and `apply`.',
    'See [blocks](#why-a-plan-is-blocked).',
  ),
};
