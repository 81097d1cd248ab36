// Rules that name a group, a prefix list or a port list that does not exist, through the built daemon: the plan says so with
// file and line, no call is made that the cloud would refuse, and the rule goes in once what it names exists.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlanReport } from '../../reconciler/report/document.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, REGION, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const GROUP = 'sg-web';
const PLAIN = 'protocol: tcp, ports: 22, from: 10.0.0.0/8';
const NAMING = [
  'protocol: tcp, ports: 443, from: sg-nowhere',
  'protocol: tcp, ports: 444, from: pl-nowhere',
  'protocol: tcp, portList: prl-nowhere, from: 10.0.0.0/8',
];
const IDS = ['sg-nowhere', 'pl-nowhere', 'prl-nowhere'];
const LEFT_OUT =
  '3 rules left out until what is named exists and RAM shows it: ' +
  'sg-nowhere (policies/web.yaml:7), pl-nowhere (policies/web.yaml:8), prl-nowhere (policies/web.yaml:9)';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup(GROUP)] } });
  workspace.write('config.yaml', configFor(emulator.url));
});
afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const write = (rules: readonly string[]): void =>
  workspace.write('policies/web.yaml', policyFor(GROUP, rules));

const rulesOf = async () =>
  (await emulator.state()).securityGroups.find(({ SecurityGroupId }) => SecurityGroupId === GROUP)
    ?.Permissions ?? [];

const writes = async () => (await emulator.calls()).filter(({ action }) => !action.startsWith('Describe'));

/** Someone creates all that the rules name. */
async function createNamed(): Promise<void> {
  const state = await emulator.state();
  const inRegion = { RegionId: REGION, MaxEntries: 1 };
  await emulator.setState({
    ...state,
    securityGroups: [...state.securityGroups, wireGroup('sg-nowhere')],
    prefixLists: [{ ...inRegion, PrefixListId: 'pl-nowhere', AddressFamily: 'IPv4' }],
    portRangeLists: [{ ...inRegion, PortRangeListId: 'prl-nowhere' }],
  });
}

test('plan shows what does not exist in every format, and ends with 3 where nothing else is to do', async () => {
  write([PLAIN, ...NAMING]);
  const text = await workspace.run(['plan']);
  expect(text.code).toBe(2);
  expect(text.stdout).toContain(`denied: ${LEFT_OUT}`);
  expect(text.stdout).toContain('create what is named, or name another');

  const { groups } = JSON.parse((await workspace.run(['plan', '--json'])).stdout) as PlanReport;
  expect(groups[0]).toMatchObject({
    status: 'pending',
    findings: [
      { id: 'absent-group', file: 'policies/web.yaml', line: 7 },
      { id: 'absent-prefix-list', file: 'policies/web.yaml', line: 8 },
      { id: 'absent-port-list', file: 'policies/web.yaml', line: 9 },
    ],
    blockedBy: [{ kind: 'denied', liftedBy: 'edit', message: LEFT_OUT }],
  });
  const markdown = await workspace.run(['plan', '--format', 'markdown']);
  for (const id of IDS) expect(markdown.stdout).toContain(id);

  write(NAMING);
  expect((await workspace.run(['plan'])).code).toBe(3);
  expect(await writes()).toEqual([]);
});

test('apply carries out the rest, makes no call that is refused, and ends with 3', async () => {
  write([PLAIN, ...NAMING]);
  const applied = await workspace.run(['apply', '--yes']);
  expect(applied.code).toBe(3);
  expect((await rulesOf()).map(({ PortRange }) => PortRange)).toEqual(['22/22']);
  expect((await writes()).map(({ action, code }) => [action, code])).toEqual([
    ['AuthorizeSecurityGroup', ''],
  ]);
});

test('the daemon tells it at first sight, and the rules go in without an edit once what they name is created', async () => {
  write([PLAIN, ...NAMING]);
  const daemon = workspace.start(['run']);
  expect(await daemon.event('plan.blocked')).toMatchObject({
    group: GROUP,
    kinds: ['denied'],
    blockedBy: [LEFT_OUT],
  });
  await daemon.event('call.succeeded');
  for (let looks = 0, from = daemon.lines.length; looks < 2; looks += 1) {
    await daemon.event('group.described', { group: GROUP }, from);
    from = daemon.lines.length;
  }
  const told = daemon.lines.filter(({ event }) => event === 'plan.blocked').map(({ msg }) => msg);
  expect(new Set(told).size).toBe(1);
  expect(await writes()).toHaveLength(1);

  await createNamed();
  await daemon.event('group.converged', { group: GROUP, rules: 4 });
  expect(await rulesOf()).toHaveLength(4);
  expect((await writes()).filter(({ code }) => code !== '')).toEqual([]);
  await daemon.stop();
});

test('a group that is as its policy says is not asked for its peers, and keeps the rule when a list is gone', async () => {
  await createNamed();
  write(NAMING);
  expect((await workspace.run(['apply', '--yes'])).code).toBe(0);
  await emulator.setState({ ...(await emulator.state()), prefixLists: [] });
  await emulator.clearCalls();
  expect((await workspace.run(['plan'])).code).toBe(0);
  const asked = (await emulator.calls()).filter(({ action }) => action === 'DescribeSecurityGroups');
  expect(asked).toHaveLength(1);
  expect(await rulesOf()).toHaveLength(3);
});

test('what cannot be read is not taken for absent: the cloud decides', async () => {
  write(['protocol: tcp, ports: 444, from: pl-there']);
  await emulator.setState({
    ...(await emulator.state()),
    prefixLists: [{ RegionId: REGION, MaxEntries: 1, PrefixListId: 'pl-there', AddressFamily: 'IPv4' }],
  });
  const refused = { kind: 'error', status: 403, code: 'Forbidden.RAM' } as const;
  await emulator.setFaults(
    ['DescribePrefixLists', 'DescribePrefixListAttributes'].map((action) => ({ ...refused, action })),
  );
  expect((await workspace.run(['apply', '--yes'])).code).toBe(0);
  expect(await rulesOf()).toHaveLength(1);
});
