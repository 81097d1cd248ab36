// A plan is good for the group that it was made for. What someone else changes meanwhile cannot be prevented, but at
// a checkpoint it can be seen: a rule that is to be narrowed by a later step and is gone by then would take with it
// what the rules to be revoked before that step let through; and one that was given a text would leave it on another rule.
import { dialectOf } from '../../../reconciler/model/api-dialect.ts';
import { groupBy } from '../../../reconciler/model/collections.ts';
import { handleOf, type DescribedGroup, type DescribedRule } from '../../../reconciler/model/group.ts';
import { ruleIdentity, type Rule } from '../../../reconciler/model/rule.ts';
import { inheritsText } from '../../../reconciler/plan/match/texts.ts';
import { rulesRemovedBy, type Step } from '../../../reconciler/plan/plan.ts';
import { describeRule } from '../../../reconciler/model/rule-text.ts';

/**
 * Rules that steps ahead are to change or remove, and that the group does not hold as the plan knows them: they are
 * gone, or another rule by now, or bear a text that the step would leave on another rule. Without ids a rule that was
 * put back in another spelling is not as it was either: a call in the old spelling finds nothing and "succeeds". Rules
 * that a step already changed are not asked about.
 */
export function staleTargets(
  done: readonly Step[],
  ahead: readonly Step[],
  group: DescribedGroup,
): readonly string[] {
  const touched = new Set(done.flatMap(rulesRemovedBy).map(({ id }) => id));
  const byId = new Map(group.rules.map(({ id, rule }) => [id, rule]));
  const standing = new Set(group.rules.map(handleOf));
  const hasIds = dialectOf(group).namesRulesBy === 'id';
  const isThere = (target: DescribedRule): boolean => {
    if (!hasIds) return standing.has(handleOf(target));
    const now = byId.get(target.id);
    if (now === undefined || ruleIdentity(now) !== ruleIdentity(target.rule)) return false;
    return !leavesNewText(now, firstModify(ahead, target.id));
  };
  const targets = ahead.flatMap(rulesRemovedBy);
  // Until it is modified, a rule that two steps name is as the first of them knows it.
  const firsts = [...groupBy(targets, ({ id }) => id).values()].flatMap(([first]) => first ?? []);
  const asked = hasIds ? firsts.filter(({ id }) => !touched.has(id)) : targets;
  return asked.filter((target) => !isThere(target)).map(({ rule }) => describeRule(rule));
}

const firstModify = (ahead: readonly Step[], id: string | null) =>
  ahead.find((step) => step.kind === 'modify' && step.target.id === id);

/** The plan leaves no text on another rule, but it does not know of one that came later. */
const leavesNewText = (now: Rule, step: Step | undefined): boolean =>
  step?.kind === 'modify' && inheritsText(now, step.to.rule) && !inheritsText(step.target.rule, step.to.rule);
