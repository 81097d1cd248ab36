import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { Step } from '../../reconciler/plan/plan.ts';

/**
 * Whether a group shows all that the steps did: the rules they brought, and none of those they took away. What still
 * differs then is no lag of the vendor's reads but the work of somebody else, and need not be waited for.
 */
export function showsWrites(steps: readonly Step[], group: DescribedGroup): boolean {
  const brought = new Map<string, Rule>();
  const removed = new Set<string>();
  const bring = (rule: Rule): void => {
    brought.set(ruleIdentity(rule), rule);
    removed.delete(ruleIdentity(rule));
  };
  const remove = (rule: Rule): void => {
    removed.add(ruleIdentity(rule));
    brought.delete(ruleIdentity(rule));
  };
  for (const step of steps) {
    switch (step.kind) {
      case 'authorize':
        for (const { rule } of step.rules) bring(rule);
        break;
      case 'modify':
        remove(step.target.rule);
        bring(step.to.rule);
        break;
      case 'revoke':
        for (const { rule } of step.targets) remove(rule);
        break;
    }
  }
  const shown = new Map(group.rules.map(({ rule }) => [ruleIdentity(rule), rule]));
  return (
    [...removed].every((identity) => !shown.has(identity)) &&
    [...brought].every(([identity, { description }]) => {
      const rule = shown.get(identity);
      return rule !== undefined && (description === null || rule.description === description);
    })
  );
}
