import { describe, expect, it } from 'vitest';
import { guardrailCode, type Problem } from '../../../../../reconciler/model/problem.ts';
import { problemsAsCodeQuality } from '../../../../../reconciler/policy/report/codequality.ts';

const PROBLEM: Problem = {
  file: 'policies/web.yaml',
  line: 7,
  column: 9,
  severity: 'error',
  code: guardrailCode('cis-alibaba-4.3'),
  message: 'tcp 22/22 is exposed',
  hint: 'remove it',
};

interface Issue {
  readonly fingerprint: string;
  readonly severity: string;
}

const issuesOf = (...problems: Problem[]): Issue[] => JSON.parse(problemsAsCodeQuality(problems)) as Issue[];

describe('problems as a Code Quality report', () => {
  it('name file, line, severity and the id that scripts find them by', () => {
    expect(issuesOf(PROBLEM)).toEqual([
      {
        description: 'tcp 22/22 is exposed (remove it)',
        check_name: 'cis-alibaba-4.3',
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        severity: 'major',
        location: { path: 'policies/web.yaml', lines: { begin: 7 } },
      },
    ]);
    expect(issuesOf({ ...PROBLEM, severity: 'warning' })[0]?.severity).toBe('minor');
  });

  it('have fingerprints of their own, which a moved line does not change', () => {
    const [first, second] = issuesOf(PROBLEM, { ...PROBLEM, line: 8 });
    expect(first?.fingerprint).not.toBe(second?.fingerprint);
    expect(issuesOf({ ...PROBLEM, line: 99 })[0]?.fingerprint).toBe(first?.fingerprint);
  });

  it('are an empty list where there is none', () => {
    expect(problemsAsCodeQuality([])).toBe('[]\n');
  });
});
