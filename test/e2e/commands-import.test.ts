// `rampart import` in this process: what it writes of live groups, planned again, changes nothing.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, REGION, wireGroup, type WireRule } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const ANY = { SourceCidrIp: '0.0.0.0/0' };

/** One of every kind that a VPC can hold. */
const EVERY_KIND: readonly WireRule[] = [
  { IpProtocol: 'TCP', PortRange: '443/443', ...ANY, Description: 'all: "web" #1' },
  { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8', Description: 'all: "web" #1' },
  { IpProtocol: 'UDP', PortRange: '8000/8100', Ipv6SourceCidrIp: '2001:db8::/32', Priority: 100 },
  { IpProtocol: 'TCP', PortRange: '1/65535', SourceGroupId: 'sg-empty', Policy: 'Drop' },
  {
    IpProtocol: 'TCP',
    PortRange: '22/22',
    SourceGroupId: 'sg-far',
    SourceGroupOwnerAccount: '1557809237701234',
  },
  { IpProtocol: 'TCP', PortRange: '80/80', SourcePrefixListId: 'pl-cdn' },
  { IpProtocol: 'TCP', PortRangeListId: 'prl-app', ...ANY },
  { IpProtocol: 'ICMP', PortRange: '-1/-1', ...ANY },
  { IpProtocol: 'ICMPv6', PortRange: '-1/-1', Ipv6SourceCidrIp: '::/0' },
  { IpProtocol: 'GRE', PortRange: '-1/-1', SourceCidrIp: '198.51.100.7' },
  { IpProtocol: 'ALL', PortRange: '-1/-1', SourceCidrIp: '203.0.113.0/24', DestCidrIp: '10.1.0.0/16' },
  { IpProtocol: 'TCP', PortRange: '25/25', ...ANY, SourcePortRange: '1024/65535' },
  { Direction: 'egress', IpProtocol: 'TCP', PortRange: '443/443', DestCidrIp: '0.0.0.0/0' },
  {
    Direction: 'egress',
    IpProtocol: 'ALL',
    PortRange: '-1/-1',
    DestCidrIp: '0.0.0.0/0',
    Policy: 'Drop',
    Priority: 100,
  },
];

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({
    state: {
      securityGroups: [
        wireGroup('sg-every', EVERY_KIND),
        wireGroup('sg-empty'),
        { ...wireGroup('sg-managed'), ServiceManaged: true },
        {
          ...wireGroup('sg-classic', [
            { IpProtocol: 'TCP', PortRange: '80/80', ...ANY, NicType: 'internet' },
          ]),
          VpcId: '',
        },
      ],
      prefixLists: [
        {
          RegionId: REGION,
          PrefixListId: 'pl-cdn',
          PrefixListName: 'cdn',
          AddressFamily: 'IPv4',
          MaxEntries: 5,
          Entries: [],
        },
      ],
      portRangeLists: [
        {
          RegionId: REGION,
          PortRangeListId: 'prl-app',
          PortRangeListName: 'app',
          MaxEntries: 5,
          Entries: [],
        },
      ],
    },
  });
  workspace.write('config.yaml', configFor(emulator.url));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const run = (command: string) => workspace.runHere(command.split(' '));

test('every kind of rule: importing and then planning gives an empty plan', async () => {
  const imported = await run(`import --region ${REGION} --out policies`);
  expect(imported).toMatchObject({
    code: 0,
    stdout:
      'policies/sg-classic.yaml: 1 rule\npolicies/sg-empty.yaml: 0 rules\npolicies/sg-every.yaml: 14 rules\n',
  });
  expect(imported.stderr).toMatch(/^sg-managed is left out: a cloud product owns this group/);
  const { code, stdout } = await run('plan --json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    groups: [
      { id: 'sg-classic', status: 'converged', diff: { same: 1 } },
      { id: 'sg-empty', status: 'converged', diff: { same: 0 } },
      { id: 'sg-every', status: 'converged', diff: { same: EVERY_KIND.length } },
    ],
  });
  expect((await emulator.calls()).every(({ effect }) => !effect)).toBe(true);
  const policy = readFileSync(path.join(workspace.folder, 'policies/sg-every.yaml'), 'utf8');
  expect(policy).toContain('from: [0.0.0.0/0, 10.0.0.0/8], description: "all: \\"web\\" #1"');
});

test('only the groups that are named; no file is replaced', async () => {
  const command = `import --region ${REGION} --group sg-managed --group sg-every --out out`;
  expect(await run(command)).toMatchObject({ code: 0 });
  expect(readdirSync(path.join(workspace.folder, 'out'))).toEqual(['sg-every.yaml', 'sg-managed.yaml']);
  workspace.write('out/sg-every.yaml', 'mine');
  const again = await run(command);
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toContain('is there already');
  expect(readFileSync(path.join(workspace.folder, 'out/sg-every.yaml'), 'utf8')).toBe('mine');
});

/** What the API can hold and a policy cannot say. */
const UNSAYABLE: readonly WireRule[] = [
  { IpProtocol: 'ALL', PortRange: '-1/-1', ...ANY, Priority: 110 },
  { IpProtocol: '50', PortRange: '-1/-1', SourceCidrIp: '198.51.100.7' },
  { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '198.51.100.9' },
  { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '198.51.100.9/32' },
];

test('what no policy can say becomes a comment and an ignore of its shape, and the rest is imported', async () => {
  const rules = [...UNSAYABLE, { IpProtocol: 'TCP', PortRange: '443/443', ...ANY }];
  await emulator.setState({ securityGroups: [wireGroup('sg-old', rules), wireGroup('sg-new')] });
  const { code, stdout, stderr } = await run(`import --region ${REGION} --out policies`);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout:
      'policies/sg-new.yaml: 0 rules\npolicies/sg-old.yaml: 5 rules, 4 of them left alone by `ignore`\n',
    stderr: '',
  });
  const policy = readFileSync(path.join(workspace.folder, 'policies/sg-old.yaml'), 'utf8');
  expect(policy.match(/# A policy cannot say/g)).toHaveLength(UNSAYABLE.length);
  expect(policy).toContain(
    '{direction: ingress, protocol: all, peer: 0.0.0.0/0, action: accept, priority: 110}',
  );
  expect((await run('plan')).code).toBe(0);
  expect((await run('validate')).code).toBe(0);
});

test('--all: every region, what three rules share gets a name, and planning what was written changes nothing', async () => {
  const shared = ['203.0.113.0/24', '198.51.100.0/24'].map((SourceCidrIp) => ({
    IpProtocol: 'TCP',
    PortRange: '22/22',
    SourceCidrIp,
  }));
  const group = (id: string, rest: object = {}) => ({ ...wireGroup(id, shared), ...rest });
  await emulator.setState({
    securityGroups: [group('sg-a'), group('sg-b'), group('sg-c', { RegionId: 'eu-central-1' })],
  });
  const { code, stdout, stderr } = await run('import --all --out policies');
  expect(code).toBe(0);
  expect(stdout).toBe(
    'policies/imported-names.yaml: 1 network, 1 service\n' +
      ['a', 'b', 'c'].map((id) => `policies/sg-${id}.yaml: 2 rules\n`).join(''),
  );
  expect(stderr).toMatch(/^3 groups with 6 rules imported\nnext: .*rampart plan\n$/);
  // Each group is read once, though its names are found before anything is written.
  const looks = (await emulator.calls()).filter(({ action }) => action === 'DescribeSecurityGroupAttribute');
  expect(looks.map(({ params }) => params.SecurityGroupId).sort()).toEqual(['sg-a', 'sg-b', 'sg-c']);
  const read = (name: string) => readFileSync(path.join(workspace.folder, 'policies', name), 'utf8');
  expect(read('sg-c.yaml')).toMatch(/^# yaml-language-server: \$schema=\.\/schema\.json\n/);
  expect(read('sg-c.yaml')).toContain('region: eu-central-1');
  expect(read('sg-c.yaml')).toContain('{services: tcp-22, from: nets-1}');
  expect(read('imported-names.yaml')).toContain('nets-1: [198.51.100.0/24, 203.0.113.0/24]');
  expect(Object.keys(JSON.parse(read('schema.json')) as object)).toContain('$schema');
  expect((await run('validate')).code).toBe(0);
  const planned = await run('plan --json');
  expect(planned.code).toBe(0);
  expect((await emulator.calls()).every(({ effect }) => !effect)).toBe(true);
});

test('--tag and --name choose groups', async () => {
  const named = (id: string, SecurityGroupName: string, TagValue: string) => ({
    ...wireGroup(id),
    SecurityGroupName,
    Tags: [{ TagKey: 'env', TagValue }],
  });
  await emulator.setState({
    securityGroups: [
      named('sg-1', 'web-1', 'prod'),
      named('sg-2', 'web-2', 'test'),
      named('sg-3', 'db', 'prod'),
    ],
  });
  expect(await run('import --all --tag env=prod --name web-* --out out')).toMatchObject({ code: 0 });
  expect(readdirSync(path.join(workspace.folder, 'out'))).toEqual(['schema.json', 'sg-1.yaml']);
  const { code, stderr } = await run('import --all --tag prod --out out');
  expect(code).toBe(1);
  expect(stderr).toContain('write KEY=VALUE, such as env=prod');
});

test('where to look must be said', async () => {
  const { code, stderr } = await run('import --out out');
  expect(code).toBe(1);
  expect(stderr).toContain('say where: --region R, or --all for every region of every account');
});

test('a group that is not there: exit code 1', async () => {
  const { code, stderr } = await run(`import --region ${REGION} --group sg-gone --out out`);
  expect(code).toBe(1);
  expect(stderr).toContain('sg-gone is not written: Transport.GroupNotFound');
});

test('a region without groups: exit code 0, and it is said', async () => {
  await emulator.setState({ securityGroups: [] });
  const { code, stdout, stderr } = await run(`import --region ${REGION} --out out`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toBe(`${REGION} has no groups in account default\n`);
});
