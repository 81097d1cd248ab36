// `rampart validate` through the built binary: rules that do nothing are warnings, and never more than that.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { policyFor } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
});

afterEach(() => workspace.dispose());

interface Found {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

async function warnings(): Promise<Found[]> {
  const { code, stdout } = await workspace.run(['validate', '--json']);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { readonly problems: Found[] }).problems;
}

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';

test('a rule that is covered: exit code 0, with its place and that of the rule that covers it', async () => {
  const office = 'protocol: tcp, ports: 443, from: 203.0.113.0/24';
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, office]));
  const { code, stdout, stderr } = await workspace.run(['validate']);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^policies\/web\.yaml:7:9: warning: .*203\.0\.113\.0\/24.*\(policies\/web\.yaml:6\) \[rule-covered\]/,
  );
  expect(stderr).toContain('1 files, 1 groups: 0 errors, 1 warnings');
  expect(await warnings()).toMatchObject([{ file: 'policies/web.yaml', line: 7, code: 'rule-covered' }]);
});

test('an expired rule covers nothing any more', async () => {
  workspace.write(
    'policies/web.yaml',
    policyFor('sg-web', [
      `${HTTPS}, expires: 2020-01-01T00:00:00Z`,
      'protocol: tcp, ports: 443, from: 10.0.0.0/8',
    ]),
  );
  expect(await warnings()).toEqual([]);
});

test('10,000 intricate rules come to an end, and it is said that not all were looked at', async () => {
  const rules = Array.from({ length: 10_000 }, (_, index) => {
    const first = (index % 60_000) + 1;
    return `protocol: tcp, ports: ${first}-${first + 2000}, from: 10.${index % 256}.0.0/16, priority: ${(index % 100) + 1}`;
  });
  workspace.write('policies/web.yaml', policyFor('sg-web', rules));
  expect((await warnings()).map(({ code }) => code)).toContain('anomalies-unfinished');
});
