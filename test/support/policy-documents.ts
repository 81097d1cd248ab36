// Random valid policies, made as plain values together with the count of rules that they stand for. The count
// is made on the way, from the parts, and not by anything of the compiler.
import fc from 'fast-check';
import { stringify } from 'yaml';

export interface RandomPolicy {
  readonly document: Readonly<Record<string, unknown>>;
  /** Rules that the document stands for, in both directions of all its groups. */
  readonly ruleCount: number;
  /** Services of each expectation. */
  readonly expected: readonly number[];
}

interface Counted {
  readonly value: Readonly<Record<string, unknown>>;
  readonly count: number;
}

const NETWORKS = {
  two: ['203.0.113.0/24', '198.51.100.0/25'],
  three: ['two', 'sg-inner'],
  six: '2001:db8::/32',
};
const SERVICES = { web: ['tcp/80', 'tcp/443'], all6: ['udp/all', 'gre'] };

/** Peers that differ from each other and from the members of the networks, and how many each stands for. */
const PEERS: ReadonlyArray<readonly [peer: unknown, count: number]> = [
  ['two', 2],
  ['sg-peer', 1],
  ['pl-list', 1],
  ['192.0.2.1', 1],
  ['192.0.2.128/25', 1],
  ['2001:db8:1::/48', 1],
  ['six', 1],
  [{ group: 'sg-far', ownerId: '1557809237701234' }, 1],
];

const TRAFFIC: ReadonlyArray<readonly [keys: Readonly<Record<string, unknown>>, count: number]> = [
  [{ protocol: 'tcp', ports: 22 }, 1],
  [{ protocol: 'TCP', ports: ['8000-8100', '9000/9001', 7] }, 3],
  [{ protocol: 'udp', ports: 'all' }, 1],
  [{ protocol: 'tcp', portList: 'prl-app' }, 1],
  [{ protocol: 'all' }, 1],
  [{ protocol: 'gre' }, 1],
  [{ services: 'web' }, 2],
  [{ services: ['web', 'all6'] }, 4],
];

const extras = fc.record(
  {
    action: fc.constantFrom('accept', 'drop'),
    description: fc.constantFrom(
      'd',
      'a: b',
      '"quoted"',
      '- dash',
      'x'.repeat(512),
      '#no comment',
      '42',
      'null',
    ),
    expires: fc.constantFrom('2027-01-31T18:00:00Z', '2027-01-31T18:00:00+08:00'),
    nicType: fc.constant('intranet'),
  },
  { requiredKeys: [] },
);

/** A different priority keeps the rules of one direction apart, whatever else they have in common. */
const rule = (direction: 'ingress' | 'egress', priority: number): fc.Arbitrary<Counted> =>
  fc
    .tuple(fc.subarray([...PEERS], { minLength: 1 }), fc.constantFrom(...TRAFFIC), extras)
    .map(([peers, [traffic, trafficCount], more]) => {
      const list = peers.map(([peer]) => peer);
      const peer = list.length === 1 ? list[0] : list;
      const value = { ...traffic, ...more, priority, [direction === 'ingress' ? 'from' : 'to']: peer };
      return { value, count: trafficCount * peers.reduce((sum, [, count]) => sum + count, 0) };
    });

const rules = (direction: 'ingress' | 'egress'): fc.Arbitrary<Counted[]> =>
  fc
    .nat(4)
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => rule(direction, index + 1))));

const group = (index: number): fc.Arbitrary<Counted> =>
  fc
    .tuple(rules('ingress'), rules('egress'), fc.constantFrom('enforce', 'additive', 'observe'))
    .map(([ingress, egress, mode]) => ({
      value: {
        id: `sg-${index}`,
        region: 'cn-hangzhou',
        mode,
        ingress: ingress.map(({ value }) => value),
        egress: egress.map(({ value }) => value),
      },
      count: [...ingress, ...egress].reduce((sum, { count }) => sum + count, 0),
    }));

/** Patterns name no port lists, but may name the built-in networks. */
const PATTERN_PEERS = [...PEERS.map(([peer]) => peer), 'internet', 'anywhere'];
const PATTERN_TRAFFIC = TRAFFIC.filter(([keys]) => !('portList' in keys));

const expectation = (index: number): fc.Arbitrary<Counted> =>
  fc
    .tuple(
      fc.subarray(PATTERN_PEERS, { minLength: 1 }),
      fc.constantFrom(...PATTERN_TRAFFIC),
      fc.constantFrom<'ingress' | 'egress'>('ingress', 'egress'),
      fc.constantFrom('accept', 'drop'),
    )
    .map(([peers, [traffic, count], direction, kind]) => {
      const far = direction === 'ingress' ? 'from' : 'to';
      const pattern = { direction, ...traffic, [far]: peers };
      return { value: { name: `expectation ${index}`, group: 'sg-0', [kind]: pattern }, count };
    });

const expectations: fc.Arbitrary<Counted[]> = fc
  .nat(3)
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => expectation(index))));

export const randomPolicy: fc.Arbitrary<RandomPolicy> = fc
  .integer({ min: 1, max: 3 })
  .chain((count) =>
    fc.tuple(fc.tuple(...Array.from({ length: count }, (_, index) => group(index))), expectations),
  )
  .map(([groups, expected]) => ({
    document: {
      version: 1,
      networks: NETWORKS,
      services: SERVICES,
      groups: groups.map(({ value }) => value),
      expect: expected.map(({ value }) => value),
    },
    expected: expected.map(({ count }) => count),
    ruleCount: groups.reduce((sum, { count }) => sum + count, 0),
  }));

/** As a person or another tool might write it: block style, or one long flow line. */
export const policyYaml = (document: unknown, flow: boolean): string =>
  flow ? `${JSON.stringify(document)}\n` : stringify(document);
