// The table of twins, as the planner and the daemon read it.
import { describe, expect, it } from 'vitest';
import type { ApiLevel } from '../../../../../reconciler/model/api-dialect.ts';
import { coexistenceIn, type Coexistence } from '../../../../../reconciler/plan/coexist/coexistence.ts';
import type { LegacyPriority } from '../../../../../reconciler/plan/plan.ts';

const WAYS = ['modify', 'replace', 'revokeFirst'] as const;

describe('a rule and its twin of another priority', () => {
  it.each(WAYS)('become each other by a Modify that is believed, on the current API (way %s)', (way) => {
    const expected: Coexistence = { mayModify: true, believesModify: true, mayAdd: true, next: null };
    expect(coexistenceIn({ apiLevel: 'current' }, way)).toEqual(expected);
  });

  it.each<[LegacyPriority, string, Partial<Coexistence>]>([
    ['modify', 'are modified first', { mayModify: true, mayAdd: true, next: 'replace' }],
    ['replace', 'are tried side by side next', { mayModify: false, mayAdd: true, next: 'revokeFirst' }],
    ['revokeFirst', 'replace each other at last', { mayModify: false, mayAdd: false, next: null }],
  ])('on the API of 2019, way %s: %s', (way, _what, expected) => {
    expect(coexistenceIn({ apiLevel: 'legacy2019' }, way)).toEqual({ ...expected, believesModify: false });
  });

  it.each<[ApiLevel]>([['current'], ['legacy2019']])(
    'are modified as long as nothing is known, API level %s',
    (apiLevel) => {
      expect(coexistenceIn({ apiLevel }).mayModify).toBe(true);
    },
  );
});
