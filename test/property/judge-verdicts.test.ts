// Verdicts of guardrails and expectations against an oracle that tries every packet of a small world.
//
// Invariants:
//  1. A guardrail is violated, satisfied or unknown exactly as the counts of the oracle say.
//  2. A change makes a guardrail worse, maybe worse or not, per port, exactly as the oracle says.
//  3. An expectation holds, fails or is unknown exactly as the oracle says; and so does a change of it.
//  4. Each example packet is of the pattern, and fares as it is said to fare.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GroupContext, KnownPrefixList } from '../../reconciler/exposure/engine/context.ts';
import { judgeChange, judgeRules, type JudgeContext } from '../../reconciler/judge/verdict/judge.ts';
import type { Excess } from '../../reconciler/judge/verdict/excess.ts';
import { mostTolerated, type Deny } from '../../reconciler/judge/verdict/guardrail.ts';
import type { Expectation } from '../../reconciler/model/packets/pattern.ts';
import type { PortRange } from '../../reconciler/model/ports.ts';
import type { Rule, RuleAction } from '../../reconciler/model/rule.ts';
import { expectation, guardrail, type PatternWords } from '../support/demands.ts';
import {
  oracleCounts,
  type OracleCount,
  type OracleQuestion,
  type SmallWorld,
} from '../support/judge-oracle.ts';
import { oracleDecide } from '../support/packet-oracle.ts';
import { arbitraryEdit, known, prefix, SELF, type RuleSetPair, type World } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

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
const WORLD: SmallWorld = {
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

const draw = <T>(...items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);

const arbitraryPattern: fc.Arbitrary<PatternWords> = fc.record({
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

const arbitraryDeny: fc.Arbitrary<{ deny: Deny; words: PatternWords }> = fc
  .tuple(arbitraryPattern, draw(null, 28, 29, 30, 31, 32), draw(null, 124, 125, 127))
  .map(([words, ipv4, ipv6]) => {
    const tolerate = isCountable(words) ? { ipv4, ipv6 } : { ipv4: null, ipv6: null };
    return { deny: guardrail({ ...words, tolerate }), words };
  });

const arbitraryGroup: fc.Arbitrary<GroupContext> = fc
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

const contextOf = (group: GroupContext): JudgeContext => ({ group, privateNetworks: PRIVATE, nowMs: 0 });

function questionOf(
  group: GroupContext,
  pattern: Deny['what']['pattern'],
  looksFor: RuleAction,
  anyGroup = false,
): OracleQuestion {
  return { pattern, looksFor, context: group, world: WORLD, privateNetworks: PRIVATE, anyGroup };
}

const edits = arbitraryEdit(7, RULES);

const forbidsGroups = (words: PatternWords): boolean =>
  words.peers?.some((peer) => peer === 'anywhere' || peer === '0.0.0.0/0') === true;

function checkExample(
  excess: Excess | null,
  rules: readonly Rule[],
  group: GroupContext,
  action: RuleAction,
): void {
  if (excess === null) return;
  expect(oracleDecide(rules, excess.example, group)).toBe(action);
  expect(excess.decision.action).toBe(action);
}

describe('guardrails', () => {
  const beyond = (deny: Deny, count: OracleCount, which: 'possible' | 'certain'): boolean =>
    BigInt(count[which]) > mostTolerated(deny, count.family);

  test('are violated, satisfied or unknown as the counts of the oracle say', () => {
    const check = (
      { after }: RuleSetPair,
      { deny, words }: { deny: Deny; words: PatternWords },
      group: GroupContext,
    ): void => {
      const [judged] = judgeRules(
        after,
        { guardrails: [deny], expectations: [] },
        contextOf(group),
      ).guardrails;
      const counts = oracleCounts(
        [after],
        questionOf(group, deny.what.pattern, 'accept', forbidsGroups(words)),
      );
      const kind = counts.some((count) => beyond(deny, count, 'certain'))
        ? 'violated'
        : counts.some((count) => beyond(deny, count, 'possible'))
          ? 'unknown'
          : 'satisfied';
      expect(judged?.verdict.kind).toBe(kind);
      if (judged?.verdict.kind === 'violated') checkExample(judged.verdict.excess, after, group, 'accept');
      if (judged?.verdict.kind === 'unknown') checkExample(judged.verdict.excess, after, group, 'accept');
    };
    fc.assert(fc.property(edits, arbitraryDeny, arbitraryGroup, check), runs(400));
  });

  test('are made worse by a change, per port, as the oracle says', () => {
    const check = (
      { before, after }: RuleSetPair,
      { deny, words }: { deny: Deny; words: PatternWords },
      group: GroupContext,
    ): void => {
      const demands = { guardrails: [deny], expectations: [] };
      const [judged] = judgeChange(before, after, demands, contextOf(group)).guardrails;
      const counts = oracleCounts(
        [before, after],
        questionOf(group, deny.what.pattern, 'accept', forbidsGroups(words)),
      );
      const kind = counts.some((count) => count.surelyNew && beyond(deny, count, 'certain'))
        ? 'worse'
        : counts.some((count) => count.maybeNew && beyond(deny, count, 'possible'))
          ? 'unknown'
          : counts.some((count) => beyond(deny, count, 'possible'))
            ? 'kept'
            : 'satisfied';
      expect(judged?.verdict.kind).toBe(kind);
      if (judged?.verdict.kind === 'worse') checkExample(judged.verdict.excess, after, group, 'accept');
    };
    fc.assert(fc.property(edits, arbitraryDeny, arbitraryGroup, check), runs(300));
  });
});

describe('expectations', () => {
  const arbitraryExpectation: fc.Arbitrary<Expectation> = fc
    .tuple(draw('accept' as const, 'drop' as const), arbitraryPattern)
    .map(([kind, words]) => expectation(kind, words));

  const badAction = ({ kind }: Expectation): RuleAction => (kind === 'accept' ? 'drop' : 'accept');

  function kindOf(counts: readonly OracleCount[]): string {
    if (counts.some(({ certain }) => certain > 0)) return 'fails';
    return counts.some(({ possible }) => possible > 0) ? 'unknown' : 'holds';
  }

  function kindOfChange(counts: readonly OracleCount[]): string {
    if (kindOf(counts) === 'holds') return 'holds';
    if (counts.some(({ surelyNewPackets }) => surelyNewPackets > 0)) return 'worse';
    return counts.some(({ maybeNewPackets }) => maybeNewPackets > 0) ? 'unknown' : 'kept';
  }

  test('hold, fail or are unknown as the oracle says, and so do changes of them', () => {
    const check = ({ before, after }: RuleSetPair, expected: Expectation, group: GroupContext): void => {
      const bad = badAction(expected);
      const demands = { guardrails: [], expectations: [expected] };
      const counts = oracleCounts([before, after], questionOf(group, expected.pattern, bad));
      const [judged] = judgeRules(after, demands, contextOf(group)).expectations;
      expect(judged?.verdict.kind).toBe(kindOf(counts));
      if (judged?.verdict.kind === 'fails') checkExample(judged.verdict.excess, after, group, bad);
      const [change] = judgeChange(before, after, demands, contextOf(group)).expectations;
      expect(change?.verdict.kind).toBe(kindOfChange(counts));
      if (change?.verdict.kind === 'worse') checkExample(change.verdict.excess, after, group, bad);
    };
    fc.assert(fc.property(edits, arbitraryExpectation, arbitraryGroup, check), runs(300));
  });
});
