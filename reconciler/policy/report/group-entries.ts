// Rules as the entries of a policy: those that differ in their peers only are one entry with a list of peers.
import type { Peer } from '../../model/peer.ts';
import { ALL_PORTS, type PortRange } from '../../model/ports.ts';
import { formatPrefix } from '../../model/prefix.ts';
import { compareRules, type Rule } from '../../model/rule.ts';

export interface PolicyEntry {
  /** One of its rules; the peer is not what counts. */
  readonly rule: Rule;
  readonly peers: readonly Peer[];
}

/** Of one direction or both, in the order of rules. */
export function entriesOfRules(rules: readonly Rule[]): readonly PolicyEntry[] {
  const entries = new Map<string, { readonly rule: Rule; readonly peers: Peer[] }>();
  for (const rule of [...rules].sort(compareRules)) {
    const own = rule.own === null ? null : formatPrefix(rule.own);
    const key = JSON.stringify({ ...rule, own, peer: null });
    const entry = entries.get(key) ?? { rule, peers: [] };
    entry.peers.push(rule.peer);
    entries.set(key, entry);
  }
  return [...entries.values()];
}

export function portWord({ first, last }: PortRange): number | string {
  if (first === last) return first;
  return first === ALL_PORTS.first && last === ALL_PORTS.last ? 'all' : `${first}-${last}`;
}
