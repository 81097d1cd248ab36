import { expect, it } from 'vitest';
import { reportProblems } from '../../../../daemon/schedule/policy-events.ts';
import type { Problem } from '../../../../reconciler/model/problem.ts';

const problem = (message: string): Problem => ({
  ...{ file: 'web.yaml', line: 3, column: 5, severity: 'error', code: 'unknown-key' },
  ...{ message, hint: '' },
});

it('what is wrong with policies is said when they or it are other than before, and not at each look', () => {
  const told: string[] = [];
  const engine = {
    telemetry: { emit: (event: string, fields: object) => told.push(`${event} ${JSON.stringify(fields)}`) },
  };
  let before = '';
  const look = (content: string, ...messages: readonly string[]): number => {
    const from = told.length;
    const state = { revision: 'r1', groups: [], expectations: [], guardrails: [] };
    const update = { state, problems: messages.map(problem), keptGroups: [] };
    before = reportProblems(engine, update, { content, before });
    return told.length - from;
  };
  expect(look('a', 'foo')).toBe(1);
  expect(look('a', 'foo')).toBe(0);
  expect(look('b', 'foo')).toBe(1);
  expect(look('b', 'foo', 'bar')).toBe(1);
  expect(look('c')).toBe(0);
  expect(look('b', 'foo', 'bar')).toBe(1);
  expect(told.at(-1)).toContain('web.yaml:3:5: bar');
});
