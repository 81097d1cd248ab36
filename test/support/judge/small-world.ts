// A small world in which every packet can be tried: rules, patterns, groups and lists that collide all the time.
import fc from 'fast-check';
import type { GroupContext, KnownPrefixList } from '../../../reconciler/exposure/engine/context.ts';
import type { JudgeContext } from '../../../reconciler/judge/verdict/judge.ts';
import type { Deny } from '../../../reconciler/judge/verdict/guardrail.ts';
import type { PortRange } from '../../../reconciler/model/ports.ts';
import type { RuleAction } from '../../../reconciler/model/rule.ts';
import { arbitraryEdit, known, prefix, SELF, type World } from '../rule-sets.ts';
import { guardrail, type PatternWords } from './demands.ts';
import type { OracleQuestion, SmallWorld } from './oracle.ts';

const RULES: World = {
  protocols: ['tcp', 'tcp', 'tcp', 'all', 'udp', 'icmp', 'icmpv6', 'gre'],
  ports: ['all', '22', '22', '22-23', '23-80', '1-22', 'prl-a', 'prl-b'],
  sourcePorts: [null, null, null, { first: 1, last: 100 }, { first: 50, last: 200 }],
  peers: [
    ...['0.0.0.0/0', '0.0.0.0/0', '10.0.0.0/28', '10.0.0.0/29', '10.0.0.8/29', '10.0.0.4/30', '10.0.0.9/32'],
    ...['::/0', '2001:db8::/124', '2001:db8::/125', '2001:db8::8/125', '2001:db8::6/127'],
    ...['sg-a', 'sg-b', SELF, 'pl-a', 'pl-b', 'pl-c'],
  ],
  owns: [null, null, null, '10.1.0.0/31', '10.1.0.1/32', '2001:db8:1::/127'],
  priorities: [1, 1, 2, 3],
  directions: ['ingress', 'ingress', 'egress'],
  nicTypes: ['intranet', 'intranet', 'intranet', 'internet'],
};

/** One value on each side of each end point above, and every address of the two small networks. */
export const WORLD: SmallWorld = {
  protocols: [6, 17, 1, 47, 58, 99],
  ports: [1, 22, 23, 50, 80, 90],
  sourcePorts: [20, 60, 150, 300],
  addresses: {
    ipv4: [...Array.from({ length: 16 }, (_, at) => 0x0a000000n + BigInt(at)), 0x08080808n],
    ipv6: [...Array.from({ length: 16 }, (_, at) => (0x20010db8n << 96n) + BigInt(at)), 0x2400n << 112n],
  },
  owns: {
    ipv4: [0x0a010000n, 0x0a010001n, 0x0a090000n],
    ipv6: [0x20010db8_00010000_00000000_00000000n, 0x20010db8_00010000_00000000_00000001n, 0x2400n << 112n],
  },
};

const PRIVATE = [prefix('10.0.0.0/29'), prefix('2001:db8::/125')];

export const draw = <T>(...items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);

export const arbitraryPattern: fc.Arbitrary<PatternWords> = fc.record({
  direction: draw('ingress' as const, 'ingress' as const, 'egress' as const),
  services: draw(
    ['tcp/22'],
    ['tcp/22', 'tcp/80'],
    ['tcp/1-22'],
    ['tcp'],
    ['all'],
    ['udp', 'icmp'],
    ['icmpv6', 'gre'],
  ),
  peers: draw(
    ['10.0.0.0/28'],
    ['10.0.0.0/28', '2001:db8::/124'],
    ['10.0.0.0/30', '10.0.0.8/30', '10.0.0.8/31'],
    ['2001:db8::/125'],
    ['sg-a'],
    ['10.0.0.0/29', 'sg-a'],
    [SELF],
    ['pl-a'],
    ['pl-c', '10.0.0.8/29'],
    ['anywhere'],
    ['0.0.0.0/0'],
  ),
  own: draw([], [], [], ['10.1.0.0/31'], ['10.1.0.1/32', '2001:db8:1::/128']),
  sourcePorts: draw<PortRange | null>(null, null, null, { first: 50, last: 100 }),
});

/** What is beyond the small networks cannot be counted by trying. */
const isCountable = ({ peers = [] }: PatternWords): boolean =>
  peers.every((peer) => !['anywhere', '0.0.0.0/0', 'pl-a'].includes(peer));

export const arbitraryDeny: fc.Arbitrary<{ deny: Deny; words: PatternWords }> = fc
  .tuple(arbitraryPattern, draw(null, 28, 29, 30, 31, 32), draw(null, 124, 125, 127))
  .map(([words, ipv4, ipv6]) => {
    const tolerate = isCountable(words) ? { ipv4, ipv6 } : { ipv4: null, ipv6: null };
    return { deny: guardrail({ ...words, tolerate }), words };
  });

export const arbitraryGroup: fc.Arbitrary<GroupContext> = fc
  .record({
    type: draw('normal' as const, 'enterprise' as const),
    innerAccess: draw('accept' as const, 'drop' as const),
    classic: draw(false, false, true),
    a: draw<KnownPrefixList | null>(null, { family: 'ipv4', entries: null }),
    b: draw<KnownPrefixList | null>(
      null,
      { family: 'ipv6', entries: null },
      read('10.0.0.2/31', '10.0.0.8/30'),
    ),
    c: draw<KnownPrefixList | null>(read('10.0.0.0/30', '10.0.0.12/31')),
    ports: draw<readonly PortRange[] | null>(null, [], [{ first: 22, last: 23 }]),
  })
  .map(({ a, b, c, ports, ...fields }) => ({
    ...fields,
    id: SELF,
    prefixLists: known({ 'pl-a': a, 'pl-b': b, 'pl-c': c }),
    portLists: known({ 'prl-a': ports }),
  }));

function read(...entries: readonly string[]): KnownPrefixList {
  return { family: 'ipv4', entries: entries.map(prefix) };
}

export const contextOf = (group: GroupContext): JudgeContext => ({
  group,
  privateNetworks: PRIVATE,
  nowMs: 0,
});

export function questionOf(
  group: GroupContext,
  pattern: Deny['what']['pattern'],
  looksFor: RuleAction,
  anyGroup = false,
): OracleQuestion {
  return { pattern, looksFor, context: group, world: WORLD, privateNetworks: PRIVATE, anyGroup };
}

export const smallEdits = arbitraryEdit(7, RULES);
