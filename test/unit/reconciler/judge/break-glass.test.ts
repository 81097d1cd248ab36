import { describe, expect, it } from 'vitest';
import { keptRules, type KeptRule } from '../../../../reconciler/judge/break-glass.ts';
import { groupContext } from '../../../../reconciler/exposure/engine/context.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { groupOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2027-01-10T00:00:00Z');
const at = (hours: number): number => START_MS + hours * HOUR_MS;
const until = (hours: number, reason = 'INC-7'): string =>
  `rampart:keep-until=${new Date(at(hours)).toISOString().slice(0, 19)}Z reason=${reason}`;

const SSH = { ports: '22', peer: '198.51.100.7/32' };
const asks = (hours: number, fields: object = SSH): Rule => rule({ ...fields, description: until(hours) });

/** What is kept after each look, from one look to the next. */
function looks(...seen: ReadonlyArray<readonly [hours: number, rules: readonly Rule[], refused?: boolean]>) {
  let before: readonly KeptRule[] = [];
  return seen.map(([hours, described, refused = false]) => {
    before = keptRules({
      described,
      before,
      context: groupContext(groupOf([])),
      maxMs: 8 * HOUR_MS,
      isRefused: () => refused,
      nowMs: at(hours),
    });
    return before
      .filter(({ isPresent, untilMs }) => isPresent && untilMs > at(hours))
      .map(({ untilMs }) => (untilMs - START_MS) / HOUR_MS);
  });
}

describe('a rule by hand that asks to be kept', () => {
  it('is kept until the time it names, and no longer', () => {
    expect(looks([0, [asks(3)]], [2, [asks(3)]], [3, [asks(3)]])).toEqual([[3], [3], []]);
  });

  it.each([
    ['without a reason', until(3, ' ')],
    ['without a zone', 'rampart:keep-until=2027-01-10T03:00:00 reason=x'],
    ['with the mark inside a word', `x${until(3)}`],
    ['with no mark', 'please keep'],
  ])('is not kept %s', (_, description) => {
    expect(looks([0, [rule({ ...SSH, description })]])).toEqual([[]]);
  });

  it('is kept for the longest time at most, from when it was first seen, whatever its text says later', () => {
    expect(looks([0, [asks(100)]], [7, [asks(200)]], [8, [asks(300)]])).toEqual([[8], [8], []]);
  });

  it('has the time of the first look also after it was away', () => {
    expect(looks([0, [asks(100)]], [1, []], [2, [asks(100)]])).toEqual([[8], [], [8]]);
  });

  it('has no longer than a narrower one that it takes the place of', () => {
    const wider = asks(100, { ...SSH, peer: '198.51.100.0/24' });
    expect(looks([0, [asks(100)]], [7, [wider]], [8, [wider]])).toEqual([[8], [8], []]);
  });

  it.each([
    ['the same', SSH, []],
    ['a wider', { ...SSH, peer: '198.51.100.0/24' }, []],
    ['another', { ...SSH, ports: '3389' }, [16]],
  ])('that ended is not followed at once by %s: %o', (_, fields, kept) => {
    expect(looks([0, [asks(1)]], [2, []], [12, [asks(16, fields)]])[2]).toEqual(kept);
  });

  it('may come again a day after its end', () => {
    expect(looks([0, [asks(1)]], [1, []], [24.9, [asks(30)]], [25, [asks(30)]])).toEqual([[1], [], [], [30]]);
  });

  it('is not kept where it is refused', () => {
    expect(looks([0, [asks(3)], true])).toEqual([[]]);
  });
});
