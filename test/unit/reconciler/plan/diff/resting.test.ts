import { describe, expect, it } from 'vitest';
import { ruleIdentity, type Rule } from '../../../../../reconciler/model/rule.ts';
import type { GroupPlan } from '../../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const web = rule({ ports: '443', peer: '10.0.0.0/8' });
const ssh = rule({ ports: '22', peer: '10.0.0.0/8' });
const ban = rule({ protocol: 'all', peer: '198.51.100.0/24', action: 'drop' });
const UNTIL_MS = Date.UTC(2027, 0, 1);

/** All that differs flaps, unless told otherwise. */
function planned(wanted: readonly Rule[], there: readonly Rule[], flaps = [...wanted, ...there]): GroupPlan {
  const resting = { identities: new Set(flaps.map(ruleIdentity)), untilMs: UNTIL_MS };
  return planFor(policyOf(wanted), groupOf(described(there)), OPTIONS, { learned: { resting } });
}

describe('a flapping rule', () => {
  it.each<[string, Rule[], Rule[]]>([
    ['an accept that is missing', [web], []],
    ['a drop that is unexpected', [], [ban]],
    ['a rule with another text', [{ ...web, description: 'ours' }], [{ ...web, description: 'theirs' }]],
  ])('rests where its repair closes nothing: %s', (_, wanted, there) => {
    const { status, steps, blockedBy } = planned(wanted, there);
    expect([status, steps]).toEqual(['blocked', []]);
    expect(blockedBy).toMatchObject([
      { kind: 'flapping', liftedBy: 'time', message: expect.stringContaining('2027-01-01') as unknown },
    ]);
  });

  it.each<[string, Rule[], Rule[]]>([
    ['an accept that is unexpected', [], [ssh]],
    ['a drop that is missing', [ban], []],
    ['an accept made wider', [web], [rule({ ports: '443', peer: '0.0.0.0/0' })]],
  ])('is repaired all the same where that closes something: %s', (_, wanted, there) => {
    const { status, blockedBy } = planned(wanted, there);
    expect([status, blockedBy]).toEqual(['pending', []]);
  });

  it('does not keep other rules from their repair, and is named beside it', () => {
    const found = planned([web], [ssh], [web]);
    expect([found.status, found.steps.map(({ kind }) => kind)]).toEqual(['pending', ['revoke']]);
    expect(found.blockedBy.map(({ kind }) => kind)).toEqual(['flapping']);
  });

  it('leaves the hash as it is, so that an approval goes on to hold', () => {
    expect(planned([web], []).hash).toBe(planned([web], [], []).hash);
  });
});
