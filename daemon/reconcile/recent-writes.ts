// Reads may lag behind writes. A plan that is made from a picture without what the last plan did would do it again, or
// count on rules that are gone. So a picture is not believed before it shows what the journal says was done: that
// holds at the end of a plan, after one that stopped half-way, and after a crash. What is recent is told by monotonic
// time: the journal's own times are the wall clock's, which someone may set between a write and the next read.
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import type { AddedRule, Effect, RemovedRule } from '../journal/effect.ts';
import type { HistoryEntry } from '../journal/journal.ts';
import type { Engine } from './engine.ts';
import type { GroupMemory } from '../learned/group-memory.ts';

/** More calls than a plan makes in a minute, unless it is allowed hundreds; what is older counts as seen. */
const MAX_CALLS_OF_A_PLAN = 500;

/** Whether the group shows what was done to it lately, or that was so long ago that it needs no longer be waited for. */
export async function showsRecentWrites(
  { journal, clock, patience }: Pick<Engine, 'journal' | 'clock' | 'patience'>,
  { wroteAtMs }: Pick<GroupMemory, 'wroteAtMs'>,
  group: DescribedGroup,
): Promise<boolean> {
  if (clock.monotonicMs() - wroteAtMs > patience.lagMs) return true;
  // Seen as its policy says after the last plan.
  if ((await journal.marks(group)).applied !== null) return true;
  const { account, region, id } = group;
  const history = await journal.history({
    group: { account, region, id },
    sinceMs: null,
    limit: MAX_CALLS_OF_A_PLAN,
  });
  // A retry is told that it was so already.
  const done = history.filter(({ result }) => result === 'applied' || result === 'noop');
  const effects = done.slice(beginOfLastPlan(done)).map(({ effect }) => effect);
  const known = effects.filter((effect) => effect !== null);
  // What an older Rampart did is not known, so reads get all the time that they may lag.
  return known.length === effects.length && showsEffects(known, group);
}

/**
 * What earlier plans did was seen before the last one was made. A call that an earlier plan had left open bears that
 * one's name; so the last plan is that of the intent opened last.
 */
function beginOfLastPlan(done: readonly HistoryEntry[]): number {
  const [first, ...others] = done;
  if (first === undefined) return 0;
  const newest = others.reduce((last, entry) => (entry.openedAtMs >= last.openedAtMs ? entry : last), first);
  return done.findIndex(({ reconcileId }) => reconcileId === newest.reconcileId);
}

/** Whether the group is as these effects, in their order, left it, so far as they touched it. */
function showsEffects(effects: readonly Effect[], group: DescribedGroup): boolean {
  const added = new Map<string, AddedRule>();
  const removed = new Set<string>();
  for (const effect of effects) {
    for (const rule of effect.removes) {
      removed.add(keyOf(rule));
      added.delete(keyOf(rule));
    }
    for (const rule of effect.adds) {
      added.set(keyOf(rule), rule);
      removed.delete(keyOf(rule));
    }
  }
  const shown = group.rules.map(({ rule, id }) => ({
    id,
    identity: ruleIdentity(rule),
    text: rule.description,
  }));
  const keys = new Set(shown.flatMap(({ id, identity }) => [identity, ...(id === null ? [] : [id])]));
  const contents = new Set(shown.map(({ identity, text }) => contentOf(identity, text)));
  const isThere = ({ identity, description }: AddedRule): boolean =>
    description === null ? keys.has(identity) : contents.has(contentOf(identity, description));
  return [...added.values()].every(isThere) && ![...removed].some((key) => keys.has(key));
}

/** How a later call would name the rule. */
const keyOf = ({ id, identity }: RemovedRule): string => id ?? identity;

const contentOf = (identity: string, description: string | null): string =>
  JSON.stringify([identity, description]);
