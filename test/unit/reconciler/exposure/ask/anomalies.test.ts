import { describe, expect, it } from 'vitest';
import { findAnomalies, type AnomalyKind } from '../../../../../reconciler/exposure/ask/anomalies.ts';
import { groupContext } from '../../../../../reconciler/exposure/engine/context.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { rule } from '../../../../support/rule-sets.ts';

const CONTEXT = groupContext({ id: 'sg-self', type: 'normal', innerAccess: 'accept' });

const office = rule({ ports: '22', peer: '10.0.0.0/8', priority: 5 });
const lower = rule({ ports: '1-99', peer: '10.0.0.0/9', priority: 1 });
const upper = rule({ ports: '1-99', peer: '10.128.0.0/9', priority: 1 });
const noUpper = rule({ ports: '1-99', peer: '10.128.0.0/9', priority: 1, action: 'drop' });
const twin = { ...office, description: 'the same' };
const everything = rule({ priority: 50 });
const noSsh = rule({ ports: '22', priority: 5, action: 'drop', peer: '10.1.0.0/16' });

interface Case {
  readonly rules: Rule[];
  readonly kind: AnomalyKind | null;
  readonly by?: Rule[];
  readonly droppable?: Rule[];
}

const CASES: Readonly<Record<string, Case>> = {
  'a rule that decides': { rules: [office], kind: null },
  'a drop that only repeats the default': { rules: [{ ...office, action: 'drop' }], kind: null },
  'covered by two stronger rules together, by neither alone': {
    rules: [office, lower, upper],
    kind: 'covered',
    by: [lower, upper],
    droppable: [office],
  },
  'shadowed by two stronger rules that partly say otherwise': {
    rules: [office, lower, noUpper],
    kind: 'shadowed',
    by: [noUpper, lower],
    droppable: [office],
  },
  'shadowed where an equally strong rule decides the rest': {
    rules: [
      rule({ ports: '50-150', priority: 5 }),
      rule({ ports: '1-100', priority: 1, action: 'drop' }),
      rule({ ports: '101-200', priority: 5 }),
    ],
    kind: 'shadowed',
    by: [rule({ ports: '1-100', priority: 1, action: 'drop' }), rule({ ports: '101-200', priority: 5 })],
    droppable: [rule({ ports: '50-150', priority: 5 })],
  },
  'not shadowed by half': { rules: [office, noUpper], kind: null },
  'covered by its twin': { rules: [office, twin], kind: 'covered', by: [twin], droppable: [twin] },
  'redundant beside a weaker rule that is wider': {
    rules: [office, everything],
    kind: 'redundant',
    by: [everything],
    droppable: [office],
  },
  'not redundant if a drop stands between it and the wider rule': {
    rules: [office, rule({ priority: 9, action: 'drop' }), everything],
    kind: null,
  },
  'contradicted by a drop of the same priority': {
    rules: [office, noSsh],
    kind: 'contradicted',
    by: [noSsh],
  },
  'not contradicted where a stronger rule decides': {
    rules: [office, noSsh, rule({ ports: '22', peer: '10.1.0.0/16', priority: 1 })],
    kind: null,
  },
};

describe('a rule is', () => {
  it.each(Object.entries(CASES))('a rule is: %s', (_, { rules, kind, by = [], droppable }) => {
    const report = findAnomalies(rules, CONTEXT);
    const ours = report.anomalies.filter((anomaly) => anomaly.rule === rules[0]);
    expect(ours).toEqual(kind === null ? [] : [{ kind, rule: rules[0], by }]);
    if (droppable !== undefined) expect(report.droppable).toEqual(droppable);
    expect(report.complete).toBe(true);
  });

  it('unmatched if it is for members that need no rule', () => {
    const inner = rule({ peer: 'sg-self' });
    expect(findAnomalies([inner], CONTEXT)).toEqual({
      anomalies: [{ kind: 'unmatched', rule: inner, by: [] }],
      droppable: [inner],
      complete: true,
    });
  });
});

it('drops only one of two rules that stand in for each other', () => {
  const overlapping = [rule({ ports: '1-60' }), rule({ ports: '1-60', priority: 2 })];
  expect(findAnomalies(overlapping, CONTEXT).droppable).toHaveLength(1);
});

it('says that it did not look at everything if the budget is too small', () => {
  expect(findAnomalies([office, lower, upper], CONTEXT, 0)).toEqual({
    anomalies: [],
    droppable: [],
    complete: false,
  });
});
