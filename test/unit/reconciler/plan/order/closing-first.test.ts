import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { closingFirst } from '../../../../../reconciler/plan/order/closing-first.ts';
import type { Step } from '../../../../../reconciler/plan/plan.ts';
import { described, desired } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const at = (port: number, fields: Parameters<typeof rule>[0] = {}): Rule =>
  rule({ ports: `${port}`, ...fields });
const drop = (port: number): Rule => at(port, { action: 'drop' });

const add = (...rules: readonly Rule[]): Step => ({
  kind: 'authorize',
  direction: 'ingress',
  checkpoint: false,
  rules: rules.map((item) => desired(item)),
});
const remove = (...rules: readonly Rule[]): Step => ({
  kind: 'revoke',
  direction: 'ingress',
  checkpoint: false,
  targets: described(rules),
});
const change = (from: Rule, to: Rule): Step => ({
  kind: 'modify',
  direction: 'ingress',
  checkpoint: false,
  target: { rule: from, id: 'sgr-9', selector: {} },
  to: desired(to),
});
const seen = (step: Step): Step => ({ ...step, checkpoint: true });

describe('of calls that share no packet', () => {
  it.each<[string, readonly Step[], readonly Step[]]>([
    ['a drop is added before an accept', [add(at(443)), add(drop(22))], [add(drop(22)), add(at(443))]],
    [
      'an accept is removed before a drop',
      [remove(drop(1)), remove(at(2))],
      [remove(at(2)), remove(drop(1))],
    ],
    [
      'an accept is narrowed before a drop is removed',
      [remove(drop(443)), change(at(22), at(22, { peer: '10.0.0.0/8' }))],
      [change(at(22), at(22, { peer: '10.0.0.0/8' })), remove(drop(443))],
    ],
    [
      'the checkpoint stays before the first call that takes something away',
      [add(at(1)), seen(remove(drop(2))), remove(at(3))],
      [add(at(1)), seen(remove(at(3))), remove(drop(2))],
    ],
  ])('%s', (_, steps, sorted) => {
    expect(closingFirst(steps)).toEqual(sorted);
  });
});

describe('calls stay in their order', () => {
  it.each<[string, readonly Step[]]>([
    ['where they share a packet', [add(at(22)), add({ ...drop(22), priority: 2 })]],
    ['where what is added is to be seen before anything is removed', [add(at(443)), seen(remove(at(22)))]],
    ['where one drop is to be seen before another one goes', [add(drop(1)), seen(remove(drop(2)))]],
    ['where each does some of both', [add(at(1), drop(2)), add(at(3), drop(4))]],
    ['where only a text changes', [add(at(1)), seen(change(at(2), { ...at(2), description: 'web' }))]],
  ])('%s', (_, steps) => {
    expect(closingFirst(steps)).toEqual(steps);
  });
});
