import { expect, it } from 'vitest';
import { leaveOut } from '../../support/optional-tool.ts';

it('reports a test that is left out in one line', () => {
  const lines: string[] = [];
  leaveOut('follows a commit', 'git', { requireAll: false, print: (line: string) => lines.push(line) });
  expect(lines).toEqual(['left out: "follows a commit" needs what this machine does not have: git']);
});

it('leaves no test out where every test must run', () => {
  expect(() => leaveOut('follows a commit', 'git', { requireAll: true })).toThrow(
    'RAMPART_REQUIRE_ALL=1, and "follows a commit" needs what this machine does not have: git',
  );
});
