// Groups to measure the exposure engine with, from a seed. "Grown" looks like a production group after
// some years; the other shapes are the worst that an owner could write.
import { groupContext, type GroupContext } from '../reconciler/exposure/engine/context.ts';
import type { Peer } from '../reconciler/model/peer.ts';
import { NO_PORTS, type PortRange, type Ports } from '../reconciler/model/ports.ts';
import { addressBits, type Family, type Prefix } from '../reconciler/model/prefix.ts';
import { hasPorts, type Protocol } from '../reconciler/model/protocol.ts';
import { ruleIdentity, type Rule } from '../reconciler/model/rule.ts';
import type { Random } from '../test/support/random.ts';

export type Shape = 'grown' | 'boxes2d' | 'boxes4d' | 'groups';

export const BENCH_CONTEXT: GroupContext = groupContext({
  id: 'sg-self',
  type: 'normal',
  innerAccess: 'drop',
});

/** A group of `size` different rules. */
export function makeGroup(shape: Shape, size: number, random: Random): Rule[] {
  return refill(shape, new Map(), size, random);
}

/** The group with `edits` of its rules replaced by others of the same kind. */
export function editGroup(shape: Shape, group: readonly Rule[], edits: number, random: Random): Rule[] {
  const kept = random.shuffle(group).slice(edits);
  return refill(shape, new Map(kept.map((rule) => [ruleIdentity(rule), rule])), group.length, random);
}

function refill(shape: Shape, rules: Map<string, Rule>, size: number, random: Random): Rule[] {
  while (rules.size < size) {
    const rule = makeRuleOf(shape, random);
    rules.set(ruleIdentity(rule), rule);
  }
  return [...rules.values()];
}

function makeRuleOf(shape: Shape, random: Random): Rule {
  switch (shape) {
    case 'grown':
      return grownRule(random);
    case 'boxes2d':
      return fill({ ...anyVerdict(random), ports: anyPorts(random), peer: anyPrefix(random, 'ipv4', 8, 28) });
    case 'boxes4d':
      return fill({
        ...anyVerdict(random),
        ports: anyPorts(random),
        sourcePorts: portRange(random),
        peer: anyPrefix(random, 'ipv4', 1, 12),
        own: anyPrefix(random, 'ipv4', 1, 12),
      });
    case 'groups':
      return fill({ ...anyVerdict(random), ports: anyPorts(random), peer: group(`sg-${random.below(20)}`) });
  }
}

const anyVerdict = (random: Random): Pick<Rule, 'action' | 'priority'> => ({
  action: random.chance(0.5) ? 'accept' : 'drop',
  priority: 1 + random.below(100),
});

const SERVICES = [22, 80, 443, 3306, 3389, 5432, 6379, 8080, 8443, 9090, 9200, 27017];

/** Whitelists for services; bans, five-tuples, IPv6, ICMP, groups and lists in the shares of real groups. */
function grownRule(random: Random): Rule {
  const share = random.below(100);
  if (share < 4) {
    const own = prefixAt('ipv4', (172n << 24n) | BigInt(random.below(16) << 16), 24);
    return fill({
      ports: service(random),
      sourcePorts: { first: 1024, last: 65535 },
      peer: site(random),
      own,
      priority: 5,
    });
  }
  if (share < 12)
    return fill({ protocol: 'all', peer: site(random), action: 'drop', priority: 1 + random.below(5) });
  if (share < 14) return fill({ protocol: 'icmp', peer: site(random), priority: 10 });
  if (share < 15) return fill({ ports: service(random), peer: prefixAt('ipv4', 0n, 0), priority: 50 });
  if (share < 22)
    return fill({ ports: service(random), peer: anyPrefix(random, 'ipv6', 48, 64), priority: 10 });
  if (share < 32)
    return fill({ ports: service(random), peer: group(`sg-${random.below(12)}`), priority: 10 });
  if (share < 38) {
    return fill({
      ports: service(random),
      peer: { kind: 'prefixList', id: `pl-${random.below(6)}` },
      priority: 10,
    });
  }
  return fill({
    protocol: random.chance(0.1) ? 'udp' : 'tcp',
    ports: service(random),
    peer: site(random),
    priority: random.pick([1, 10, 20, 30]),
  });
}

function service(random: Random): Ports {
  const first = random.pick(SERVICES);
  return { kind: 'range', first, last: random.chance(0.1) ? first + random.below(100) : first };
}

/** Mostly single hosts, then /24 and /16. */
function site(random: Random): Prefix {
  const length = random.pick([32, 32, 32, 32, 32, 32, 24, 24, 24, 16]);
  return anyPrefix(random, 'ipv4', length, length);
}

const group = (id: string): Peer => ({ kind: 'group', id, ownerId: null });

function anyPrefix(random: Random, family: Family, shortest: number, longest: number): Prefix {
  let address = 0n;
  for (let word = 0; word < addressBits(family) / 16; word += 1) {
    address = (address << 16n) | BigInt(random.below(65536));
  }
  return prefixAt(family, address, shortest + random.below(longest - shortest + 1));
}

function prefixAt(kind: Family, address: bigint, length: number): Prefix {
  const hostBits = BigInt(addressBits(kind) - length);
  return { kind, address: (address >> hostBits) << hostBits, length };
}

function portRange(random: Random): PortRange {
  const ends = [1 + random.below(65535), 1 + random.below(65535)];
  return { first: Math.min(...ends), last: Math.max(...ends) };
}

const anyPorts = (random: Random): Ports => ({ kind: 'range', ...portRange(random) });

function fill(fields: Partial<Rule> & Pick<Rule, 'peer'>): Rule {
  const protocol: Protocol = fields.protocol ?? 'tcp';
  return {
    direction: 'ingress',
    sourcePorts: null,
    own: null,
    action: 'accept',
    priority: 1,
    nicType: 'intranet',
    description: null,
    ...fields,
    protocol,
    ports: hasPorts(protocol) ? (fields.ports ?? NO_PORTS) : NO_PORTS,
  };
}
