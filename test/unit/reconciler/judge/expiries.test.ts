import { describe, expect, it } from 'vitest';
import { expiryWarnings } from '../../../../reconciler/judge/expiries.ts';
import { compilePolicies } from '../../../../reconciler/policy/compile/compile.ts';
import { readPolicyFile } from '../../../../reconciler/policy/read/file.ts';

const NOW_MS = Date.parse('2027-01-10T00:00:00Z');
const WEEK_MS = 7 * 24 * 3_600_000;

const warnings = (expires: string) => {
  const text = `version: 1
groups:
  - id: sg-a
    region: cn-hangzhou
    ingress:
      - {protocol: tcp, ports: [22, 443], from: [10.0.0.0/8, 192.0.2.0/24], expires: ${expires}}
      - {protocol: tcp, ports: 80, from: 10.0.0.0/8}
`;
  const { groups } = compilePolicies([readPolicyFile('a.yaml', Buffer.from(text))], { accounts: null });
  return expiryWarnings(groups, NOW_MS, WEEK_MS).map(({ line, code, severity }) => ({
    line,
    code,
    severity,
  }));
};

describe('what is said of ends in the policies', () => {
  it.each([
    ['2027-01-09T23:59:59Z', 'expired'],
    ['2027-01-10T00:00:00Z', 'expired'],
    ['2027-01-17T00:00:00Z', 'expires-soon'],
  ])('is one warning for a written rule that ends at %s: %s', (expires, code) => {
    expect(warnings(expires)).toEqual([{ line: 6, code, severity: 'warning' }]);
  });

  it('is nothing of an end that is far', () => {
    expect(warnings('2027-01-17T00:00:01Z')).toEqual([]);
  });
});
