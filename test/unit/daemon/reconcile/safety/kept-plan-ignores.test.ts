// The policy in force stays what drift is repaired against also where the one that waits only ignores something else.
import { describe, expect, it } from 'vitest';
import { keptPlan } from '../../../../../daemon/reconcile/safety/kept-plan.ts';
import { NOTHING_LEARNED } from '../../../../../daemon/reconcile/group-input.ts';
import { ruleIdentity, type Rule } from '../../../../../reconciler/model/rule.ts';
import { planGroup } from '../../../../../reconciler/plan/plan-group.ts';
import type { GroupPolicy } from '../../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, policyOf, SAFETY } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const accepts = (count: number): Rule[] =>
  Array.from({ length: count }, (_, at) => rule({ ports: String(1000 + at), peer: '10.0.0.0/8' }));
const ofCluster = (count: number): Rule[] =>
  accepts(count).map((each) => ({ ...each, priority: 2, description: 'cluster/x' }));
const ignored = (description: string) => ({
  ...{ description, protocol: 'tcp' as const },
  source: { file: 'web.yaml', line: 9, column: 1 },
});
const BY_HAND = rule({ ports: '22' });

const BEFORE = policyOf([rule({ ports: '443', peer: '10.0.0.0/8' })], { ignore: [ignored('cluster/*')] });

function kept(desired: GroupPolicy, there: readonly Rule[]) {
  const input = {
    ...{ desired, described: groupOf(described(there)), settings: OPTIONS, learned: NOTHING_LEARNED },
    ...{ safety: { ...SAFETY, lastConverged: new Set(there.map(ruleIdentity)), inForce: BEFORE }, nowMs: 0 },
  };
  const plan = planGroup(input);
  expect(plan.blockedBy.map(({ kind }) => kind)).toEqual(['brake']);
  return keptPlan(plan, input, { inForce: BEFORE })?.plan ?? null;
}

describe('the policy in force', () => {
  const wanted = [rule({ ports: '443', peer: '10.0.0.0/8' })];

  it.each<[string, Partial<GroupPolicy>]>([
    ['ignores nothing any more', { ignore: [] }],
    ['ignores something else', { ignore: [ignored('other/*')] }],
  ])('is kept up against drift while one waits that %s', (_title, fields) => {
    const plan = kept(policyOf(wanted, fields), [...wanted, ...ofCluster(30), BY_HAND]);
    expect(plan).toMatchObject({ status: 'pending', steps: [{ kind: 'revoke' }] });
    expect(plan?.diff.unexpected.map(({ rule: each }) => each)).toEqual([BY_HAND]);
  });
});
