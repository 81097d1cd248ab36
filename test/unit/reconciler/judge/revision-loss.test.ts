// Which groups a revision takes something from, before any of them is read.
import { describe, expect, it } from 'vitest';
import { revisionLoss } from '../../../../reconciler/judge/revision-loss.ts';
import type { DesiredGroup, DesiredState } from '../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { desired } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const NOW_MS = 1000;
const web = rule({ ports: '443' });
const ssh = rule({ ports: '22', peer: '10.0.0.0/8' });
const out = rule({ direction: 'egress' });

interface Fields extends Partial<Omit<DesiredGroup, 'rules'>> {
  readonly egress?: readonly Rule[] | null;
  readonly expiresAtMs?: number;
}

const group = (
  ingress: readonly Rule[],
  { egress = [], expiresAtMs, ...fields }: Fields = {},
): DesiredGroup => {
  const wanted = (rules: readonly Rule[]) =>
    rules.map((each) => ({ ...desired(each), expiresAtMs: expiresAtMs ?? null }));
  return {
    account: 'default',
    region: 'cn-hangzhou',
    selector: { kind: 'id', id: 'sg-web' },
    mode: null,
    alone: false,
    ignore: [],
    rules: { ingress: wanted(ingress), egress: egress === null ? null : wanted(egress) },
    source: { file: 'web.yaml', line: 1, column: 1 },
    ...fields,
  };
};

const state = (...groups: readonly DesiredGroup[]): DesiredState => ({
  revision: 'r',
  groups,
  expectations: [],
  guardrails: [],
});

const loss = (before: DesiredState, after: DesiredState) => {
  const work = revisionLoss(before, after, NOW_MS);
  let step = work.next();
  while (step.done !== true) step = work.next();
  const { losing, released } = step.value;
  return { losing: losing.length, released: released.length };
};

describe('by a revision a group loses traffic', () => {
  it.each<[string, DesiredGroup, DesiredGroup]>([
    ['where a rule goes', group([web, ssh]), group([web])],
    ['where a drop comes', group([web]), group([web, rule({ protocol: 'all', action: 'drop' })])],
    [
      'where a drop comes in mode additive',
      group([web]),
      group([web, rule({ protocol: 'all', action: 'drop' })], { mode: 'additive' }),
    ],
    ['where an egress rule goes', group([web], { egress: [out] }), group([web])],
    [
      'where a drop of everything comes to an egress that was left to its default',
      group([web]),
      group([web], { egress: [rule({ direction: 'egress', protocol: 'all', action: 'drop' })] }),
    ],
    [
      'where a rule is given an end that has passed',
      group([web, ssh]),
      group([web, ssh], { expiresAtMs: NOW_MS }),
    ],
  ])('by a revision a group loses traffic %s', (_title, before, after) => {
    expect(loss(state(before), state(after))).toEqual({ losing: 1, released: 0 });
  });
});

describe('by a revision no group loses traffic', () => {
  it.each<[string, DesiredGroup, DesiredGroup]>([
    ['where a rule comes', group([web]), group([web, ssh])],
    [
      'where the same is written otherwise',
      group([web]),
      group([{ ...web, priority: 5, description: 'web' }]),
    ],
    ['where a rule goes in mode additive', group([web, ssh]), group([web], { mode: 'additive' })],
    ['where a rule goes in mode observe', group([web, ssh]), group([web], { mode: 'observe' })],
    ['where a rule goes whose announced end has passed', group([web], { expiresAtMs: NOW_MS }), group([])],
    ['where a direction is managed no more', group([web], { egress: [out] }), group([web], { egress: null })],
    ['where a direction is newly managed', group([web], { egress: null }), group([web])],
  ])('by a revision no group loses traffic %s', (_title, before, after) => {
    expect(loss(state(before), state(after))).toEqual({ losing: 0, released: 0 });
  });
});

describe('by a revision a group is released', () => {
  it('where no policy names it any more, by the words that named it', () => {
    const named = group([web], { selector: { kind: 'name', name: 'web' } });
    expect(loss(state(group([web])), state())).toEqual({ losing: 0, released: 1 });
    expect(loss(state(group([web])), state(named))).toEqual({ losing: 0, released: 1 });
    expect(loss(state(), state(named))).toEqual({ losing: 0, released: 0 });
  });
});

it('a revision of many groups names each that loses or is released', () => {
  const groups = Array.from({ length: 30 }, (_, at) =>
    group([web, ssh], { selector: { kind: 'id', id: `sg-${at}` } }),
  );
  const after = groups.slice(10).map((each, at) => (at < 5 ? { ...each, rules: group([web]).rules } : each));
  expect(loss(state(...groups), state(...after))).toEqual({ losing: 5, released: 10 });
});
