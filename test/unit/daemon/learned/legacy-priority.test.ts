// Which way to change a priority is tried next, after a plan that came to nothing.
import { expect, it } from 'vitest';
import type { Failure } from '../../../../daemon/ecs/failures/failure.ts';
import { nextLegacyPriority } from '../../../../daemon/learned/legacy-priority.ts';
import type { GroupPlan, LegacyPriority } from '../../../../reconciler/plan/plan.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const at = (priority: number) => rule({ ports: '443', priority });

function planWith(legacyPriority: LegacyPriority, wanted = [at(2)]): GroupPlan {
  const there = described([at(9)]).map((item) => ({ ...item, id: null }));
  const group = groupOf(there, { apiLevel: 'legacy2019' });
  return planFor(policyOf(wanted), group, { ...OPTIONS, legacyPriority });
}

const failed = (code: string): Failure => ({
  kind: 'replan',
  code,
  message: 'no',
  requestId: null,
  httpStatus: 400,
  retryAfterMs: null,
});

const OTHER = [rule({ ports: '80' })];

interface Case {
  readonly tried: LegacyPriority;
  readonly wanted?: Parameters<typeof planWith>[1];
  readonly failure?: Failure;
  readonly next: LegacyPriority;
}

it.each<[string, Case]>([
  ['after a Modify that was ignored both are tried side by side', { tried: 'modify', next: 'replace' }],
  ['after a new rule that was ignored the old one goes first', { tried: 'replace', next: 'revokeFirst' }],
  ['after the last way there is no other', { tried: 'revokeFirst', next: 'revokeFirst' }],
  ['a plan that modifies no priority says nothing', { tried: 'modify', wanted: OTHER, next: 'modify' }],
  ['a plan that adds no twin says nothing', { tried: 'replace', wanted: OTHER, next: 'replace' }],
  ['a failed call says nothing', { tried: 'modify', failure: failed('Throttling'), next: 'modify' }],
  [
    'a rule that is not found counts as one that a Modify left alone',
    { tried: 'modify', failure: failed('SecurityGroupRule.NotFound'), next: 'replace' },
  ],
])('the next way to try: %s', (_title, { tried, wanted, failure = null, next }) => {
  expect(nextLegacyPriority(tried, planWith(tried, wanted), failure)).toBe(next);
});
