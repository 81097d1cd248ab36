import { describe, expect, it } from 'vitest';
import type { Step } from '../../../../../reconciler/plan/plan.ts';
import { applySteps } from '../../../../../reconciler/plan/proof/simulate.ts';
import { described, desired } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
const http = rule({ ports: '80' });
const base = { direction: 'ingress', checkpoint: false } as const;
const authorize = (item: typeof web): Step => ({ ...base, kind: 'authorize', rules: [desired(item)] });

describe('what a group holds after some steps', () => {
  const [held] = described([http]);
  if (held === undefined) throw new Error('no rule');

  it.each<[string, Step, unknown]>([
    ['an authorized rule, without an id', authorize(web), [held, { rule: web, id: null, selector: {} }]],
    [
      'a modified rule, with its id',
      { ...base, kind: 'modify', target: held, to: desired(web) },
      [{ ...held, rule: web }],
    ],
    ['no revoked rule', { ...base, kind: 'revoke', targets: [held] }, []],
  ])('what a group holds after some steps: %s', (_, step, expected) => {
    expect(applySteps([held], [step])).toEqual(expected);
  });

  it('lets a plan remove a rule that it made itself', () => {
    const own: Step = { ...base, kind: 'revoke', targets: [{ rule: web, id: null, selector: {} }] };
    expect(applySteps([held], [authorize(web), own])).toEqual([held]);
  });

  it('changes the text of one of two rules of one identity', () => {
    const twins = described([http, { ...http, description: 'b' }]);
    const [first, second] = twins;
    if (first === undefined) throw new Error('no rule');
    const named = { ...http, description: 'a' };
    const step: Step = { ...base, kind: 'modify', target: first, to: desired(named) };
    expect(applySteps(twins, [step])).toEqual([second, { ...first, rule: named }]);
  });

  it('takes one of two rules that the API of 2019 names alike', () => {
    const twins = described([http, http]).map((item) => ({ ...item, id: null }));
    const step: Step = { ...base, kind: 'revoke', targets: twins.slice(1) };
    expect(applySteps(twins, [step])).toEqual(twins.slice(1));
  });

  it.each<[string, Step]>([
    ['adds what is there', authorize(http)],
    [
      'modifies into what is there',
      { ...base, kind: 'modify', target: { ...held, id: 'sgr-9' }, to: desired(http) },
    ],
    ['names what is not there', { ...base, kind: 'revoke', targets: [{ ...held, id: 'sgr-9' }] }],
  ])('crashes on a step that %s', (_, step) => {
    const [, other] = described([http, web]);
    const rules = other === undefined ? [held] : [held, { ...other, id: 'sgr-8' }];
    expect(() => applySteps(rules, [step])).toThrow(/that is (not )?there/);
  });
});
