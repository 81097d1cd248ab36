// What became of a rule: one that is modified is neither added nor removed.
import type { ExposureEffect } from '../exposure/ask/effects.ts';
import { ruleContent } from '../model/rule.ts';
import type { Diff } from '../plan/plan.ts';

export type RuleChangeWord = 'added' | 'removed' | 'changed';

export function changeOfEffect({ change, rule }: ExposureEffect, { different }: Diff): RuleChangeWord {
  const content = ruleContent(rule);
  const isChanged = different.some(
    ({ from, to }) => ruleContent(change === 'removed' ? from.rule : to.rule) === content,
  );
  return isChanged ? 'changed' : change;
}
