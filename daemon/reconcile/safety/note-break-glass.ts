// What is said and noted of rules by hand that are left alone for a while.
import { ruleIdentity } from '../../../reconciler/model/rule.ts';
import { describeRule } from '../../../reconciler/model/rule-text.ts';
import type { GroupInput } from '../group-input.ts';
import { commonFields, type GroupRun } from '../group-run.ts';
import { isKept, keptNow } from './break-glass.ts';

/** Says what has begun and ended since the last look, and notes what is known now. */
export async function noteBreakGlass(run: GroupRun, { input, facts, breakGlass }: GroupInput): Promise<void> {
  const { journal, telemetry } = run.engine;
  const { nowMs } = input;
  const before = keptNow(facts.breakGlass, 0);
  const now = keptNow(breakGlass, nowMs);
  for (const { rule, reason, untilMs } of breakGlass.filter((kept) => isKept(kept, nowMs))) {
    if (before.has(ruleIdentity(rule))) continue;
    const until = new Date(untilMs).toISOString();
    telemetry.emit('breakglass.opened', { ...commonFields(run), rule: describeRule(rule), reason, until });
  }
  for (const { rule, reason, isPresent } of facts.breakGlass) {
    if (!isPresent || now.has(ruleIdentity(rule))) continue;
    telemetry.emit('breakglass.closed', { ...commonFields(run), rule: describeRule(rule), reason });
  }
  await journal.setFacts(run.group, { breakGlass });
}
