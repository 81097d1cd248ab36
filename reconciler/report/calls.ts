// The calls of a plan, for those who ask for them.
import { counted } from '../model/counted.ts';
import { operationOf } from '../model/operation.ts';
import { describeRule } from '../model/rule-text.ts';
import type { Step } from '../plan/plan.ts';

const MAX_RULES_SHOWN = 10;

/** In their order, each with the rules that it names. */
export const callTexts = (steps: readonly Step[]): string[] => steps.flatMap(stepLines);

function stepLines(step: Step, index: number): string[] {
  const checkpoint = step.checkpoint ? ['-- checkpoint: verify added rules before removing old ones'] : [];
  const [first, ...others] = ruleTexts(step);
  const call = `${index + 1}. ${operationOf(step)}`;
  if (others.length === 0) return [...checkpoint, `${call} ${first ?? ''}`];
  const shown = [first, ...others].slice(0, MAX_RULES_SHOWN).map((text) => `     ${text}`);
  const more = others.length + 1 - shown.length;
  const rest = more > 0 ? [`     and ${more} more`] : [];
  return [...checkpoint, `${call} ${counted(others.length + 1, 'rule')}`, ...shown, ...rest];
}

/** What a call names. */
function ruleTexts(step: Step): string[] {
  switch (step.kind) {
    case 'authorize':
      return step.rules.map(({ rule }) => describeRule(rule));
    case 'modify':
      return [`${step.target.id ?? 'by its fields'} to ${describeRule(step.to.rule)}`];
    case 'revoke':
      return step.targets.map(({ rule, id }) =>
        step.targets.length === 1 && id !== null ? id : `${id ?? 'no id'} ${describeRule(rule)}`,
      );
  }
}
