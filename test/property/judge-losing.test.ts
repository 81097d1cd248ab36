// Invariants of the brake's two questions, judged by an oracle that tries every packet of a small space:
// - the losing rules are the oracle's, no more and no fewer, with drops, priorities, groups, lists, both directions,
//   both group types and both families
// - the emptied directions are the oracle's
// - on a budget that ends at once every losing rule and every emptied direction is still named
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import { emptiedDirections } from '../../reconciler/judge/loss/emptied.ts';
import { losingRules } from '../../reconciler/judge/loss/losing-rules.ts';
import type { PortRange } from '../../reconciler/model/ports.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { oracleEmptied, oracleLosing, type RuleSets, type SmallSpace } from '../support/loss-oracle.ts';
import { arbitraryEdit, prefix, SELF, type World } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

/** Of 10.0.0.0/28 and fd00::/124 half is private, and an address beside each stands for all others. */
const PRIVATE = [prefix('10.0.0.0/30'), prefix('10.0.0.8/30'), prefix('fd00::/125')];

const SOURCE_PORTS: PortRange = { first: 1024, last: 65535 };

const WORLD: World = {
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
function spaceFor({ before, after }: RuleSets): SmallSpace {
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

const arbitrarySets = (): fc.Arbitrary<RuleSets> =>
  fc
    .record({
      edit: arbitraryEdit(6, WORLD),
      type: fc.constantFrom('normal' as const, 'enterprise' as const),
      innerAccess: fc.constantFrom('accept' as const, 'drop' as const),
      list: fc.constantFrom<
        Array<[string, GroupContext['prefixLists'] extends ReadonlyMap<string, infer L> ? L : never]>
      >(
        [],
        [['pl-a', { family: 'ipv4', entries: null }]],
        [['pl-a', { family: 'ipv4', entries: [prefix('10.0.0.0/29'), prefix('10.0.0.9/32')] }]],
        [['pl-a', { family: 'ipv6', entries: [prefix('fd00::/126')] }]],
        [['pl-a', { family: 'ipv4', entries: [] }]],
      ),
      portList: fc.constantFrom<Array<[string, readonly PortRange[]]>>(
        [],
        [['prl-a', [{ first: 22, last: 79 }]]],
      ),
    })
    .map(({ edit, type, innerAccess, list, portList }) => ({
      ...edit,
      context: {
        id: SELF,
        type,
        innerAccess,
        classic: false,
        prefixLists: new Map(list),
        portLists: new Map(portList),
      },
    }));

const identities = (rules: Iterable<Parameters<typeof ruleIdentity>[0]>): string[] =>
  [...rules].map(ruleIdentity).sort();

const emptied = (sets: RuleSets, maxWork?: number): string[] =>
  emptiedDirections(sets, maxWork).map(({ direction, family }) => `${direction} ${family}`);

it('names just the rules that lose a packet when every packet is tried', () => {
  let losing = 0;
  fc.assert(
    fc.property(arbitrarySets(), (sets) => {
      const wanted = identities(oracleLosing(sets, spaceFor(sets)));
      losing += wanted.length;
      expect(identities(losingRules({ ...sets, privateNetworks: PRIVATE }))).toEqual(wanted);
    }),
    runs(3000),
  );
  expect(losing).toBeGreaterThan(1000);
});

it('names just the directions of which nothing is accepted any more when every packet is tried', () => {
  let found = 0;
  fc.assert(
    fc.property(arbitrarySets(), (sets) => {
      const wanted = oracleEmptied(sets, spaceFor(sets));
      found += wanted.length;
      expect(emptied(sets)).toEqual(wanted);
    }),
    runs(1500),
  );
  expect(found).toBeGreaterThan(100);
});

it('misses nothing on a budget that ends at once', () => {
  fc.assert(
    fc.property(arbitrarySets(), fc.nat(30), (sets, maxWork) => {
      const space = spaceFor(sets);
      const named = identities(losingRules({ ...sets, privateNetworks: PRIVATE }, maxWork));
      expect(named).toEqual(expect.arrayContaining(identities(oracleLosing(sets, space))));
      expect(emptied(sets, maxWork)).toEqual(expect.arrayContaining(oracleEmptied(sets, space)));
    }),
    runs(500),
  );
});
