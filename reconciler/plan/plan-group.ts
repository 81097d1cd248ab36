// What should be, what is, and the safe way from one to the other: ownership, diff, match, order, limits, proof.
// Pure and deterministic: the same rules in any order give the same bytes.
import type { DescribedGroup } from '../model/group.ts';
import { diff } from './diff.ts';
import { deepFreeze } from './freeze.ts';
import { planHash } from './hash.ts';
import { idleTwins, idleTwinSteps } from './idle-twins.ts';
import { match } from './match.ts';
import { permitted } from './mode.ts';
import type { Block, GroupPlan, GroupPolicy, PlanOptions } from './plan.ts';
import { NOTHING_TO_PROVE, prove } from './prove.ts';
import { refusals } from './refusals.ts';
import { callOptions, route } from './route.ts';
import { warnings } from './warnings.ts';
import { deltaOf } from './delta.ts';
import { bringsTrials, withTrialsChecked } from './trials.ts';

/**
 * Plans one group. The steps of an observed or blocked plan say what would be done; only those of a pending
 * plan may be carried out.
 */
export function planGroup(policy: GroupPolicy, group: DescribedGroup, options: PlanOptions): GroupPlan {
  const modify = policy.mode === 'additive' ? 'never' : options.modify;
  const found = match(diff(policy, group.rules), group, { ...options, modify }, callOptions(group, options));
  const { changes, exceptions } = permitted(found, policy.mode, group);
  const idle = new Set(policy.mode === 'additive' ? [] : idleTwins(found));
  const first = idleTwinSteps([...idle], callOptions(group, options));
  const without: DescribedGroup = { ...group, rules: group.rules.filter((twin) => !idle.has(twin)) };
  const others = { ...changes, revoke: changes.revoke.filter((twin) => !idle.has(twin)) };
  const batchesAtomic = options.batchesAtomic && !bringsTrials(found, group);
  const { promised, ...rest } = route(others, policy, without, { ...options, batchesAtomic });
  const steps = withTrialsChecked([...first, ...rest.steps], group);
  const proof = promised === null ? NOTHING_TO_PROVE : prove(group, steps, { promised, batchesAtomic });
  const blockedBy =
    steps.length === 0 ? [] : [...refusals(policy, group), ...rest.blockedBy, ...proof.blockedBy];
  return deepFreeze({
    account: policy.account,
    region: policy.region,
    id: policy.id,
    mode: policy.mode,
    status: statusOf(policy, steps.length, blockedBy),
    diff: found,
    steps,
    hitless: promised === 'hitless',
    exceptions: [...exceptions, ...rest.exceptions, ...proof.exceptions],
    exposure: deltaOf(group, steps),
    findings: warnings(policy, group.rules),
    blockedBy,
    hash: planHash(policy, policy.mode, steps),
  });
}

function statusOf(policy: GroupPolicy, steps: number, blockedBy: readonly Block[]): GroupPlan['status'] {
  if (steps === 0) return 'converged';
  if (policy.mode === 'observe') return 'observed';
  return blockedBy.length > 0 ? 'blocked' : 'pending';
}
