// Steps that rely on rules which the plan added may begin only when these are really there, each under an id of its
// own: an authorize that was a silent no-op, followed by a revoke, cuts production; followed by the accept that
// it was to limit, it opens it.
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import { describeRule } from '../../../reconciler/model/rule-text.ts';
import { rulesAddedBy, rulesRemovedBy, type Step } from '../../../reconciler/plan/plan.ts';
import type { Failure } from '../../ecs/failures/failure.ts';
import { commonFields, type PlanRun } from '../group-run.ts';
import type { Stop } from '../outcome.ts';
import { waitUntilDescribed } from '../wait-until-described.ts';
import { reportSilentNoops } from './silent-noops.ts';
import { staleTargets } from './stale-targets.ts';
import type { StepRefusal } from './step.ts';

const RULES_IN_REASON = 3;

export type Checkpoint =
  | { readonly kind: 'passed' }
  | { readonly kind: 'ended'; readonly stop: Stop; readonly refusals: readonly StepRefusal[] };

/** Describes the group before step `index` (from 0), and says whether the plan may go on with it. */
export async function passCheckpoint(run: PlanRun, index: number): Promise<Checkpoint> {
  const { engine, plan, signal } = run;
  const done = plan.steps.slice(0, index);
  const ahead = plan.steps.slice(index);
  await engine.clock.sleep(engine.patience.settleMs, signal);
  const seen = await waitUntilDescribed(
    run,
    run.apiLevel,
    (group) => absentRules(done, ahead, group).length === 0,
  );
  // What is missing says nothing if the wait for it was cut short.
  if (signal.aborted) return { kind: 'ended', stop: { kind: 'aborted' }, refusals: [] };
  if (!seen.ok) return endedBy(seen.error.message, [], seen.error);
  const { group, settled } = seen.value;
  engine.telemetry.emit('group.described', { ...commonFields(run), rules: group.rules.length });
  if (!settled) {
    const absent = absentRules(done, ahead, group);
    const reason = `${absent.length} authorized rules are not there, so the plan ends here: ${some(absent)}`;
    return endedBy(reason, reportSilentNoops(run, { plan, done }, group));
  }
  const stale = staleTargets(done, ahead, group);
  if (stale.length === 0) return { kind: 'passed' };
  return endedBy(
    `${stale.length} rules that the plan is to change or remove are not as they were, so it ends here: ${some(stale)}`,
  );
}

const endedBy = (
  reason: string,
  refusals: readonly StepRefusal[] = [],
  failure: Failure | null = null,
): Checkpoint => ({ kind: 'ended', stop: { kind: 'stopped', reason, failure }, refusals });

const some = (rules: readonly string[]): string => rules.slice(0, RULES_IN_REASON).join(', ');

/** What the steps so far should have added and what has no rule of its own, in words. */
function absentRules(done: readonly Step[], ahead: readonly Step[], group: DescribedGroup): string[] {
  const doomed = new Set(
    ahead.flatMap((step) => (step.kind === 'revoke' ? step.targets.map((target) => target.id) : [])),
  );
  const standing = new Set(
    group.rules
      .filter((rule) => rule.id === null || !doomed.has(rule.id))
      .map(({ rule }) => ruleIdentity(rule)),
  );
  return [...expectedRules(done)]
    .filter(([identity]) => !standing.has(identity))
    .map(([, rule]) => describeRule(rule));
}

/** By identity. */
function expectedRules(done: readonly Step[]): Map<string, Rule> {
  const expected = new Map<string, Rule>();
  for (const step of done) {
    for (const { rule } of rulesRemovedBy(step)) expected.delete(ruleIdentity(rule));
    for (const { rule } of rulesAddedBy(step)) expected.set(ruleIdentity(rule), rule);
  }
  return expected;
}
