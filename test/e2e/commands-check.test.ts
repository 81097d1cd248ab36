// `rampart check` in this process: exit codes, the deciding rule with its place, both sides.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, REGION, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const POLICY = `version: 1
groups:
  - id: sg-web
    region: ${REGION}
    ingress:
      - {protocol: tcp, ports: 443, from: 0.0.0.0/0, priority: 10, description: "all \\u001b[31mred"}
      - {protocol: tcp, ports: 1-1024, from: 10.0.0.0/8, priority: 20}
      - {protocol: all, from: sg-bad, action: drop}
      - {protocol: tcp, ports: 22, from: 0.0.0.0/0, expires: 2020-01-01T00:00:00Z}
      - {name: dns, protocol: tcp, ports: 53, from: 10.0.0.0/8}
  - name: by-name
    region: ${REGION}
    egress: []
`;

let emulator: TestEmulator;
let workspace: Workspace;

beforeAll(async () => {
  workspace = new Workspace();
  const ssh = {
    IpProtocol: 'TCP',
    PortRange: '22/22',
    SourceCidrIp: '10.0.0.0/8',
    SecurityGroupRuleId: 'sgr-ssh',
  };
  emulator = await startTestEmulator({
    state: {
      securityGroups: [
        wireGroup('sg-web', [
          ssh,
          { ...ssh, PortRange: '53/53', SecurityGroupRuleId: 'sgr-dns' },
          { IpProtocol: 'TCP', PortRange: '8443/8443', SourcePrefixListId: 'pl-office' },
          { IpProtocol: 'TCP', PortRange: '', PortRangeListId: 'prl-agents', SourceCidrIp: '10.0.0.0/8' },
        ]),
        { ...wireGroup('sg-named'), SecurityGroupName: 'by-name' },
      ],
      prefixLists: [
        {
          RegionId: REGION,
          PrefixListId: 'pl-office',
          AddressFamily: 'IPv4',
          MaxEntries: 1,
          Entries: [{ Cidr: '192.0.2.0/24' }],
        },
      ],
      portRangeLists: [
        {
          RegionId: REGION,
          PortRangeListId: 'prl-agents',
          MaxEntries: 1,
          Entries: [{ PortRange: '9000/9002' }],
        },
      ],
    },
  });
  workspace.write('config.yaml', configFor(emulator.url));
  workspace.write('policies/web.yaml', POLICY);
});

afterAll(async () => {
  await workspace.dispose();
  await emulator.close();
});

const check = (flags: string) => workspace.runHere(['check', ...flags.split(' ')]);
const INGRESS = '--group sg-web --direction ingress --protocol tcp';

describe('against the policies', () => {
  test('a packet that a rule accepts: exit code 0, the rule with its file and line, and who could overrule it', async () => {
    const { code, stdout } = await check(`${INGRESS} --port 443 --peer 10.0.0.7`);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('accept');
    expect(stdout).toContain('decided by ingress accept tcp 443/443 from 0.0.0.0/0 priority 10');
    expect(stdout).toContain('(policies/web.yaml:6)');
    expect(stdout).toMatch(/also matching[^]*from 10\.0\.0\.0\/8 priority 20 \(policies\/web\.yaml:7\)/);
    expect(stdout).toMatch(
      /it would be dropped\s+if the peer is in sg-bad: by [^\n]*\(policies\/web\.yaml:8\)/,
    );
    expect(stdout).toContain('taken from --peer alone: none');
    expect(stdout).not.toContain('\u001b');
  });

  test('the same packet from a member of a group that is dropped: exit code 2', async () => {
    const { code, stdout } = await check(`${INGRESS} --port 443 --peer 10.0.0.7 --peer sg-bad`);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^drop\n[^]*decided by ingress drop all from sg-bad/);
  });

  test('a packet that no rule matches: the default, and an expired rule has no say', async () => {
    const { code, stdout } = await check(`${INGRESS} --port 22 --peer 203.0.113.7`);
    expect(code).toBe(2);
    expect(stdout).toContain('no rule: every group drops such ingress by default');
  });

  test('egress without a rule is taken for a basic group’s, and it is said', async () => {
    const { code, stdout } = await check(
      '--group by-name --direction egress --protocol icmp --peer 203.0.113.7',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('a basic group accepts such egress by default');
    expect(stdout).toContain('an enterprise group drops this');
  });

  test('--json is one document', async () => {
    const { code, stdout, stderr } = await check(`${INGRESS} --port 443 --peer 203.0.113.7 --json`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      account: 'default',
      region: REGION,
      id: 'sg-web',
      side: 'desired',
      packet: {
        direction: 'ingress',
        family: 'ipv4',
        protocol: 6,
        peer: '203.0.113.7',
        port: 443,
        own: null,
      },
      verdict: 'accept',
      by: 'rule',
      rule: { peer: '0.0.0.0/0', source: { file: 'policies/web.yaml', line: 6 } },
      alsoMatching: [],
      rivals: [{ rule: { peer: 'sg-bad' }, needs: ['the peer is in sg-bad'] }],
    });
  });
});

describe('--live', () => {
  test('asks the rules of the cloud, and names the rule by its id', async () => {
    const { code, stdout } = await check(`${INGRESS} --port 22 --peer 10.0.0.7 --live`);
    expect(code).toBe(0);
    expect(stdout).toContain('as it is in the cloud');
    expect(stdout).toMatch(/decided by ingress accept tcp 22\/22 from 10\.0\.0\.0\/8 priority 1 \(sgr-/);
    expect(await check(`${INGRESS} --port 443 --peer 10.0.0.7 --live`)).toMatchObject({ code: 2 });
  });

  test('names the place where a policy declares the same rule', async () => {
    const question = `${INGRESS} --port 53 --peer 10.0.0.7 --live`;
    const { stdout } = await check(question);
    expect(stdout).toMatch(
      /decided by ingress accept tcp 53\/53 from 10\.0\.0\.0\/8 priority 1 \(sgr-dns, declared at policies\/web\.yaml:10\)/,
    );
    const json: unknown = JSON.parse((await check(`${question} --json`)).stdout);
    expect(json).toMatchObject({
      rule: { id: 'sgr-dns', name: 'dns', source: { file: 'policies/web.yaml', line: 10 } },
    });
  });

  test.each([
    ['an address that the entries of a prefix list hold', '8443 --peer 192.0.2.7', 0, 'from pl-office'],
    ['an address that they do not hold', '8443 --peer 192.0.3.7', 2, 'no rule'],
    ['a peer of which only the list is known', '8443 --peer pl-office', 0, 'from pl-office'],
    [
      'an address that is said to be in a list and is not',
      '8443 --peer 192.0.3.7 --peer pl-office',
      2,
      'pl-office does not hold the address that --peer gives',
    ],
    ['a port of a port list', '9001 --peer 10.0.0.7', 0, 'prl-agents from 10.0.0.0/8'],
    ['a port beside the port list', '9003 --peer 10.0.0.7', 2, 'no rule'],
  ])('judges by the entries of lists: %s', async (_title, question, expected, text) => {
    const { code, stdout } = await check(`${INGRESS} --port ${question} --live`);
    expect(code).toBe(expected);
    expect(stdout).toContain(text);
  });

  test('says what it could not know of a list that it may not read', async () => {
    await emulator.setFaults([
      { action: 'DescribePrefixListAttributes', kind: 'error', code: 'Forbidden.RAM', status: 403 },
    ]);
    const { code, stdout } = await check(`${INGRESS} --port 8443 --peer 192.0.2.7 --live`);
    await emulator.setFaults([]);
    expect(code).toBe(2);
    expect(stdout).toContain('if the peer is in pl-office');
    expect(stdout).toContain('is taken from --peer alone: none');
  });

  test('knows the type of the group', async () => {
    const { stdout } = await check(
      '--group sg-named --direction egress --protocol icmp --peer 1.2.3.4 --live',
    );
    expect(stdout).toContain('a basic group accepts such egress by default');
    expect(stdout).not.toContain('enterprise');
  });

  test('writes nothing', async () => {
    expect((await emulator.calls()).every(({ effect }) => !effect)).toBe(true);
  });
});

describe('questions without an answer end with 1 and say why', () => {
  test.each([
    [
      'an unknown group',
      '--group sg-x --direction ingress --protocol icmp --peer 1.2.3.4',
      'no policy names a group sg-x',
    ],
    [
      'a direction that is not managed',
      '--group sg-web --direction egress --protocol icmp --peer 1.2.3.4',
      '--live',
    ],
    ['bad flags, all at once', `${INGRESS} --port 0 --peer nobody`, '--peer: write one address'],
    ['no direction', '--group sg-web --protocol icmp --peer 1.2.3.4', '--direction'],
  ])('ends with 1 over %s and says why', async (_, flags, message) => {
    const { code, stdout, stderr } = await check(flags);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('ends with 1 over broken policies and says why', async () => {
    workspace.write('policies/bad.yaml', 'version: 2\n');
    const { code, stderr } = await check(`${INGRESS} --port 22 --peer 10.0.0.7`);
    expect(code).toBe(1);
    expect(stderr).toContain('bad.yaml:1:10');
  });
});
