// `rampart validate` in this process: which files it looks at, and that rules which do nothing are
// warnings, and never more than that.
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { policyFor } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
  workspace.write('config.yaml', 'reconcile: {mode: enforce}\n');
});

afterEach(() => workspace.dispose());

interface Found {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

async function warnings(): Promise<Found[]> {
  const { code, stdout } = await workspace.runHere(['validate', '--json']);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { readonly problems: Found[] }).problems;
}

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';

test('a rule that is covered: exit code 0, with its place and that of the rule that covers it', async () => {
  const office = 'protocol: tcp, ports: 443, from: 203.0.113.0/24';
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, office]));
  const { code, stdout, stderr } = await workspace.runHere(['validate']);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^policies\/web\.yaml:7:9: warning: .*203\.0\.113\.0\/24.*\(policies\/web\.yaml:6\) \[rule-covered\]/,
  );
  expect(stderr).toContain('1 file, 1 group: 0 errors, 1 warning (under 1 % of policies.limits.files)');
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
  expect(await warnings()).toMatchObject([{ code: 'expired' }]);
});

test('10,000 intricate rules come to an end, and it is said that not all were looked at', async () => {
  const rules = Array.from({ length: 10_000 }, (_, index) => {
    const first = (index % 60_000) + 1;
    return `protocol: tcp, ports: ${first}-${first + 2000}, from: 10.${index % 256}.0.0/16, priority: ${(index % 100) + 1}`;
  });
  workspace.write('policies/web.yaml', policyFor('sg-web', rules));
  expect((await warnings()).map(({ code }) => code)).toContain('anomalies-unfinished');
});

describe('of the files that are named', () => {
  const NETWORKS = 'version: 1\nnetworks: {office: 203.0.113.0/24}\n';
  const OFFICE = 'protocol: tcp, ports: 443, from: office';

  async function problemsOf(...paths: string[]): Promise<string[]> {
    const { stdout } = await workspace.runHere(['validate', '--json', ...paths]);
    const { problems } = JSON.parse(stdout) as { readonly problems: Found[] };
    return problems.map(({ file, code }) => `${file} ${code}`);
  }

  test.each([
    ['by its folder and by its name', ['policies', 'policies/web.yaml']],
    ['twice by its name', ['policies/web.yaml', './policies/../policies/web.yaml']],
    ['through a link', ['policies', 'linked']],
  ])('a file that is named %s is there once', async (_, paths) => {
    workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, from: 0.0.0.0/0']));
    symlinkSync(path.join(workspace.folder, 'policies'), path.join(workspace.folder, 'linked'));
    const { stdout, stderr } = await workspace.runHere(['validate', ...paths]);
    expect(stdout.match(/\[[a-z-]+\]$/gm)).toEqual(['[ports-missing]']);
    expect(stderr).toContain('1 file with errors: 1 error, 0 warnings');
  });

  test('a named file below the policies path may use names of the other files, whose problems are not shown', async () => {
    workspace.write('policies/shared.yaml', `${NETWORKS}services: {unused: tcp/1}\n`);
    workspace.write('policies/web.yaml', policyFor('sg-web', [OFFICE]));
    workspace.write('policies/bad.yaml', '');
    expect(await problemsOf('policies/web.yaml')).toEqual([]);
    expect(await problemsOf('policies/shared.yaml')).toEqual([]);
    expect(await problemsOf(path.join(workspace.folder, 'policies', 'web.yaml'))).toEqual([]);
    expect(await problemsOf('policies')).toEqual(['policies/bad.yaml empty-file']);
  });

  test('a named file below the policies path must not declare a group of the other files', async () => {
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
    workspace.write('policies/also.yaml', policyFor('sg-web', [HTTPS]));
    expect(await problemsOf('policies/web.yaml')).toEqual(['policies/web.yaml duplicate-group']);
  });

  test('a named file from elsewhere stands alone', async () => {
    workspace.write('policies/shared.yaml', NETWORKS);
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
    workspace.write('policies-next/web.yaml', policyFor('sg-web', [OFFICE]));
    expect(await problemsOf('policies-next/web.yaml')).toEqual(['policies-next/web.yaml unknown-network']);
  });
});

test('a guardrail or freeze about no group of the policies is a warning in its place', async () => {
  workspace.write(
    'config.yaml',
    `reconcile:
  mode: enforce
  freeze:
    - {name: weekend, schedule: '0 18 * * 5', durationHours: 60, groups: {regions: [cn-beijing]}}
    - {name: nights, schedule: '0 18 * * *', durationHours: 10, groups: {names: [web-*]}}
guardrails:
  - use: cis-alibaba-4.3
    groups: {ids: [sg-wep]}
  - {use: cis-alibaba-4.4, groups: {ids: [sg-web, sg-db]}}
`,
  );
  workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 443, from: 10.0.0.0/8']));
  expect(await warnings()).toMatchObject([
    {
      file: 'config.yaml',
      line: 4,
      code: 'scope-without-groups',
      message: expect.stringContaining('the freeze weekend') as string,
    },
    {
      file: 'config.yaml',
      line: 8,
      code: 'scope-without-groups',
      message: expect.stringContaining('the guardrail cis-alibaba-4.3') as string,
      hint: 'did you mean "sg-web"?',
    },
  ]);
  // A group with an error is one of the policies all the same.
  workspace.write('policies/wbe.yaml', policyFor('sg-wbe', ['protocol: tcp, ports: 22, from: nobody']));
  const broken = JSON.parse((await workspace.runHere(['validate', '--json'])).stdout) as {
    problems: Found[];
  };
  expect(broken.problems.map(({ code }) => code)).toEqual(['unknown-network']);
  // Of files from elsewhere nothing is known about the other groups.
  workspace.write('elsewhere/db.yaml', policyFor('sg-db', []));
  const { code, stdout } = await workspace.runHere(['validate', '--json', 'elsewhere']);
  expect({ code, problems: (JSON.parse(stdout) as { problems: Found[] }).problems }).toEqual({
    code: 0,
    problems: [],
  });
});
