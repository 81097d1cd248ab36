// Both sides read, a plan made, and said what was found.
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { heldUntilMs } from '../../reconciler/plan/check/holds.ts';
import { loadOf } from '../../reconciler/plan/fit/quota.ts';
import type { Learned, PlanInput } from '../../reconciler/plan/plan-input.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import type { GroupPlan } from '../../reconciler/plan/plan.ts';
import { describeRule } from '../../reconciler/model/rule-text.ts';
import type { GroupMemory } from '../learned/group-memory.ts';
import { ignoredOpensOf, type IgnoredOpens } from '../learned/ignored-opens.ts';
import { quarantinedAt } from '../learned/quarantine.ts';
import { quotaAfterRead, ruleLimit } from '../learned/quota-estimate.ts';
import { groupInput } from './group-input.ts';
import { commonFields, RULES_NAMED_IN_EVENTS, type GroupRun } from './group-run.ts';
import { noteOwned } from './safety/note-owned.ts';
import type { RunEnd } from './outcome.ts';
import { showsRecentWrites } from './recent-writes.ts';
import { reportExpired } from './safety/expired.ts';
import { keptPlan } from './safety/kept-plan.ts';
import { notePlan } from './safety/notes.ts';
import { waitUntilDescribed } from './wait-until-described.ts';

/** A plan to carry out. It may have no steps: then the group is as its policy says. */
export interface Planned {
  readonly kind: 'planned';
  readonly plan: GroupPlan;
  /** What the plan was made of; with another description of the group, the plan that is then left. */
  readonly input: PlanInput & { readonly learned: Learned };
  readonly memory: GroupMemory;
  /** The plan of the policy, where it is blocked and `plan` is that of the policy before; else null. */
  readonly waiting: GroupPlan | null;
}

/** There is nothing to carry out. */
export interface EndedEarly {
  readonly kind: 'ended';
  readonly end: RunEnd;
  readonly memory: GroupMemory;
}

export async function readAndPlan(run: GroupRun, before: GroupMemory): Promise<Planned | EndedEarly> {
  const { engine, signal } = run;
  const ended = (end: RunEnd, memory = before): EndedEarly => ({ kind: 'ended', end, memory });
  const seen = await waitUntilDescribed(run, before.levelWithoutRules, (group) =>
    showsRecentWrites(engine, before, group),
  );
  if (signal.aborted) return ended({ kind: 'aborted' });
  if (!seen.ok) return ended({ kind: 'unread', failure: seen.error });
  const { group: described } = seen.value;
  const { input, facts, memory: known } = await inputFor(run, described, before);
  const plan = planGroup(input);
  if (isAnother(run, plan)) return ended({ kind: 'changed' }, known);
  reportPlan(run, described, plan);
  reportExpired(run, plan, { input, facts });
  await notePlan(run, plan, { input, facts });
  await noteOwned(run, described);
  const memory = { ...known, ignoredOpens: reportIgnored(run, plan, before) };
  if (plan.status === 'observed') return ended({ kind: 'observed' }, memory);
  if (plan.status !== 'blocked') return { kind: 'planned', plan, input, memory, waiting: null };
  const kept = run.request.approvedPlan === null ? keptPlan(plan, input, facts) : null;
  if (kept !== null) {
    reportKept(run, kept.plan);
    return { kind: 'planned', ...kept, memory, waiting: plan };
  }
  const { holds, nowMs } = input;
  const untilMs = heldUntilMs(described, holds ?? [], nowMs) ?? input.frozen?.untilMs ?? null;
  const pausedForMs = untilMs === null ? null : untilMs - nowMs;
  return ended({ kind: 'blocked', plan, pausedForMs, kept: null }, memory);
}

/**
 * Whether only another plan may be carried out. What is left of an approved one has another hash, and the approval
 * says what it may still do.
 */
const isAnother = ({ request: { approvedPlan } }: GroupRun, plan: GroupPlan): boolean =>
  approvedPlan !== null && plan.status === 'pending' && plan.hash !== approvedPlan && plan.approval === null;

/** All that decides the plan, with what earlier calls have taught about the group. */
async function inputFor({ engine, request }: GroupRun, described: DescribedGroup, before: GroupMemory) {
  const { policy: desired } = request;
  const settings = engine.planOptions;
  const { sizes: listSizes, unread: unreadLists, read: lists } = await engine.lists.of(desired, described);
  const quota = quotaAfterRead(before.quota, loadOf(described.rules, { ...settings, listSizes }).rules);
  const monotonicMs = engine.clock.monotonicMs();
  const learned: Learned = {
    quarantined: quarantinedAt(before.quarantine, monotonicMs),
    ruleLimit: ruleLimit(quota, monotonicMs),
    legacyPriority: before.legacyPriority,
    listSizes,
    unreadLists,
  };
  const { input, facts } = await groupInput(engine, engine.journal, { desired, described, learned, lists });
  return { input, facts, memory: { ...before, quota } };
}

function reportPlan(run: GroupRun, described: DescribedGroup, plan: GroupPlan): void {
  const { telemetry } = run.engine;
  const fields = { ...commonFields(run), planHash: plan.hash };
  telemetry.emit('group.described', { ...commonFields(run), rules: described.rules.length });
  if (plan.status === 'converged') return;
  const { missing, unexpected, different } = plan.diff;
  telemetry.emit('drift.detected', {
    ...fields,
    missing: missing.length,
    surplus: unexpected.length,
    altered: different.length,
    cause: run.request.cause,
    rules: driftLines(plan).slice(0, RULES_NAMED_IN_EVENTS),
  });
  reportHeld(run, plan);
  if (plan.status === 'blocked') {
    const kinds = [...new Set(plan.blockedBy.map(({ kind }) => kind))];
    const blockedBy = plan.blockedBy.map((block) => block.message);
    const overrides = plan.blockedBy.map(({ override }) => override).filter((command) => command !== '');
    telemetry.emit('plan.blocked', { ...fields, kinds, blockedBy, overrides: [...new Set(overrides)] });
    return;
  }
  reportApproval(run, plan);
  reportSteps(run, plan);
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

function reportApproval(run: GroupRun, plan: GroupPlan): void {
  const { approval } = plan;
  if (approval === null || plan.status !== 'pending') return;
  const { by, reason, untilMs } = approval;
  const until = new Date(untilMs).toISOString();
  const fields = { ...commonFields(run), planHash: plan.hash, by, reason, until };
  run.engine.telemetry.emit('plan.approved', fields);
}

/** Drift of a group whose policy waits, against the policy before. */
function reportKept(run: GroupRun, plan: GroupPlan): void {
  if (plan.status === 'pending') reportSteps(run, plan);
}

function reportSteps(run: GroupRun, plan: GroupPlan): void {
  const count = (kind: string) => plan.steps.filter((step) => step.kind === kind).length;
  run.engine.telemetry.emit('plan.made', {
    ...commonFields(run),
    planHash: plan.hash,
    steps: plan.steps.length,
    add: count('authorize'),
    modify: count('modify'),
    remove: count('revoke'),
    hitless: plan.hitless,
    ...(plan.status === 'observed' ? { wouldBlock: plan.blockedBy.map(({ message }) => message) } : {}),
  });
}

/** What to remember, so that each is told once. */
function reportIgnored(run: GroupRun, plan: GroupPlan, { ignoredOpens }: GroupMemory): IgnoredOpens {
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
