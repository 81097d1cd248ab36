// The loop on one page: read what is, compute a safe ordered plan, carry it out, prove that it worked,
// and say so. Level-triggered: whatever woke us up, both sides are read anew.
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import { describeRule } from '../../reconciler/plan/render-rule.ts';
import type { GroupPlan, GroupPolicy } from '../../reconciler/plan/plan.ts';
import { withhold } from '../../reconciler/plan/withhold.ts';
import type { Failure } from '../ecs/failure.ts';
import { describeUntil } from './describe-until.ts';
import type { Engine } from './engine.ts';
import { executePlan, type Execution } from './execute.ts';
import type { FlapWatch } from './flap-watch.ts';
import type { Quarantine } from './quarantine.ts';
import { commonFields, type Cause, type RunContext } from './run-context.ts';

const RULES_NAMED_IN_EVENTS = 10;

/** How a look at a group ended, named by what the controller does next. */
export type ReconcileOutcome =
  /** Look again at the next resync; after that long instead if something keeps undoing the work. */
  | { readonly kind: 'converged'; readonly changes: number; readonly restMs: number | null }
  /** `mode: observe`: the difference is reported and left alone. */
  | { readonly kind: 'observed' }
  | { readonly kind: 'blocked'; readonly reasons: readonly string[] }
  /** All is done but for rules that the cloud refuses: they are tried again when their time comes. */
  | { readonly kind: 'quarantined'; readonly reason: string }
  /** Try again, soon at first and then at a falling rate. */
  | { readonly kind: 'not-converged'; readonly reason: string; readonly failure: Failure | null }
  | { readonly kind: 'aborted' };

/** What is remembered of a group from one look to the next. */
export interface GroupMemory {
  readonly quarantine: Quarantine;
  readonly flaps: FlapWatch;
}

export interface ReconcileRequest {
  readonly policy: GroupPolicy;
  readonly revision: string;
  readonly cause: Cause;
  readonly memory: GroupMemory;
  /** Hash of the only plan that may be carried out; null: whatever plan is right now. */
  readonly approvedPlan: string | null;
}

export async function reconcileGroup(
  engine: Engine,
  request: ReconcileRequest,
  signal: AbortSignal,
): Promise<ReconcileOutcome> {
  const startedMs = engine.clock.monotonicMs();
  const run: RunContext = {
    group: request.policy,
    revision: request.revision,
    reconcileId: engine.newReconcileId(),
  };
  const described = await engine.ecs.describeGroup(run.group);
  if (!described.ok) return describeFailed(engine, run, described.error, signal);

  const plan = planGroup(inForce(engine, request, described.value), described.value, engine.planOptions);
  reportPlan(engine, run, { cause: request.cause, rules: described.value.rules.length, plan });
  if (plan.status === 'observed') return { kind: 'observed' };
  if (plan.status === 'blocked') {
    return { kind: 'blocked', reasons: plan.blockedBy.map((block) => block.message) };
  }
  if (request.approvedPlan !== null && request.approvedPlan !== plan.hash) {
    return { kind: 'blocked', reasons: ['the group has changed since its plan was approved'] };
  }

  const execution = await executePlan(engine, run, { plan, apiLevel: described.value.apiLevel }, signal);
  for (const refusal of execution.refusals) request.memory.quarantine.add(refusal, engine.clock.nowMs());
  if (execution.kind === 'aborted') return { kind: 'aborted' };
  const outcome = await verify(engine, run, { request, plan, execution }, signal);
  reportOutcome(engine, run, {
    outcome,
    durationMs: Math.round(engine.clock.monotonicMs() - startedMs),
    rules: described.value.rules.length,
  });
  return outcome;
}

/** The policy without the rules that are set aside for now. */
function inForce(engine: Engine, request: ReconcileRequest, described: DescribedGroup): GroupPolicy {
  const withheld = request.memory.quarantine.withheld(engine.clock.nowMs());
  return withhold(request.policy, described.rules, withheld);
}

interface Done {
  readonly request: ReconcileRequest;
  readonly plan: GroupPlan;
  readonly execution: Exclude<Execution, { kind: 'aborted' }>;
}

/** Describes again: nothing that a call answered is believed. */
async function verify(
  engine: Engine,
  run: RunContext,
  done: Done,
  signal: AbortSignal,
): Promise<ReconcileOutcome> {
  const { request, execution } = done;
  if (execution.kind === 'stopped') {
    return { kind: 'not-converged', reason: execution.reason, failure: execution.failure };
  }
  if (done.plan.steps.length > 0) {
    const asPlanned = (group: DescribedGroup) =>
      planGroup(inForce(engine, request, group), group, engine.planOptions).steps.length === 0;
    const seen = await describeUntil(engine, run.group, asPlanned, signal);
    if (!seen.ok) return { kind: 'not-converged', reason: seen.error.message, failure: seen.error };
    engine.telemetry.emit('group.described', { ...commonFields(run), rules: seen.value.group.rules.length });
    if (!seen.value.settled) {
      const reason = 'the group does not look as planned after the last call';
      return { kind: 'not-converged', reason, failure: null };
    }
  }
  supersedeOpenIntents(engine, run);
  const withheld = request.memory.quarantine.withheld(engine.clock.nowMs());
  const setAside = withheld.desired.size + withheld.described.size;
  if (setAside > 0) {
    return { kind: 'quarantined', reason: `${setAside} rules that the cloud refuses are set aside` };
  }
  return {
    kind: 'converged',
    changes: execution.changes,
    restMs: execution.changes > 0 ? flappingRestMs(engine, run, done) : null,
  };
}

/** Only a repair under an unchanged policy can be the work of somebody else. */
function flappingRestMs(engine: Engine, run: RunContext, { request, plan }: Done): number | null {
  if (request.cause !== 'drift') {
    request.memory.flaps.reset();
    return null;
  }
  const flapping = request.memory.flaps.drifted(plan.diff, engine.clock.nowMs());
  if (flapping === null) return null;
  engine.telemetry.emit('group.flapping', {
    ...commonFields(run),
    rounds: flapping.rounds,
    rules: flapping.identities.slice(0, RULES_NAMED_IN_EVENTS),
    delayMs: flapping.delayMs,
  });
  return flapping.delayMs;
}

/** With the group as the policy wants it, calls whose result stayed unknown have nothing left to do. */
function supersedeOpenIntents(engine: Engine, run: RunContext): void {
  const { account, region, id } = run.group;
  for (const intent of engine.journal.openIntents()) {
    if (intent.group.account !== account || intent.group.region !== region || intent.group.id !== id)
      continue;
    engine.journal.closeIntent(intent.clientToken, { result: 'superseded', requestId: null, code: null });
    engine.telemetry.emit('intent.recovered', {
      ...commonFields(run),
      operation: intent.operation,
      clientToken: intent.clientToken,
      outcome: 'superseded: the group is as the policy wants it',
    });
  }
}

function describeFailed(
  engine: Engine,
  run: RunContext,
  failure: Failure,
  signal: AbortSignal,
): ReconcileOutcome {
  if (signal.aborted) return { kind: 'aborted' };
  engine.telemetry.emit('group.describe_failed', {
    ...commonFields(run),
    kind: failure.kind,
    code: failure.code,
    err: failure.message,
    ...(failure.requestId === null ? {} : { requestId: failure.requestId }),
  });
  return { kind: 'not-converged', reason: failure.message, failure };
}

function reportPlan(
  engine: Engine,
  run: RunContext,
  seen: { readonly cause: Cause; readonly rules: number; readonly plan: GroupPlan },
): void {
  const { plan } = seen;
  const fields = { ...commonFields(run), planHash: plan.hash };
  engine.telemetry.emit('group.described', { ...commonFields(run), rules: seen.rules });
  if (plan.status === 'converged') return;
  const { missing, surplus, altered } = plan.diff;
  engine.telemetry.emit('drift.detected', {
    ...fields,
    missing: missing.length,
    surplus: surplus.length,
    altered: altered.length,
    cause: seen.cause,
    rules: [
      ...missing.map(({ rule }) => `missing ${describeRule(rule)}`),
      ...surplus.map(({ rule }) => `surplus ${describeRule(rule)}`),
      ...altered.map(
        ({ from, fields: changed }) => `altered ${changed.join('+')} of ${describeRule(from.rule)}`,
      ),
    ].slice(0, RULES_NAMED_IN_EVENTS),
  });
  if (plan.status === 'blocked') {
    engine.telemetry.emit('plan.blocked', {
      ...fields,
      blockedBy: plan.blockedBy.map((block) => block.message),
    });
    return;
  }
  const count = (kind: string) => plan.steps.filter((step) => step.kind === kind).length;
  engine.telemetry.emit('plan.made', {
    ...fields,
    steps: plan.steps.length,
    add: count('authorize'),
    modify: count('modify'),
    remove: count('revoke'),
    hitless: plan.hitless,
  });
}

function reportOutcome(
  engine: Engine,
  run: RunContext,
  seen: { readonly outcome: ReconcileOutcome; readonly durationMs: number; readonly rules: number },
): void {
  const { outcome, durationMs, rules } = seen;
  const fields = { ...commonFields(run), durationMs };
  if (outcome.kind === 'converged') {
    engine.telemetry.emit('group.converged', { ...fields, changes: outcome.changes, rules });
  } else if (outcome.kind === 'not-converged' || outcome.kind === 'quarantined') {
    engine.telemetry.emit('group.not_converged', { ...fields, reason: outcome.reason });
  }
}
