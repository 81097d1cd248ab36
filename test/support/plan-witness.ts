// Carries out a plan as a suspicious bystander would: keeps its own books of ids and rules, tries
// subsets of each batch, and asks the packet oracle about each state. Shares only types with the planner.
import { isDeepStrictEqual } from 'node:util';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Packet } from '../../reconciler/exposure/engine/packet.ts';
import type { DescribedRule } from '../../reconciler/model/group.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import type { Step } from '../../reconciler/plan/plan.ts';
import { oracleDecide } from './packet-oracle.ts';
import type { Random } from './random.ts';

/** A moment while a plan is carried out. */
export interface Moment {
  readonly at: string;
  readonly rules: readonly Rule[];
}

/** The state after each step, and some of those that a batch may pass through on the way. */
export function moments(before: readonly DescribedRule[], steps: readonly Step[], random: Random): Moment[] {
  const held = new Map(before.map(({ id, rule }) => [id ?? '', rule]));
  const seen: Moment[] = [];
  let born = 0;
  const snapshot = (at: string): void => void seen.push({ at, rules: [...held.values()] });
  for (const [index, step] of steps.entries()) {
    switch (step.kind) {
      case 'authorize': {
        for (const subset of subsets(step.rules, random)) {
          const rules = [...held.values(), ...subset.map(({ rule }) => rule)];
          seen.push({ at: `step ${index}, ${subset.length} of ${step.rules.length} added`, rules });
        }
        for (const { rule } of step.rules) held.set(`born-${born++}`, rule);
        break;
      }
      case 'modify':
        held.set(take(held, step.target), step.to.rule);
        break;
      case 'revoke': {
        for (const subset of subsets(step.targets, random)) {
          const gone = new Set(subset.map((target) => idOf(held, target)));
          const rules = [...held].filter(([id]) => !gone.has(id)).map(([, rule]) => rule);
          seen.push({ at: `step ${index}, ${subset.length} of ${step.targets.length} removed`, rules });
        }
        for (const target of step.targets) take(held, target);
        break;
      }
    }
    snapshot(`after step ${index}`);
  }
  return seen;
}

function take(held: Map<string, Rule>, target: DescribedRule): string {
  const id = idOf(held, target);
  held.delete(id);
  return id;
}

/** A rule that the plan itself made has an id that the plan cannot know: it is found by what it is. */
function idOf(held: ReadonlyMap<string, Rule>, { id, rule }: DescribedRule): string {
  const found =
    id ?? [...held].find(([name, other]) => name.startsWith('born-') && other === rule)?.[0] ?? '';
  if (!isDeepStrictEqual(held.get(found), rule))
    throw new Error(`the plan names a rule that is not there: ${id}`);
  return found;
}

/** Every single item (enough by the lemma on singles) and a few random subsets. */
function subsets<T>(items: readonly T[], random: Random): T[][] {
  if (items.length < 2) return [];
  return [...items.map((item) => [item]), ...[1, 2, 3].map(() => items.filter(() => random.chance(0.5)))];
}

export type Breach = 'opened' | 'cut' | null;

/** Whether a packet fares otherwise at this moment than before and after, which agree. */
export function breach(
  rules: { readonly before: readonly Rule[]; readonly after: readonly Rule[]; readonly now: readonly Rule[] },
  packet: Packet,
  context: GroupContext,
): Breach {
  const before = oracleDecide(rules.before, packet, context);
  const now = oracleDecide(rules.now, packet, context);
  if (now === before || now === oracleDecide(rules.after, packet, context)) return null;
  return now === 'accept' ? 'opened' : 'cut';
}
