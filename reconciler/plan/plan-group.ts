// What should be, what is, and the safe way from one to the other: diff | match | order and fit | prove | check.
import { exposureDelta, type ExposureDelta } from '../exposure/ask/delta.ts';
import { groupContext, type GroupContext } from '../exposure/engine/context.ts';
import type { DescribedGroup, GroupRef } from '../model/group.ts';
import { deepFreeze } from '../model/collections.ts';
import { check, checkFailed } from './check/check.ts';
import { absentNames, withAbsent } from './diff/absent.ts';
import { diff } from './diff/diff.ts';
import { ownershipOf } from './diff/ownership.ts';
import { refusedIn, withoutQuarantined } from './diff/quarantine.ts';
import { withoutResting } from './diff/resting.ts';
import { inFixedOrder } from './fixed-order.ts';
import { desiredHash, planHash } from './hash.ts';
import type { PlanInput } from './plan-input.ts';
import type { Diff, GroupPlan, GroupPolicy, PlanOptions, Step } from './plan.ts';
import { applySteps } from './proof/simulate.ts';
import { guardedWay } from './guarded-way.ts';

/**
 * Plans one group: the only way to a plan, for the daemon and for every command.
 *
 * ```ts
 * const { status, steps, hitless } = planGroup({ desired, described, settings, nowMs });
 * // desired: tcp/443; described: tcp/80 as sgr-1. One Modify, which keeps the rule's id:
 * // 'pending', [{ kind: 'modify', target: { id: 'sgr-1', … }, to: { rule: tcp/443, … }, … }], true
 * ```
 *
 * Only the steps of a `pending` plan may be carried out; those of an `observed` or `blocked` one show what would be
 * done, and `blockedBy` says why it is not. A plan without steps is `converged`.
 *
 * Pure and deterministic: rules and refusals in any order give the same bytes. The work is bounded by counts and not by time,
 * a few seconds at the very worst; beyond that the plan promises less, and `exceptions` says so. Never throws:
 * a bug that one group brings to light blocks that group, and says so. The answer is frozen, and with it the rules
 * of the input that it holds.
 */
export function planGroup(input: PlanInput): GroupPlan {
  try {
    return deepFreeze(planned(inFixedOrder(input)));
  } catch (error) {
    return deepFreeze(failedPlan(input, error));
  }
}

function planned(input: PlanInput): GroupPlan {
  const { described } = input;
  const { ownedRules: owned, keptRules: kept, lists } = input;
  const ownership = ownershipOf(input.desired, described, { owned, kept, lists });
  // Of the changes that the policy asks for, whether or not the cloud keeps refusing some of them.
  const full = diff(input.desired, ownership);
  const hash = planHash(input.desired, input.desired.mode, full);
  const hashes = { hash, desiredHash: desiredHash(input.desired) };
  const context = groupContext(described, lists);
  const resting = withoutResting(input.desired, full, input.learned?.resting ?? null);
  const absent = absentNames(resting.policy, described.rules, input.absent);
  const untried = withAbsent(absent, input.learned?.quarantined);
  const desired = withoutQuarantined(resting.policy, described.rules, untried);
  const options = optionsOf(input);
  const { way, proof, verdicts } = guardedWay(input, { desired, ownership, described, options }, context);
  const exposure = deltaOf(described, way.steps, context);
  return {
    ...headOf(desired),
    diff: way.found,
    steps: way.steps,
    hitless: way.promised === 'hitless',
    exposure,
    ...hashes,
    ...check(
      { ...input, desired },
      {
        policy: input.desired,
        ownership,
        resting: resting.rules,
        refused: refusedIn(full, input.learned?.refused),
        absent,
        steps: way.steps,
        ...hashes,
        exposure,
        context,
        verdicts,
        exceptions: [...way.exceptions, ...proof.exceptions],
        orderObjections: way.objections,
        proofObjections: proof.objections,
      },
    ),
  };
}

const NOTHING_CHANGES: ExposureDelta = { opened: [], closed: [], effects: [], exact: true };

function deltaOf(group: DescribedGroup, steps: readonly Step[], context: GroupContext): ExposureDelta {
  if (steps.length === 0) return NOTHING_CHANGES;
  const before = group.rules.map(({ rule }) => rule);
  const after = applySteps(group.rules, steps).map(({ rule }) => rule);
  return exposureDelta(before, after, context);
}

function optionsOf({ desired, settings, learned = {} }: PlanInput): PlanOptions {
  const { ruleLimit = null, legacyPriority = 'modify', listSizes = {} } = learned;
  return {
    ...settings,
    modify: desired.mode === 'additive' ? 'never' : settings.modify,
    ruleQuota: Math.min(settings.ruleQuota, ruleLimit ?? Infinity),
    legacyPriority,
    listSizes,
  };
}

function failedPlan(input: PlanInput, error: unknown): GroupPlan {
  const { desired } = input;
  const hash = planHash(desired, desired.mode, NO_DIFF);
  return {
    ...headOf(desired),
    diff: NO_DIFF,
    steps: [],
    hitless: false,
    exposure: { opened: [], closed: [], effects: [], exact: false },
    hash,
    desiredHash: desiredHash(desired),
    ...checkFailed(input, hash, error),
  };
}

const NO_DIFF: Diff = { missing: [], unexpected: [], different: [], same: 0, unmanaged: 0 };

const headOf = ({ account, region, id, mode }: GroupPolicy): Pick<GroupPlan, 'mode' | keyof GroupRef> => ({
  account,
  region,
  id,
  mode,
});
