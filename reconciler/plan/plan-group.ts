// What should be, what is, and the safe way from one to the other: ownership, diff, match, order, limits, proof.
// Pure and deterministic: the same rules in any order give the same bytes.
import type { DescribedGroup, GroupRef } from '../model/group.ts';
import { diff } from './diff/diff.ts';
import { deepFreeze } from '../model/collections.ts';
import { planHash } from './hash.ts';
import { idleTwins, idleTwinSteps } from './coexist/idle-twins.ts';
import { match } from './match/match.ts';
import { permitted } from './diff/mode.ts';
import type { Block, GroupPlan, GroupPolicy, PlanOptions } from './plan.ts';
import { NOTHING_TO_PROVE, prove } from './proof/prove.ts';
import { refusals } from './check/vendor-refusals.ts';
import { callOptions, route } from './fit/route.ts';
import { warnings } from './check/findings.ts';
import { deltaOf } from './plan-exposure.ts';
import { bringsTrials, withTrialsChecked } from './coexist/unconfirmed-calls.ts';

/**
 * Plans one group. The steps of an observed or blocked plan say what would be done; only those of a pending
 * plan may be carried out. Never throws: a bug that one group brings to light blocks that group, and says so.
 */
export function planGroup(policy: GroupPolicy, group: DescribedGroup, options: PlanOptions): GroupPlan {
  try {
    return deepFreeze(planned(policy, group, options));
  } catch (error) {
    return deepFreeze(failed(policy, error));
  }
}

function planned(policy: GroupPolicy, group: DescribedGroup, options: PlanOptions): GroupPlan {
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
  const proof =
    promised === null
      ? NOTHING_TO_PROVE
      : prove(group, steps, { promised, batchesAtomic, alone: policy.alone });
  const blockedBy =
    steps.length === 0 ? [] : [...refusals(policy, group), ...rest.blockedBy, ...proof.blockedBy];
  return {
    ...headOf(policy),
    status: statusOf(policy, steps.length, blockedBy),
    diff: found,
    steps,
    hitless: promised === 'hitless',
    exceptions: [...exceptions, ...rest.exceptions, ...proof.exceptions],
    exposure: deltaOf(group, steps),
    findings: warnings(policy, group.rules),
    blockedBy,
    hash: planHash(policy, policy.mode, steps),
  };
}

/** Nothing is known of the group, so nothing may be done to it. */
function failed(policy: GroupPolicy, error: unknown): GroupPlan {
  const message = `a bug of Rampart: ${error instanceof Error ? error.message : String(error)}; please report it`;
  return {
    ...headOf(policy),
    status: 'blocked',
    diff: { missing: [], surplus: [], altered: [], same: 0, unmanaged: 0 },
    steps: [],
    hitless: false,
    exceptions: [],
    exposure: { opened: [], closed: [], effects: [], exact: false },
    findings: [],
    blockedBy: [{ kind: 'unsafe', message, override: '' }],
    hash: planHash(policy, policy.mode, []),
  };
}

const headOf = ({ account, region, id, mode }: GroupPolicy): Pick<GroupPlan, 'mode' | keyof GroupRef> => ({
  account,
  region,
  id,
  mode,
});

function statusOf(policy: GroupPolicy, steps: number, blockedBy: readonly Block[]): GroupPlan['status'] {
  if (steps === 0) return 'converged';
  if (policy.mode === 'observe') return 'observed';
  return blockedBy.length > 0 ? 'blocked' : 'pending';
}
