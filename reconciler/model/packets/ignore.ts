// Which rules an ignore pattern means. Anybody may write a text, so a pattern that names no traffic is not believed as
// far as one that does: see plan/diff/ownership.ts.
import { matchesGlob } from '../glob.ts';
import type { IgnorePattern } from '../group.ts';
import type { Peer } from '../peer.ts';
import { prefixContains } from '../prefix.ts';
import type { Rule } from '../rule.ts';

/**
 * Whether the pattern says which traffic its rules are about, so that they can be believed within that. A text beside
 * what fits any traffic is a text alone.
 */
export function isShaped({ description, protocol, ports, peers }: IgnorePattern): boolean {
  if (description === undefined) return protocol !== undefined || ports !== undefined || peers !== undefined;
  const isNarrow = (peer: Peer): boolean => !('address' in peer) || peer.length > 0;
  return (
    (protocol !== undefined && protocol !== 'all') || ports !== undefined || (peers?.every(isNarrow) ?? false)
  );
}

/** Whether the rule fits every field that the pattern names. A rule without a text fits no pattern of texts. */
export function matchesIgnore(pattern: IgnorePattern, rule: Rule): boolean {
  const { description } = pattern;
  if (description === undefined) return matchesShape(pattern, rule);
  return (
    rule.description !== null && matchesGlob(description, rule.description) && matchesShape(pattern, rule)
  );
}

/** The same but for the text: whether the rule is within the traffic of the pattern, and like it otherwise. */
export function matchesShape(pattern: IgnorePattern, rule: Rule): boolean {
  const { protocol, peers, action, priority, direction } = pattern;
  return (
    (protocol === undefined || protocol === 'all' || protocol === rule.protocol) &&
    hasPortsWithin(pattern, rule) &&
    (peers === undefined || peers.some((peer) => isWithin(rule.peer, peer))) &&
    (action === undefined || action === rule.action) &&
    (priority === undefined || priority === rule.priority) &&
    (direction === undefined || direction === rule.direction)
  );
}

/** What a port list holds is not known here, so it is within nothing. */
function hasPortsWithin({ ports }: IgnorePattern, { ports: of }: Rule): boolean {
  if (ports === undefined) return true;
  return of.kind === 'range' && ports.some(({ first, last }) => first <= of.first && of.last <= last);
}

function isWithin(peer: Peer, outer: Peer): boolean {
  if ('address' in peer) return 'address' in outer && prefixContains(outer, peer);
  return peer.kind === outer.kind && peer.id === outer.id;
}
