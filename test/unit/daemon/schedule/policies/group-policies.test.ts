import { describe, expect, it } from 'vitest';
import { GroupPolicies } from '../../../../../daemon/schedule/policies/group-policies.ts';
import type { DesiredGroup } from '../../../../../reconciler/model/group.ts';
import { desired } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const until = (expiresAtMs: number | null) => ({ ...desired(rule({ ports: '22' })), expiresAtMs });

const GROUP: DesiredGroup = {
  account: 'default',
  region: 'cn-hangzhou',
  selector: { kind: 'id', id: 'sg-1' },
  mode: null,
  alone: false,
  ignore: [],
  rules: { ingress: [until(1000), until(3000)], egress: [until(null)] },
  source: { file: 'web.yaml', line: 1, column: 1 },
};

describe('the policy of a group', () => {
  it('is the same object until one of its rules ends, and the same again until the next one does', () => {
    const policies = new GroupPolicies('enforce');
    const before = policies.of(GROUP, 'sg-1', 0);
    expect(policies.of(GROUP, 'sg-1', 999)).toBe(before);
    const after = policies.of(GROUP, 'sg-1', 1000);
    expect(after.group.rules.ingress).toHaveLength(1);
    expect(policies.of(GROUP, 'sg-1', 2999)).toBe(after);
    expect(policies.of(GROUP, 'sg-1', 3000).group.rules.ingress).toEqual([]);
  });

  it('has the rules of its time also when the clock goes back', () => {
    const policies = new GroupPolicies('enforce');
    policies.of(GROUP, 'sg-1', 2000);
    expect(policies.of(GROUP, 'sg-1', 500).group.rules.ingress).toHaveLength(2);
  });

  it('is another one for another group, and for another entry that says the same', () => {
    const policies = new GroupPolicies('enforce');
    const policy = policies.of(GROUP, 'sg-1', 0);
    expect(policies.of(GROUP, 'sg-2', 0)).toMatchObject({ group: { id: 'sg-2' } });
    expect(policies.of({ ...GROUP }, 'sg-1', 0)).not.toBe(policy);
    expect(policies.of(GROUP, 'sg-1', 0)).toBe(policy);
  });
});
