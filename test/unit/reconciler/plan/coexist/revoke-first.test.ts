// Other priorities on the API of 2019, in each of the three ways that may turn out to be needed.
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import type { GroupPlan, LegacyPriority, PlanOptions } from '../../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const at = (priority: number, action: Rule['action'] = 'accept') => rule({ ports: '443', priority, action });

function planFrom(
  before: readonly Rule[],
  after: readonly Rule[],
  options: Pick<PlanOptions, 'legacyPriority'> & Partial<PlanOptions>,
): GroupPlan {
  const there = described(before).map((item) => ({ ...item, id: null }));
  return planFor(policyOf(after), groupOf(there, { apiLevel: 'legacy2019' }), { ...OPTIONS, ...options });
}

const planOf = (
  legacyPriority: LegacyPriority,
  action: Rule['action'],
  options: Partial<PlanOptions> = {},
): GroupPlan => planFrom([at(9, action)], [at(2, action)], { ...options, legacyPriority });

const kinds = ({ steps }: GroupPlan) => steps.map(({ kind }) => kind);
const texts = ({ steps }: GroupPlan) =>
  steps.map((step) => {
    const [rule] = step.kind === 'authorize' ? step.rules : step.kind === 'revoke' ? step.targets : [];
    return `${step.kind} ${rule === undefined ? '' : `${rule.rule.action} ${rule.rule.priority}`}`;
  });

describe('the priority of a rule of the 2019 level', () => {
  it('is modified in place while nothing speaks against it', () => {
    expect(kinds(planOf('modify', 'accept'))).toEqual(['modify']);
  });

  it('is replaced, new before old, once a Modify was seen to leave it alone', () => {
    const plan = planOf('replace', 'accept');
    expect(kinds(plan)).toEqual(['authorize', 'revoke']);
    expect(plan).toMatchObject({ hitless: true, steps: [{}, { checkpoint: true }] });
  });

  it.each([
    ['accept', 'neverOpen'],
    ['drop', 'neverCut'],
  ] as const)(
    'an %s rule goes before its twin comes under fallback %s, and the plan says so',
    (action, fallback) => {
      const plan = planOf('revokeFirst', action, { fallback });
      expect(kinds(plan)).toEqual(['revoke', 'authorize']);
      expect(plan).toMatchObject({ status: 'pending', hitless: false, exceptions: [{ kind: fallback }] });
    },
  );

  it.each([
    ['accept', 'neverCut'],
    ['accept', 'refuse'],
    ['drop', 'neverOpen'],
    ['drop', 'refuse'],
  ] as const)('an %s rule that may not be away under fallback %s blocks the plan', (action, fallback) => {
    expect(planOf('revokeFirst', action, { fallback })).toMatchObject({
      status: 'blocked',
      hitless: false,
      exceptions: [{ kind: 'unpromised' }],
      blockedBy: [{ kind: 'unsafe' }],
    });
  });

  // What is dropped before and after would pass between the two: the new drop is stronger than the new accept only.
  const limit = (priority: number, peer: string) => rule({ ports: '443', priority, action: 'drop', peer });
  const moved = [
    [at(9), limit(5, '10.0.0.0/8')],
    [at(100), limit(50, '10.0.0.0/9')],
  ] as const;

  it('changes while the old and the new drops before it are both there', () => {
    const plan = planFrom(...moved, { legacyPriority: 'revokeFirst' });
    expect(plan).toMatchObject({ status: 'pending', blockedBy: [], exceptions: [{ kind: 'neverOpen' }] });
    expect(texts(plan)).toEqual([
      'authorize drop 50',
      'revoke accept 9',
      'authorize accept 100',
      'revoke drop 5',
    ]);
    expect(plan.steps.map(({ checkpoint }) => checkpoint)).toEqual([false, true, false, true]);
  });

  it('changes around all else in a full group, which has the room of the rules that are away meanwhile', () => {
    const plan = planFrom(...moved, { legacyPriority: 'revokeFirst', ruleQuota: 2 });
    expect(plan).toMatchObject({ status: 'pending', blockedBy: [], exceptions: [{ kind: 'neverOpen' }] });
    expect(texts(plan)).toEqual([
      'revoke accept 9',
      'authorize drop 50',
      'revoke drop 5',
      'authorize accept 100',
    ]);
  });

  it.each(['neverOpen', 'neverCut', 'refuse'] as const)(
    'blocks the plan once where accepts and drops change at once, under fallback %s',
    (fallback) => {
      const advice = 'one after the other';
      const both = (priority: number) => [at(priority), limit(priority, '10.0.0.0/8')];
      const { blockedBy } = planFrom(both(9), both(2), { legacyPriority: 'revokeFirst', fallback });
      expect(blockedBy).toMatchObject([
        { kind: 'unsafe', override: expect.stringContaining(advice) as string },
      ]);
      expect(blockedBy[0]?.message).toContain('away for a moment');
    },
  );

  it('blocks the plan once where a drop may not be away and the rest has no room', () => {
    const full = [limit(9, '10.0.0.0/8'), at(3)];
    const wanted = [limit(2, '10.0.0.0/8'), rule({ ports: '1-1024', priority: 3 })];
    const { blockedBy } = planFrom(full, wanted, { legacyPriority: 'revokeFirst', ruleQuota: 2 });
    expect(blockedBy).toMatchObject([{ kind: 'unsafe' }]);
    expect(blockedBy[0]?.message).toContain('away for a moment');
  });
});
