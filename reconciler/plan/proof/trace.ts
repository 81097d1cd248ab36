// A plan as a run of events on numbered rules: what is there at each moment, whatever the calls are named.
import type { DescribedRule } from '../../model/group.ts';
import type { Rule } from '../../model/rule.ts';
import type { Step } from '../plan.ts';
import { Named } from './simulate.ts';

/** What a step changes, by the numbers of the rules. */
export interface Event {
  readonly added: readonly number[];
  readonly removed: readonly number[];
  /** One call to the cloud that cannot take effect in part. */
  readonly isAtomic: boolean;
}

/** Numbers every rule that is ever there, the described ones first. */
export function trace(
  described: readonly DescribedRule[],
  steps: readonly Step[],
): { rules: Rule[]; events: Event[] } {
  const rules = described.map(({ rule }) => rule);
  const held = new Named<number>();
  for (const [number, item] of described.entries()) held.put(item, number);
  const put = (item: DescribedRule): number => {
    held.put(item, rules.length);
    return rules.push(item.rule) - 1;
  };
  const events = steps.map((step): Event => {
    switch (step.kind) {
      case 'authorize':
        return {
          added: step.rules.map(({ rule }) => put({ rule, id: null, selector: {} })),
          removed: [],
          isAtomic: false,
        };
      case 'modify': {
        const removed = [held.take(step.target)];
        return { added: [put({ ...step.target, rule: step.to.rule })], removed, isAtomic: true };
      }
      case 'revoke':
        return { added: [], removed: step.targets.map((target) => held.take(target)), isAtomic: false };
    }
  });
  return { rules, events };
}

/** Leads `now` behind the event. */
export function applyEvent(now: Uint8Array, { added, removed }: Event): void {
  for (const number of added) now[number] = 1;
  for (const number of removed) now[number] = 0;
}
