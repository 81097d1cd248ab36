// A group that is not where its policy says: what is to be mended stands in the policy, so its place is told.
import { formatPlace } from '../../reconciler/policy/read/reporter.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Failure } from '../ecs/failures/failure.ts';

/** The failure to read the group; of one that is not there with the place of its policy. */
export function withPolicyPlace(failure: Failure, { source }: Pick<GroupPolicy, 'source'>): Failure {
  if (failure.code !== 'Transport.GroupNotFound') return failure;
  const cure = `write at ${formatPlace(source)} the \`region\` and the \`account\` that it is of`;
  return { ...failure, message: `${failure.message}; ${cure}` };
}
