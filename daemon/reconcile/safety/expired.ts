// A rule whose date has passed and that the cloud still has: said aloud, for someone relies on the date.
import { describeRule } from '../../../reconciler/model/rule-text.ts';
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import type { GroupPlan } from '../../../reconciler/plan/plan.ts';
import type { GroupInput } from '../group-input.ts';
import { commonFields, RULES_NAMED_IN_EVENTS, type GroupRun } from '../group-run.ts';
import { announcedEnds } from './safety-input.ts';

/** The first plan after the date removes the rule, which is no news; one that is blocked, or did not help, is. */
export function reportExpired(run: GroupRun, plan: GroupPlan, { input, facts }: GroupInput): void {
  const ended = new Set(announcedEnds(facts, input.nowMs));
  const tried = new Set(facts.ended);
  const stays = plan.diff.unexpected
    .map(({ rule }) => rule)
    .filter((rule) => ended.has(ruleIdentity(rule)))
    .filter((rule) => plan.status !== 'pending' || tried.has(ruleIdentity(rule)));
  for (const rule of stays.slice(0, RULES_NAMED_IN_EVENTS)) {
    run.engine.telemetry.emit('rule.expired', {
      ...commonFields(run),
      rule: describeRule(rule),
      isPresent: true,
    });
  }
}
