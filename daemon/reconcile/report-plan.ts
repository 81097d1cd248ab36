// What is said of a plan before anything of it is carried out.
import { describeRule } from '../../reconciler/model/rule-text.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import type { Block, GroupPlan, Step } from '../../reconciler/plan/plan.ts';
import type { GroupMemory, ToldPlan } from '../learned/group-memory.ts';
import { ignoredOpensOf, type IgnoredOpens } from '../learned/ignored-opens.ts';
import { commonFields, RULES_NAMED_IN_EVENTS, type Cause, type GroupRun } from './group-run.ts';

interface ToldOfPlan {
  readonly plan: GroupPlan;
  readonly cause: Cause;
  /** What was told of the plan that is being tried again, if any. */
  readonly toldPlan: ToldPlan | null;
}

/** What is said of a change comes once, however often its plan is tried; what is said of how it is made, once for each way. */
export function reportPlan(
  run: GroupRun,
  described: DescribedGroup,
  { plan, cause, toldPlan }: ToldOfPlan,
): void {
  const { telemetry } = run.engine;
  telemetry.emit('group.described', { ...commonFields(run), rules: described.rules.length });
  reportViolations(run, plan);
  if (plan.status === 'converged') return;
  if (plan.status === 'pending' && plan.hash === toldPlan?.hash) {
    reportKept(run, plan, toldPlan);
    return;
  }
  reportDrift(run, plan, cause);
  reportHeld(run, plan);
  if (plan.status === 'blocked') {
    reportBlocks(run, plan, plan.blockedBy);
    return;
  }
  // Of rules that are left out; the others go on.
  const leftOut = plan.blockedBy.filter(({ kind }) => kind === 'denied');
  if (plan.status === 'pending' && leftOut.length > 0) reportBlocks(run, plan, leftOut);
  reportApproval(run, plan);
  reportSteps(run, plan);
}

function reportBlocks(run: GroupRun, { hash: planHash }: GroupPlan, blocks: readonly Block[]): void {
  const kinds = [...new Set(blocks.map(({ kind }) => kind))];
  const blockedBy = blocks.map(({ message }) => message);
  const overrides = [...new Set(blocks.map(({ override }) => override).filter((each) => each !== ''))];
  run.engine.telemetry.emit('plan.blocked', { ...commonFields(run), planHash, kinds, blockedBy, overrides });
}

/** The policy breaks a guardrail or an expectation that the one in force keeps. */
function reportHeld(run: GroupRun, plan: GroupPlan): void {
  const { file, line } = run.request.policy.source;
  for (const reason of ['guardrail', 'expectation'] as const) {
    const blocks = plan.heldBy.filter(({ kind }) => kind === reason);
    if (blocks.length === 0) continue;
    run.engine.telemetry.emit('policies.held', {
      ...commonFields(run),
      ...{ planHash: plan.hash, reason, file, line, groups: 1 },
      details: blocks.map(({ message }) => message),
      override: [...new Set(blocks.map(({ override }) => override).filter((each) => each !== ''))].join('; '),
    });
  }
}

/** Of what the plan is about: a group of which only rules rest that flap has no drift besides. */
function reportDrift(run: GroupRun, plan: GroupPlan, cause: Cause): void {
  const { missing, unexpected, different } = plan.diff;
  if (missing.length + unexpected.length + different.length === 0) return;
  run.engine.telemetry.emit('drift.detected', {
    ...commonFields(run),
    planHash: plan.hash,
    missing: missing.length,
    surplus: unexpected.length,
    altered: different.length,
    cause,
    rules: driftLines(plan).slice(0, RULES_NAMED_IN_EVENTS),
  });
}

function reportApproval(run: GroupRun, plan: GroupPlan): void {
  const { approval } = plan;
  if (approval === null || plan.status !== 'pending') return;
  const { by, reason, untilMs } = approval;
  const until = new Date(untilMs).toISOString();
  const fields = { ...commonFields(run), planHash: plan.hash, by, reason, until };
  run.engine.telemetry.emit('plan.approved', fields);
}

/** The plan alone: of drift against the policy before while a newer one waits, or where the same change is made in another way. */
export function reportKept(run: GroupRun, plan: GroupPlan, toldPlan: ToldPlan | null): void {
  const { hash, way } = toldOf(plan);
  const isTold = hash === toldPlan?.hash && way === toldPlan.way;
  if (plan.status === 'pending' && !isTold) reportSteps(run, plan);
}

/** What to remember of a plan that was told. */
export const toldOf = (plan: GroupPlan): ToldPlan => ({
  hash: plan.hash,
  way: JSON.stringify(stepCounts(plan)),
});

function reportSteps(run: GroupRun, plan: GroupPlan): void {
  run.engine.telemetry.emit('plan.made', {
    ...commonFields(run),
    planHash: plan.hash,
    ...stepCounts(plan),
    ...(plan.status === 'observed' ? { wouldBlock: plan.blockedBy.map(({ message }) => message) } : {}),
  });
}

function stepCounts({ steps, hitless }: GroupPlan) {
  const count = (kind: Step['kind']) => steps.filter((step) => step.kind === kind).length;
  const [add, modify, remove] = [count('authorize'), count('modify'), count('revoke')];
  return { steps: steps.length, add, modify, remove, hitless };
}

/** Whether or not the plan is blocked for it: what is violated may be there already. */
function reportViolations(run: GroupRun, { findings }: GroupPlan): void {
  for (const { id, severity, message, guardrail } of findings) {
    if (guardrail !== 'violated') continue;
    const fields = { guardrail: id, severity, reason: message };
    run.engine.telemetry.emit('guardrail.violated', { ...commonFields(run), ...fields });
  }
}

/** What to remember, so that each is told once. */
export function reportIgnored(run: GroupRun, plan: GroupPlan, { ignoredOpens }: GroupMemory): IgnoredOpens {
  const { all, appeared } = ignoredOpensOf(plan, ignoredOpens);
  const rules = appeared.slice(0, RULES_NAMED_IN_EVENTS);
  if (appeared.length > 0) {
    run.engine.telemetry.emit('ignored.opens', { ...commonFields(run), count: appeared.length, rules });
  }
  return all;
}

function driftLines({ diff }: GroupPlan): string[] {
  return [
    ...diff.missing.map(({ rule }) => `missing ${describeRule(rule)}`),
    ...diff.unexpected.map(({ rule }) => `unexpected ${describeRule(rule)}`),
    ...diff.different.map(
      ({ from, fields }) => `different ${fields.join('+')} of ${describeRule(from.rule)}`,
    ),
  ];
}
