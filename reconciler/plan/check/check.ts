// The last station of a plan: everything that speaks against it is asked here, and here alone its status is
// decided. Nothing edits a plan after this.
import type { ExposureDelta } from '../../exposure/ask/delta.ts';
import type { GroupContext } from '../../exposure/engine/context.ts';
import type { NamedByRule } from '../diff/absent.ts';
import type { Ownership } from '../diff/ownership.ts';
import type { RefusedHere } from '../diff/quarantine.ts';
import type { RuleViolation } from '../../judge/cel/rule-guardrails.ts';
import { ruleIdentity, type Rule } from '../../model/rule.ts';
import type { PlanInput } from '../plan-input.ts';
import {
  rulesAddedBy,
  type Block,
  type GroupPlan,
  type GroupPolicy,
  type PlanException,
  type Step,
} from '../plan.ts';
import { DEFAULT_INVOCATION, type Invocation } from '../safety.ts';
import { approvalFor, type Approvable } from './approvals.ts';
import { blockOf } from './blocks.ts';
import { safetyObjections } from './brake.ts';
import { planFindings } from './findings/findings.ts';
import { holdsOn } from './holds.ts';
import { modifiedAnyway } from './findings/modified-anyway.ts';
import type { Objection, OrderObjection, ProofObjection, VerdictObjection } from './objection.ts';
import { policyObjections } from './policy-verdicts.ts';
import type { BlockedPlan } from './quota-text.ts';
import { ruleFindings, ruleObjections, ruleVerdicts } from './rule-verdicts.ts';
import { stakesOf, type Stakes } from './stakes.ts';
import { verdictFindings, verdictObjections, type PlanVerdicts } from './verdicts.ts';
import { vendorRefusals } from './vendor-refusals.ts';

/** What check adds to a plan. */
export type Judged = Pick<
  GroupPlan,
  'status' | 'exceptions' | 'findings' | 'blockedBy' | 'heldBy' | 'losing' | 'opening' | 'approval'
>;

/** A plan with all that was found on the way to it. */
export interface Unchecked {
  /** As it is written, with all that is left out of the plan for now. */
  readonly policy: GroupPolicy;
  readonly ownership: Ownership;
  /** Rules that are left out of the plan for now, since something else keeps undoing their repair. */
  readonly resting: readonly Rule[];
  /** Rules that are left out of the plan for now, since the cloud refuses them. */
  readonly refused: readonly RefusedHere[];
  /** What does not exist, by the rules that are left out of the plan for naming it. */
  readonly absent: readonly NamedByRule[];
  readonly steps: readonly Step[];
  readonly hash: string;
  readonly desiredHash: string;
  readonly exposure: ExposureDelta;
  /** What the plan was judged by, with the entries of lists that were read. */
  readonly context: GroupContext;
  readonly verdicts: PlanVerdicts;
  readonly exceptions: readonly PlanException[];
  readonly orderObjections: readonly OrderObjection[];
  readonly proofObjections: readonly ProofObjection[];
}

/**
 * Blocked is the plan of a policy that a freeze keeps from taking effect. Else a plan without steps is converged, whatever
 * else there is to say, unless rules are left out of it or the policy itself is held. Of the others, an observed group's is
 * observed, with what would block it if it were enforced, and any other one
 * is blocked if there is an objection that no approval lifts.
 */
export function check(input: PlanInput, plan: Unchecked): Judged {
  const words = blockedPlan(input, plan.hash);
  const stakes = stakesOf(input, plan);
  // That a rule rests or is refused is not what its policy says.
  const written = { ...input, desired: plan.policy };
  const violations = ruleVerdicts(written);
  const held = policyObjections(written, plan.verdicts.context, violations);
  const objections = [
    ...held,
    ...(plan.steps.length === 0 ? [] : objectionsTo(input, plan, stakes)),
    ...freezes(input).filter(({ frozen }) => plan.steps.length > 0 || frozen.holdsPolicy),
  ];
  const ofPlan = plan.steps.length === 0 ? [] : ofPlanAlone(verdictsOf(input, plan, violations), held);
  const { blockedBy, approval } = approved(
    input,
    { ...plan, ...stakes },
    [...objections, ...ofPlan].map((objection) => blockOf(objection, words)),
  );
  return {
    status: planStatus(input, plan, { isBlocked: blockedBy.length > 0, isHeld: held.length > 0 }),
    exceptions: [
      ...plan.exceptions,
      ...plan.orderObjections.map((objection) => unpromised(objection, words)),
    ],
    findings: [
      ...planFindings(input, plan.ownership, plan.absent),
      ...modifiedAnyway(input, plan.steps),
      ...verdictFindings(input, plan.verdicts),
      ...ruleFindings(violations),
    ],
    blockedBy: [...blockedBy, ...leftOut(input, plan).map((objection) => blockOf(objection, words))],
    heldBy: held.map((objection) => blockOf(objection, words)),
    losing: stakes.losing,
    opening: stakes.opening,
    approval,
  };
}

/** Of a group on which the planner failed: nothing is known of it, so nothing may be done to it. */
export function checkFailed(input: PlanInput, hash: string, error: unknown): Judged {
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: 'blocked',
    exceptions: [],
    findings: [],
    // The settings may be what failed.
    blockedBy: [
      blockOf({ kind: 'bug', message }, { hash, invocation: callerOf(input), isQuotaLearned: false }),
    ],
    heldBy: [],
    losing: [],
    opening: [],
    approval: null,
  };
}

const callerOf = ({ safety }: PlanInput): Invocation => safety?.invocation ?? DEFAULT_INVOCATION;

const blockedPlan = (input: PlanInput, hash: string): BlockedPlan => ({
  hash,
  invocation: callerOf(input),
  isQuotaLearned: (input.learned?.ruleLimit ?? Infinity) < input.settings.ruleQuota,
});

/** What is left to say against a plan, and the approval that lifted the rest, if any. */
function approved(
  { safety, nowMs }: PlanInput,
  plan: Approvable,
  blocks: readonly Block[],
): Pick<Judged, 'blockedBy' | 'approval'> {
  const left = blocks.filter(({ liftedBy }) => liftedBy !== 'approval');
  const isMoot = safety === undefined || left.length === blocks.length;
  const approval = isMoot ? null : approvalFor(plan, safety.approvals, nowMs);
  return { blockedBy: approval === null ? blocks : left, approval };
}

function planStatus(
  input: PlanInput,
  plan: Unchecked,
  { isBlocked, isHeld }: { readonly isBlocked: boolean; readonly isHeld: boolean },
): GroupPlan['status'] {
  if (freezes(input).some(({ frozen }) => frozen.holdsPolicy)) return 'blocked';
  const isDone = plan.steps.length === 0;
  if (isDone && !isHeld && plan.resting.length === 0 && plan.absent.length === 0) return 'converged';
  if (input.desired.mode === 'observe') return 'observed';
  return isBlocked || isDone ? 'blocked' : 'pending';
}

/** What a plan makes worse, where the policy is not held for the same already. */
function ofPlanAlone(
  objections: readonly VerdictObjection[],
  held: readonly VerdictObjection[],
): VerdictObjection[] {
  return objections.filter(
    ({ kind, about }) => !held.some((other) => other.kind === kind && other.about === about),
  );
}

function verdictsOf(
  input: PlanInput,
  { steps, verdicts }: Unchecked,
  violations: readonly RuleViolation[],
): VerdictObjection[] {
  const added = new Set(steps.flatMap(rulesAddedBy).map(({ rule }) => ruleIdentity(rule)));
  return [
    ...verdictObjections(input, verdicts),
    ...ruleObjections(violations, (identity) => added.has(identity)),
  ];
}

function objectionsTo(input: PlanInput, plan: Unchecked, stakes: Stakes): Objection[] {
  return [
    ...vendorRefusals(input.desired, input.described),
    ...plan.orderObjections,
    ...plan.proofObjections,
    ...safetyObjections(input, stakes, plan.exposure),
    ...holds(input),
  ];
}

/** These block nothing but their rules. */
function leftOut({ learned, nowMs }: PlanInput, { resting, refused, absent }: Unchecked): Objection[] {
  const untilMs = learned?.resting?.untilMs ?? nowMs;
  return [
    ...(resting.length === 0 ? [] : [{ kind: 'flapping', rules: resting, untilMs } as const]),
    ...(refused.length === 0 ? [] : [{ kind: 'quarantined', refused } as const]),
    ...(absent.length === 0 ? [] : [{ kind: 'absentNames', absent } as const]),
  ];
}

const holds = ({ described, holds: all = [], nowMs }: PlanInput): Objection[] =>
  holdsOn(described, all, nowMs).map((hold) => ({ kind: 'held', hold }));

const freezes = ({
  frozen = null,
  nowMs,
}: PlanInput): Array<Extract<Objection, { readonly kind: 'frozen' }>> =>
  frozen === null || frozen.untilMs <= nowMs ? [] : [{ kind: 'frozen', frozen }];

/** The steps of such a plan show what is wanted; they are not made. */
const unpromised = (objection: OrderObjection, words: BlockedPlan): PlanException => ({
  kind: 'unpromised',
  message: `nothing is promised of these calls: ${blockOf(objection, words).message}`,
  ...(objection.kind === 'noRoom' && objection.noHitlessOrder !== null
    ? { noHitlessOrder: objection.noHitlessOrder }
    : {}),
});
