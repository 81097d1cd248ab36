// `modify: never` has an exception that no other call can replace; whoever wrote it, or has RAM deny the call, is told.
import { counted } from '../../../model/counted.ts';
import { describeRule } from '../../../model/rule-text.ts';
import type { PlanInput } from '../../plan-input.ts';
import type { PlanFinding, Step } from '../../plan.ts';

/**
 * The Modify calls of a plan whose settings say `never`: rules that keep all but their text or their priority. A text is
 * changed by no other call without a gap. A rule of another priority may be refused, or silently left out, beside the old
 * one (reference section 8: not documented), so that only a gap would be left there too.
 */
export function modifiedAnyway(
  { desired, settings }: Pick<PlanInput, 'desired' | 'settings'>,
  steps: readonly Step[],
): PlanFinding[] {
  if (settings.modify !== 'never') return [];
  const modified = steps.flatMap((step) => (step.kind === 'modify' ? [step.to] : []));
  const [first] = modified;
  if (first === undefined) return [];
  const rules = `${counted(modified.length, 'rule')} that ${modified.length === 1 ? 'differs' : 'differ'}`;
  const others = modified.length > 1 ? ' and others' : '';
  const message =
    `reconcile.modify is never, and yet the plan modifies ${rules} in priority or text alone, since no other call ` +
    `changes that without a gap: ${describeRule(first.rule)}${others}; RAM must allow ModifySecurityGroupRule and ` +
    'ModifySecurityGroupEgressRule';
  const { file, line } = desired.source;
  return [{ id: 'modified-anyway', severity: 'warning', message, file, line }];
}
