// Verdicts of guardrails and expectations against an oracle that tries every packet of a small world.
//
// Invariants:
//  1. A guardrail is violated, satisfied or unknown exactly as the counts of the oracle say.
//  2. A change makes a guardrail worse, maybe worse or not, per port, and per group where members of groups are meant
//     too, exactly as the oracle says.
//  3. An expectation holds, fails or is unknown exactly as the oracle says; and so does a change of it.
//  4. A change that is none is judged the same whether or not it is known to be none.
//  5. Each example packet is of the pattern, and fares as it is said to fare.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import { judgeChange, judgeRules } from '../../reconciler/judge/verdict/judge.ts';
import type { Excess } from '../../reconciler/judge/verdict/excess.ts';
import { mostTolerated, type Deny } from '../../reconciler/judge/verdict/guardrail.ts';
import type { Expectation } from '../../reconciler/model/packets/pattern.ts';
import type { Rule, RuleAction } from '../../reconciler/model/rule.ts';
import { expectation, type PatternWords } from '../support/judge/demands.ts';
import { oracleCounts, type OracleCount, type OracleQuestion } from '../support/judge/oracle.ts';
import {
  arbitraryDeny,
  arbitraryGroup,
  arbitraryPattern,
  contextOf,
  draw,
  questionOf,
  smallEdits,
} from '../support/judge/small-world.ts';
import { oracleDecide } from '../support/packet-oracle.ts';
import type { RuleSetPair } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const forbidsGroups = (words: PatternWords): boolean =>
  words.peers?.some((peer) => peer === 'anywhere' || peer === '0.0.0.0/0') === true;

const acceptedGroups = (rules: readonly Rule[]): string[] =>
  rules.flatMap(({ action, peer }) =>
    action === 'accept' && 'kind' in peer && peer.kind === 'group' ? [peer.id] : [],
  );

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
    fc.assert(fc.property(smallEdits, arbitraryDeny, arbitraryGroup, check), runs(400));
  });

  test('are made worse by a change, per port, as the oracle says', () => {
    const check = (
      { before, after }: RuleSetPair,
      { deny, words }: { deny: Deny; words: PatternWords },
      group: GroupContext,
    ): void => {
      const demands = { guardrails: [deny], expectations: [] };
      const [judged] = judgeChange(before, after, demands, contextOf(group)).guardrails;
      const question = questionOf(group, deny.what.pattern, 'accept', false);
      const countsOf = (asked: Partial<OracleQuestion>): OracleCount[] =>
        oracleCounts([before, after], { ...question, ...asked });
      const counts = [false, forbidsGroups(words)].flatMap((anyGroup) => countsOf({ anyGroup }));
      const groups = forbidsGroups(words) ? acceptedGroups(after) : [];
      const perGroup = [...counts, ...groups.flatMap((inGroup) => countsOf({ inGroup }))];
      const kind = perGroup.some((count) => count.surelyNew && beyond(deny, count, 'certain'))
        ? 'worse'
        : perGroup.some((count) => count.maybeNew && beyond(deny, count, 'possible'))
          ? 'unknown'
          : counts.some((count) => beyond(deny, count, 'possible'))
            ? 'kept'
            : 'satisfied';
      expect(judged?.verdict.kind).toBe(kind);
      if (judged?.verdict.kind === 'worse') checkExample(judged.verdict.excess, after, group, 'accept');
    };
    fc.assert(fc.property(smallEdits, arbitraryDeny, arbitraryGroup, check), runs(300));
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
    fc.assert(fc.property(smallEdits, arbitraryExpectation, arbitraryGroup, check), runs(300));
  });
});

test('rules that stay as they are, are judged the same as one array and as two', () => {
  const check = (
    { after }: RuleSetPair,
    { deny }: { deny: Deny },
    words: PatternWords,
    group: GroupContext,
  ): void => {
    const demands = {
      guardrails: [deny],
      expectations: [expectation('accept', words), expectation('drop', words)],
    };
    const once = judgeChange(after, after, demands, contextOf(group));
    expect(once).toEqual(judgeChange(after, [...after], demands, contextOf(group)));
  };
  fc.assert(fc.property(smallEdits, arbitraryDeny, arbitraryPattern, arbitraryGroup, check), runs(200));
});
