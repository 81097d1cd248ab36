// Questions of the form "is it so for every packet?", answered by looking for one packet where it
// isn't. The search stops at the first.
import type { ClauseTable } from './clause-table.ts';
import { explore, type Question } from './explore.ts';
import { agreeEverywhere } from './masks.ts';
import { Meter } from './meter.ts';
import type { Packet } from './packet.ts';
import { examplePacket, regionsOf } from './region.ts';
import type { Universe } from './universe.ts';

export type Verdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'fails'; readonly witness: Packet }
  /** The budget ran out first: nothing is known. */
  | { readonly kind: 'unknown' };

/** Where to look: a universe or a part of it, and the states that each of the table's clauses is in. */
export interface Place {
  readonly universe: Universe;
  readonly table: ClauseTable;
  readonly masks: Int32Array;
}

/** What to look for. */
export interface Search extends Pick<Question, 'states' | 'settledBy'> {
  /** From whether each state accepts the packet. Never true where all states agree. */
  readonly isLookedFor: (accepted: readonly boolean[]) => boolean;
}

/** Looks through all places in turn; `maxWork` is for all of them together. */
export function findPacket(places: readonly Place[], search: Search, maxWork: number): Verdict {
  const meter = new Meter(maxWork);
  for (const { universe, table, masks } of places) {
    if (agreeEverywhere(masks, search.states)) continue;
    const answer = explore(
      {
        ...search,
        table,
        masks,
        labels: Int32Array.from(masks, (_, clause) => Number(table.accepts(clause))),
        fallback: Number(universe.fallback === 'accept'),
        judge: (winners) => Number(search.isLookedFor(winners.map((label) => label === 1))),
        stopAtFirst: true,
      },
      meter,
    );
    if (answer === null) return { kind: 'unknown' };
    const [found] = regionsOf(answer);
    if (found !== undefined) return { kind: 'fails', witness: examplePacket(universe, found.region) };
  }
  return { kind: 'holds' };
}
