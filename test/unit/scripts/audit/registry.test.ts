import { expect, it } from 'vitest';
import { readAudit, readSignatures } from '../../../../scripts/audit/registry.ts';

const ran = (report: unknown, stderr = '') => ({ stdout: JSON.stringify(report), stderr });

const VULNERABLE = {
  auditReportVersion: 2,
  vulnerabilities: {
    one: { name: 'one', severity: 'low', range: '<1.2.3', fixAvailable: true },
    two: { name: 'two', severity: 'critical', range: '*', fixAvailable: false },
  },
};

it('published weaknesses are told with range, severity and whether a fix is out', () => {
  expect(readAudit(ran(VULNERABLE))).toEqual({
    kind: 'answered',
    problems: ['one <1.2.3: low, a fix is out', 'two *: critical, no fix is out'],
  });
  expect(readAudit(ran(VULNERABLE), ['critical'])).toMatchObject({
    problems: ['two *: critical, no fix is out'],
  });
});

it('no weakness is an answer', () => {
  expect(readAudit(ran({ auditReportVersion: 2, vulnerabilities: {} }))).toEqual({
    kind: 'answered',
    problems: [],
  });
});

it('packages that are not signed, or not as they were, are told', () => {
  const report = {
    invalid: [{ name: 'one', version: '1.0.0', location: 'node_modules/one' }],
    missing: [{ name: 'two', version: '2.0.0' }],
  };
  expect(readSignatures(ran(report))).toEqual({
    kind: 'answered',
    problems: [
      'one 1.0.0: it is not what its publisher signed',
      'two 2.0.0: the registry signs its packages, but not this one',
    ],
  });
});

// Both as npm 11 wrote them.
it.each([
  [{ message: '405 Method Not Allowed - POST https://registry.example/advisories/bulk' }, /^405 Method/],
  [
    { error: { code: 'ENOTFOUND', summary: 'request to https://tuf.example/15.root.json failed' } },
    /^request to/,
  ],
])('a registry that does not answer is never taken for one that knows of nothing: %j', (report, reason) => {
  const expected = { kind: 'notAnswered', reason: expect.stringMatching(reason) as string };
  expect(readAudit(ran(report))).toEqual(expected);
  expect(readSignatures(ran(report))).toEqual(expected);
});

it('an npm that ends without a report is told by its first line', () => {
  expect(readAudit({ stdout: '', stderr: 'npm error EUSAGE\nmore' })).toEqual({
    kind: 'notAnswered',
    reason: 'npm error EUSAGE',
  });
  expect(readAudit({ stdout: '', stderr: '' })).toMatchObject({ reason: 'npm said nothing' });
});
