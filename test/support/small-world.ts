// Rules over so few addresses, ports and protocols that every packet that they tell apart can be tried.
import type { PortRange } from '../../reconciler/model/ports.ts';
import type { RuleSets, SmallSpace } from './loss-oracle.ts';
import { prefix, SELF, type World } from './rule-sets.ts';

/** Of 10.0.0.0/28 and fd00::/124 half is private, and an address beside each stands for all others. */
export const SMALL_PRIVATE = [prefix('10.0.0.0/30'), prefix('10.0.0.8/30'), prefix('fd00::/125')];

const SOURCE_PORTS: PortRange = { first: 1024, last: 65535 };

export const SMALL_WORLD: World = {
  protocols: ['tcp', 'tcp', 'tcp', 'udp', 'all', 'all', 'gre'],
  ports: ['all', 'all', '22', '22', '80', '1-22', 'prl-a'],
  sourcePorts: [null, null, null, null, null, SOURCE_PORTS],
  peers: [
    '0.0.0.0/0',
    '0.0.0.0/0',
    '10.0.0.0/28',
    '10.0.0.0/29',
    '10.0.0.0/30',
    '10.0.0.8/29',
    '10.0.0.8/30',
    '10.0.0.8/32',
    '10.0.0.12/31',
    '0.0.0.0/5',
    '::/0',
    'fd00::/124',
    'fd00::/126',
    'fd00::4/126',
    'sg-a',
    'sg-a',
    'sg-b',
    SELF,
    'pl-a',
    'pl-b',
  ],
  owns: [null, null, null, null, null, null, '10.1.0.0/16', 'fd01::/64'],
  priorities: [1, 1, 2, 3],
  directions: ['ingress', 'ingress', 'ingress', 'egress'],
  nicTypes: ['intranet'],
};

const upTo = (first: bigint, count: number): bigint[] =>
  Array.from({ length: count }, (_, at) => first + BigInt(at));

const V4 = 10n << 24n;
const V6 = 0xfd00n << 112n;

const EVERYTHING: SmallSpace = {
  protocols: [6, 17, 47, 99],
  ports: [21, 22, 23, 80, 81],
  sourcePorts: [1, 1024],
  addresses: { ipv4: [...upTo(V4, 16), 1n, 200n << 24n], ipv6: [...upTo(V6, 16), 1n] },
  privateAddresses: { ipv4: [...upTo(V4, 4), ...upTo(V4 + 8n, 4)], ipv6: upTo(V6, 8) },
  owns: { ipv4: [(10n << 24n) + (1n << 16n), 1n], ipv6: [0xfd01n << 112n, 1n] },
};

/** Without values that no rule of these tells from another one that is tried. */
export function smallSpaceFor({ before, after }: RuleSets): SmallSpace {
  const rules = [...before, ...after];
  const protocols = new Set(rules.map(({ protocol }) => protocol));
  const numbers = { tcp: 6, udp: 17, gre: 47 } as const;
  return {
    ...EVERYTHING,
    protocols: [
      ...(['tcp', 'udp', 'gre'] as const).filter((name) => protocols.has(name)).map((name) => numbers[name]),
      99,
    ],
    ports: rules.some(({ ports }) => ports.kind !== 'none') ? EVERYTHING.ports : [22],
    sourcePorts: rules.some(({ sourcePorts }) => sourcePorts !== null) ? EVERYTHING.sourcePorts : [1],
    owns: rules.some(({ own }) => own !== null) ? EVERYTHING.owns : { ipv4: [1n], ipv6: [1n] },
  };
}
