// Which names the groups and expectations of a file take from definitions: what they compile to hangs on these alone.
import { DIRECTIONS } from '../../../model/rule.ts';
import type { PolicyDocument } from '../../schema/document.ts';
import type { PeerWord } from '../../schema/peer-text.ts';

/** Each name once. */
export interface NamesUsed {
  readonly networks: readonly string[];
  readonly services: readonly string[];
}

export function namesUsed(document: PolicyDocument | null): NamesUsed {
  const networks = new Set<string>();
  const services = new Set<string>();
  for (const used of document === null ? [] : usesIn(document)) {
    for (const word of used.peers ?? []) if (word?.kind === 'network') networks.add(word.name);
    for (const name of used.services ?? []) if (name !== undefined) services.add(name);
  }
  return { networks: [...networks], services: [...services] };
}

interface NamesIn {
  readonly peers: ReadonlyArray<PeerWord | undefined> | null;
  readonly services: ReadonlyArray<string | undefined> | null;
}

function* usesIn({ groups, expect }: PolicyDocument): Generator<NamesIn> {
  for (const { rules, ignore } of groups) {
    for (const direction of DIRECTIONS) yield* rules[direction] ?? [];
    for (const pattern of ignore) yield { peers: pattern?.peer ?? null, services: null };
  }
  for (const { accept, drop } of expect) {
    if (accept !== null) yield accept;
    if (drop !== null) yield drop;
  }
}
