import { expect, it } from 'vitest';
import { Expiries } from '../../../../../daemon/schedule/policies/expiries.ts';
import type { DesiredGroup } from '../../../../../reconciler/model/group.ts';
import { desired } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const groupOf = (rules: DesiredGroup['rules']): DesiredGroup => ({
  account: 'default',
  region: 'cn-hangzhou',
  selector: { kind: 'id', id: 'sg-1' },
  mode: null,
  alone: false,
  ignore: [],
  rules,
  source: { file: 'web.yaml', line: 1, column: 1 },
});

const until = (expiresAtMs: number | null) => ({ ...desired(rule({ ports: '22' })), expiresAtMs });

it('rules that expire come soonest first, over all groups, without those that stay', () => {
  const groups = [
    groupOf({ ingress: [until(3000), until(null)], egress: null }),
    groupOf({ ingress: null, egress: [until(1000)] }),
  ];
  const ends = (some: readonly DesiredGroup[]) =>
    expiries.in({ revision: 'r1', groups: some }).rules.map((each) => each.expiresAtMs);
  const expiries = new Expiries();
  expect(ends(groups)).toEqual([1000, 3000]);
  expect(ends(groups)).toEqual([1000, 3000]);
  expect(ends(groups.slice(0, 1))).toEqual([3000]);
});
