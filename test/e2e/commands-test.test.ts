// `rampart test` in this process: expectations on desired and on live rules, in every format; and what `validate` says of
// guardrails and expectations.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
});

afterEach(() => workspace.dispose());

const OFFICE = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';

const accepts = (from: string, name = 'people get in'): string =>
  `  - {name: ${name}, group: sg-web, accept: {direction: ingress, protocol: tcp, ports: 22, from: ${from}}}\n`;
const drops = (from: string, name = 'nobody else'): string =>
  `  - {name: ${name}, group: sg-web, drop: {direction: ingress, protocol: all, from: ${from}}}\n`;

function writePolicy(rules: readonly string[], ...expectations: string[]): void {
  workspace.write('policies/web.yaml', policyFor('sg-web', rules));
  workspace.write('policies/expect.yaml', `version: 1\nexpect:\n${expectations.join('')}`);
}

interface TestDocument {
  readonly summary: Readonly<Record<string, number>>;
  readonly results: ReadonlyArray<{ readonly name: string; readonly outcome: string }>;
}

const documentOf = (stdout: string): TestDocument => JSON.parse(stdout) as TestDocument;

describe('the expectations of policies, without a config', () => {
  test('all hold: exit code 0, one line each', async () => {
    writePolicy([OFFICE], accepts('203.0.113.128/25'), drops('198.51.100.0/24'));
    const { code, stdout, stderr } = await workspace.runHere(['test', 'policies']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      'ok sg-web: people get in (policies/expect.yaml:3)\nok sg-web: nobody else (policies/expect.yaml:4)\n',
    );
    expect(stderr).toContain('2 expectations: 2 hold, 0 fail, 0 unknown');
  });

  test('one fails: exit code 1, with a packet and the place of the rule that decides it', async () => {
    writePolicy([OFFICE, `${OFFICE}, action: drop, to: 10.9.0.0/16`], accepts('203.0.113.0/24'));
    const { code, stdout } = await workspace.runHere(['test', 'policies', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      summary: { holds: 0, fails: 1, unknown: 0 },
      results: [
        {
          name: 'people get in',
          group: 'sg-web',
          kind: 'accept',
          file: 'policies/expect.yaml',
          line: 3,
          outcome: 'fails',
          detail: expect.stringContaining('tcp 22/22 is dropped for 256 addresses over IPv4') as string,
          counterExample: expect.stringMatching(/own address 10\.9\./) as string,
          decidedBy: { file: 'policies/web.yaml', line: 7 },
        },
      ],
    });
  });

  test('what hangs on a list is unknown, is counted, and fails only with --strict', async () => {
    writePolicy(['protocol: tcp, ports: 22, from: pl-people'], accepts('203.0.113.0/24'));
    const { code, stdout, stderr } = await workspace.runHere(['test', 'policies']);
    expect(code).toBe(0);
    expect(stdout).toContain('unknown sg-web: people get in');
    expect(stderr).toContain('1 expectation: 0 hold, 0 fail, 1 unknown');
    expect((await workspace.runHere(['test', 'policies', '--strict'])).code).toBe(1);
  });

  test('a direction that the policy does not manage and a group that none declares are unknown', async () => {
    writePolicy(
      [OFFICE],
      '  - {name: out, group: sg-web, drop: {direction: egress, protocol: all, to: internet}}\n',
      '  - {name: stranger, group: sg-other, drop: {direction: ingress, protocol: all, from: internet}}\n',
    );
    const { code, stdout } = await workspace.runHere(['test', 'policies', '--json']);
    expect(code).toBe(0);
    expect(documentOf(stdout).results.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'out unknown',
      'stranger unknown',
    ]);
  });

  test('only those of the named files run, against the groups of all files', async () => {
    writePolicy([OFFICE], accepts('203.0.113.0/24'));
    workspace.write('policies/more.yaml', `version: 1\nexpect:\n${drops('internet', 'elsewhere')}`);
    const { code, stdout } = await workspace.runHere(['test', 'policies/expect.yaml', '--json']);
    expect(code).toBe(0);
    expect(documentOf(stdout).results.map(({ name }) => name)).toEqual(['people get in']);
  });

  test('an expired rule does not count', async () => {
    writePolicy([`${OFFICE}, expires: 2020-01-01T00:00:00Z`], accepts('203.0.113.0/24'));
    expect((await workspace.runHere(['test', 'policies'])).code).toBe(1);
  });

  test('JUnit says which failed, which were skipped, and escapes what XML would act upon', async () => {
    writePolicy(
      ['protocol: tcp, ports: 22, from: pl-people'],
      accepts('203.0.113.0/24'),
      drops('internet', '"a <b> & \\"c\\""'),
    );
    const { code, stdout } = await workspace.runHere(['test', 'policies', '--format', 'junit', '--strict']);
    expect(code).toBe(1);
    expect(stdout).toContain('<testsuites name="rampart" tests="2" failures="2" errors="0" skipped="0">');
    expect(stdout).toContain('<testcase name="a &lt;b&gt; &amp; &quot;c&quot; (sg-web)"');
    const lenient = await workspace.runHere(['test', 'policies', '--format', 'junit']);
    expect(lenient.stdout).toContain('failures="0" errors="0" skipped="2"');
  });

  test('policies with problems: exit code 1, and no verdicts', async () => {
    writePolicy([OFFICE], accepts('ofice'));
    const { code, stdout, stderr } = await workspace.runHere(['test', 'policies']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('the network "ofice" is not defined');
  });
});

describe('the expectations of policies, on the rules of the cloud', () => {
  let emulator: TestEmulator;

  afterEach(() => emulator.close());

  test('fail for what is there and the policies do not ask for', async () => {
    const open = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' };
    emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web', [open])] } });
    workspace.write('config.yaml', configFor(emulator.url));
    writePolicy([OFFICE], accepts('203.0.113.0/24'), drops('198.51.100.0/24'));
    expect((await workspace.runHere(['test'])).code).toBe(0);
    const { code, stdout } = await workspace.runHere(['test', '--live', '--json']);
    expect(code).toBe(1);
    expect(documentOf(stdout).results.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'people get in holds',
      'nobody else fails',
    ]);
    expect((await emulator.calls()).every(({ effect }) => !effect)).toBe(true);
  });

  test('know the entries of lists, which the policies alone do not', async () => {
    const list = {
      RegionId: 'cn-hangzhou',
      PrefixListId: 'pl-people',
      PrefixListName: 'people',
      AddressFamily: 'IPv4',
      MaxEntries: 5,
      Entries: [{ Cidr: '203.0.113.0/24' }],
    };
    const open = { IpProtocol: 'TCP', PortRange: '22/22', SourcePrefixListId: 'pl-people' };
    emulator = await startTestEmulator({
      state: { securityGroups: [wireGroup('sg-web', [open])], prefixLists: [list] },
    });
    workspace.write('config.yaml', configFor(emulator.url));
    writePolicy(['protocol: tcp, ports: 22, from: pl-people'], accepts('203.0.113.0/24'));
    expect((await workspace.runHere(['test', '--strict'])).code).toBe(1);
    const { code, stdout } = await workspace.runHere(['test', '--live', '--strict']);
    expect([code, stdout]).toEqual([0, 'ok sg-web: people get in (policies/expect.yaml:3)\n']);
  });
});

describe('`validate`, with guardrails in the config', () => {
  const CONFIG = `reconcile: {mode: observe}
guardrails:
  - {use: cis-alibaba-4.3, message: Use the bastion., exempt: [{group: sg-old, reason: r, until: 2020-01-01}]}
  - {id: described, rule: 'rule.description != ""', severity: warning}
`;

  interface Found {
    readonly file: string;
    readonly line: number;
    readonly severity: string;
    readonly code: string;
    readonly hint: string;
  }

  async function problems(args: readonly string[] = []): Promise<string[]> {
    const { stdout } = await workspace.runHere(['validate', '--json', ...args]);
    const { problems: found } = JSON.parse(stdout) as { readonly problems: readonly Found[] };
    return found.map(({ file, line, severity, code }) => `${file}:${line} ${severity} ${code}`);
  }

  test('a violation stands at the rule that decides, under the id of the guardrail', async () => {
    workspace.write('config.yaml', CONFIG);
    workspace.write(
      'policies/web.yaml',
      policyFor('sg-web', [OFFICE, 'protocol: tcp, ports: 20-30, from: [0.0.0.0/1, 128.0.0.0/1]']),
    );
    expect((await workspace.runHere(['validate'])).code).toBe(1);
    expect(await problems()).toEqual([
      'config.yaml:3 error exemption-expired',
      'policies/web.yaml:6 warning described',
      'policies/web.yaml:6 warning rule-covered',
      'policies/web.yaml:7 error cis-alibaba-4.3',
      'policies/web.yaml:7 warning described',
    ]);
  });

  test.each([
    ['sarif', '"ruleId": "cis-alibaba-4.3"'],
    ['github', 'title=cis-alibaba-4.3'],
    ['codequality', '"check_name": "cis-alibaba-4.3"'],
  ])('the format %s carries the id of the guardrail', async (format, words) => {
    workspace.write('config.yaml', CONFIG);
    workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 22, from: anywhere']));
    const { stdout, code } = await workspace.runHere(['validate', '--format', format]);
    expect(code).toBe(1);
    expect(stdout).toContain(words);
  });

  test('who is exempt is not reported, and neither is a group out of scope: only that the scope fits none', async () => {
    workspace.write(
      'config.yaml',
      `reconcile: {mode: observe}
guardrails:
  - {use: cis-alibaba-4.3, exempt: [{group: sg-web, reason: r}]}
  - {use: CKV_ALI_2, groups: {ids: sg-other}}
`,
    );
    workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 22, from: anywhere']));
    expect(await problems()).toEqual(['config.yaml:4 warning scope-without-groups']);
  });

  test('files from elsewhere are not blamed for names that a guardrail takes from the policies', async () => {
    workspace.write(
      'config.yaml',
      `reconcile: {mode: observe}
guardrails:
  - {id: of-vpn, deny: {direction: ingress, protocol: all, from: vpn}}
  - {use: cis-alibaba-4.3}
`,
    );
    workspace.write('elsewhere/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 22, from: anywhere']));
    expect(await problems(['elsewhere'])).toEqual(['elsewhere/web.yaml:6 error cis-alibaba-4.3']);
    expect((await workspace.runHere(['test', 'elsewhere'])).code).toBe(0);
    workspace.write('policies/web.yaml', policyFor('sg-web', []));
    expect(await problems()).toEqual(['config.yaml:3 error unknown-network']);
  });

  test('a failing expectation stands at the rule that decides', async () => {
    workspace.write('config.yaml', 'reconcile: {mode: observe}\n');
    writePolicy([OFFICE], drops('203.0.113.7'));
    expect(await problems()).toEqual(['policies/web.yaml:6 error expectation']);
  });
});
