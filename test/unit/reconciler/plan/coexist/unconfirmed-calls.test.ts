// Behind a call that the cloud may answer with yes and ignore, the plan asks for a look.
import { expect, it } from 'vitest';
import type { Step } from '../../../../../reconciler/plan/plan.ts';
import { withCheckpoints } from '../../../../../reconciler/plan/coexist/unconfirmed-calls.ts';
import { described, desired, groupOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const standing = rule({ ports: '22', action: 'drop', priority: 50 });
const twin = rule({ ports: '22', action: 'drop', priority: 3 });
const other = rule({ ports: '80' });
const mail = rule({ ports: '25' });

const there = described([standing]);
const base = { direction: 'ingress', checkpoint: false } as const;
const add = (...rules: Array<typeof twin>): Step => ({
  kind: 'authorize',
  ...base,
  rules: rules.map((item) => desired(item)),
});
const change: Step = { kind: 'modify', ...base, target: there[0]!, to: desired(twin) };
const remove: Step = { kind: 'revoke', ...base, targets: there };

it.each<[string, Step[], 'current' | 'legacy2019', boolean[]]>([
  ['a rule whose twin of another priority stands', [add(twin), add(other)], 'current', [false, true]],
  ['such a rule in a batch', [add(other, twin), add(other)], 'current', [false, true]],
  ['no such rule', [add(other), add(other)], 'current', [false, false]],
  ['such a rule after its twin went', [remove, add(twin), add(other)], 'current', [false, false, false]],
  [
    'two that are alike but for priority, in one batch',
    [add(other, { ...other, priority: 3 }), add(mail)],
    'current',
    [false, true],
  ],
  [
    'such two, one after the other',
    [add(other), add({ ...other, priority: 3 }), add(mail)],
    'current',
    [false, false, true],
  ],
  ['a priority modified on the API of 2019', [change, add(other)], 'legacy2019', [false, true]],
  ['a priority modified on the current API', [change, add(other)], 'current', [false, false]],
])('a checkpoint stands behind each unconfirmed call: %s', (_, steps, apiLevel, expected) => {
  const checked = withCheckpoints(steps, groupOf(there, { apiLevel }));
  expect(checked.map(({ checkpoint }) => checkpoint)).toEqual(expected);
});
