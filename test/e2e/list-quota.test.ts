// A rule that names a list counts as many times as the list may hold entries. The daemon asks how many those are, so
// that it makes room before it is refused, and plans as before where it may not ask.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlanReport } from '../../reconciler/report/document.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, REGION, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';
import { Service } from '../support/service.ts';

const GROUP = 'sg-tight';
const QUOTA = 30;
const LIST = 'protocol: tcp, ports: 443, from: pl-edge';
const OLD = Array.from({ length: 15 }, (_, at) => ({
  IpProtocol: 'TCP',
  PortRange: `${1000 + at}/${1000 + at}`,
  SourceCidrIp: '10.0.0.0/8',
}));

let emulator: TestEmulator;

beforeEach(async () => {
  emulator = await startTestEmulator({
    quirks: { ruleQuota: QUOTA },
    state: {
      securityGroups: [wireGroup(GROUP, OLD)],
      prefixLists: [
        {
          RegionId: REGION,
          PrefixListId: 'pl-edge',
          PrefixListName: 'edge',
          AddressFamily: 'IPv4',
          MaxEntries: 20,
          Entries: [{ Cidr: '203.0.113.0/24' }],
        },
      ],
    },
  });
});

afterEach(() => emulator.close());

const refusedCalls = async () => (await emulator.calls()).filter(({ code }) => code !== '');
const lookedAtLists = async () =>
  (await emulator.calls()).filter(({ action }) => action.endsWith('Lists')).map(({ action }) => action);

test('fifteen rules make way for a list of twenty entries: nothing is refused on the way', async () => {
  const service = new Service({
    endpoint: emulator.url,
    policies: { 'tight.yaml': policyFor(GROUP, [LIST]) },
    reconcile: `resyncSeconds: 60, ruleQuota: ${QUOTA}`,
  });
  try {
    await service.log.event('group.converged', { group: GROUP });
  } finally {
    await service.stop();
  }
  const [group] = (await emulator.state()).securityGroups;
  expect(group?.Permissions).toEqual([expect.objectContaining({ SourcePrefixListId: 'pl-edge' })]);
  expect(await refusedCalls()).toEqual([]);
  expect(await lookedAtLists()).toEqual(['DescribePrefixLists']);
});

test('what would not fit is blocked before any call; without the permission the plan says what is not known', async () => {
  const workspace = new Workspace();
  try {
    const config = configFor(emulator.url).replace('resyncSeconds: 1', `ruleQuota: ${QUOTA}`);
    workspace.write('config.yaml', config);
    const kept = OLD.map(({ PortRange }) => {
      const port = PortRange.split('/')[0] ?? '';
      return `protocol: tcp, ports: ${port}, from: 10.0.0.0/8`;
    });
    workspace.write('policies/tight.yaml', policyFor(GROUP, [...kept, LIST]));
    const plan = async () => {
      const { code, stdout } = await workspace.run(['plan', '--json']);
      const [group] = (JSON.parse(stdout) as PlanReport).groups;
      return { code, reasons: group?.blockedBy.map(({ message }) => message), findings: group?.findings };
    };
    expect(await plan()).toEqual({
      code: 3,
      reasons: ['the group would hold 35 rules; its quota is 30'],
      findings: [],
    });
    await emulator.setFaults([
      { action: 'DescribePrefixLists', kind: 'error', code: 'Forbidden.RAM', status: 403 },
    ]);
    const blind = await plan();
    expect({ code: blind.code, reasons: blind.reasons }).toEqual({ code: 2, reasons: [] });
    expect(blind.findings).toEqual([
      expect.objectContaining({
        id: 'list-size-unknown',
        message: expect.stringContaining('allow ecs:DescribePrefixLists') as string,
      }),
    ]);
  } finally {
    await workspace.dispose();
  }
});
