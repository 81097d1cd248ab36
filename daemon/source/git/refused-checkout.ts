// A checkout of another owner: git tells nothing of it until its user says that it may. Then the policies are known by
// their content alone, which a person should hear of.
import type { Problem } from '../../../reconciler/model/problem.ts';
import { unreadable } from '../source.ts';
import { runGit, type Environment } from './git.ts';
import { isRepositoryAround } from './repository-around.ts';

/** A warning with the line that helps; none if git refuses nothing. */
export async function refusedCheckout(
  shown: string,
  folder: string | null,
  environment: Environment,
): Promise<readonly Problem[]> {
  if (folder === null || !(await isRepositoryAround(folder))) return [];
  const asked = await runGit(['rev-parse', '--show-prefix'], { cwd: folder, environment });
  if (asked.ok) return [];
  const [, top] = /detected dubious ownership in repository at '([^']+)'/.exec(asked.error.complaint) ?? [];
  if (top === undefined) return [];
  const message = `git refuses ${top}, which belongs to another user: the policies are known by a hash and not by their commit`;
  const hint = `as the user of Rampart run \`git config --global --add safe.directory ${top}\``;
  const { problem } = unreadable('', { file: shown, code: 'checkout-refused', message, hint });
  return [{ ...problem, severity: 'warning' }];
}
