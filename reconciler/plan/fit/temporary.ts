// Rules that could stand in while others change places: the smallest rule that covers two (or all) of the
// changed ones. Whether one helps is for the search to find out.
import type { Peer } from '../../model/peer.ts';
import { NO_PORTS, type PortRange, type Ports } from '../../model/ports.ts';
import { addressBits, lastAddress, type Prefix } from '../../model/prefix.ts';
import { makeRule, ruleIdentity, type Rule } from '../../model/rule.ts';
import { looseIdentity } from '../match/pair.ts';

/** The description of a temporary rule. */
export const TEMPORARY = 'rampart: temporary, goes when the change under way is complete';

const MAX_CANDIDATES = 24;

/** At most a few candidates, the widest first, none of them equal (but for priority) to a changed rule or one that is held. */
export function hulls(changed: readonly Rule[], held: readonly Rule[]): Rule[] {
  const taken = new Set([...changed, ...held].map(looseIdentity));
  const found = new Map<string, Rule>();
  const add = (rule: Rule | null): void => {
    if (rule !== null && !taken.has(looseIdentity(rule))) found.set(ruleIdentity(rule), rule);
  };
  const likes = Object.values(groupedByRank(changed));
  for (const rules of likes)
    add(rules.reduce<Rule | null>((sum, rule) => (sum === null ? null : hull(sum, rule)), rules[0] ?? null));
  for (const rules of likes) {
    for (const [at, rule] of rules.entries()) {
      for (const other of rules.slice(at + 1)) {
        if (found.size >= MAX_CANDIDATES) return [...found.values()];
        add(hull(rule, other));
      }
    }
  }
  return [...found.values()];
}

/** Rules of one precedence, direction and card: only those can be stood in for by one rule. */
function groupedByRank(rules: readonly Rule[]): Record<string, Rule[]> {
  const groups: Record<string, Rule[]> = {};
  for (const rule of rules) {
    const key = [rule.direction, rule.nicType, rule.action, rule.priority].join();
    groups[key] = [...(groups[key] ?? []), rule];
  }
  return groups;
}

/** The smallest rule that covers both; null if the vendor's rules cannot say it. */
function hull(a: Rule, b: Rule): Rule | null {
  const peer = peerHull(a.peer, b.peer);
  if (peer === null) return null;
  const isOneProtocol = a.protocol === b.protocol;
  const made = makeRule(
    {
      ...a,
      peer,
      protocol: isOneProtocol ? a.protocol : 'all',
      ports: isOneProtocol ? portsHull(a.ports, b.ports) : NO_PORTS,
      sourcePorts:
        isOneProtocol && a.sourcePorts !== null && b.sourcePorts !== null
          ? rangeHull(a.sourcePorts, b.sourcePorts)
          : null,
      own: a.own !== null && b.own !== null && a.own.kind === b.own.kind ? prefixHull(a.own, b.own) : null,
      description: TEMPORARY,
    },
    'desired',
  );
  return made.ok ? made.value : null;
}

function peerHull(a: Peer, b: Peer): Peer | null {
  if ('address' in a && 'address' in b) return a.kind === b.kind ? prefixHull(a, b) : null;
  return 'id' in a && 'id' in b && a.id === b.id ? a : null;
}

function portsHull(a: Ports, b: Ports): Ports {
  if (a.kind === 'range' && b.kind === 'range') return { kind: 'range', ...rangeHull(a, b) };
  if (a.kind === 'list' && b.kind === 'list' && a.id === b.id) return a;
  return a.kind === 'none' ? a : { kind: 'range', first: 1, last: 65535 };
}

const rangeHull = (a: PortRange, b: PortRange): PortRange => ({
  first: Math.min(a.first, b.first),
  last: Math.max(a.last, b.last),
});

function prefixHull(a: Prefix, b: Prefix): Prefix {
  const bits = addressBits(a.kind);
  let length = Math.min(a.length, b.length);
  const last = lastAddress(a) > lastAddress(b) ? lastAddress(a) : lastAddress(b);
  const first = a.address < b.address ? a.address : b.address;
  const network = (size: number): bigint => (first >> BigInt(bits - size)) << BigInt(bits - size);
  while (length > 0 && network(length) + (1n << BigInt(bits - length)) - 1n < last) length -= 1;
  return { kind: a.kind, address: network(length), length };
}
