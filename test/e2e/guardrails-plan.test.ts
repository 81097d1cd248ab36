// Guardrails of the config and expectations of the policies, in the plans of a group of the emulator, with the entries of
// the lists that its rules name.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlanReport } from '../../reconciler/report/document.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, REGION, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const GROUP = 'sg-web';
const GUARDRAILS = `guardrails:
  - id: no-ssh-from-internet
    deny: {direction: ingress, protocol: tcp, ports: 22, from: internet}
`;

let emulator: TestEmulator;
let workspace: Workspace;

const listOf = (...cidrs: readonly string[]) => ({
  RegionId: REGION,
  PrefixListId: 'pl-edge',
  PrefixListName: 'edge',
  AddressFamily: 'IPv4',
  MaxEntries: 20,
  Entries: cidrs.map((Cidr) => ({ Cidr })),
});

async function start(entries: readonly string[], rules: Parameters<typeof wireGroup>[1] = []): Promise<void> {
  emulator = await startTestEmulator({
    state: { securityGroups: [wireGroup(GROUP, rules)], prefixLists: [listOf(...entries)] },
  });
  workspace.write('config.yaml', configFor(emulator.url, GUARDRAILS));
}

beforeEach(() => (workspace = new Workspace()));

afterEach(async () => {
  await emulator.close();
  await workspace.dispose();
});

async function plan() {
  const { code, stdout, stderr } = await workspace.runHere(['plan', '--json']);
  const [group] = stdout === '' ? [] : (JSON.parse(stdout) as PlanReport).groups;
  return { code, stderr, blocks: group?.blockedBy.map(({ kind }) => kind), findings: group?.findings };
}

const SSH_FROM_LIST = policyFor(GROUP, ['protocol: tcp, ports: 22, from: pl-edge']);

test('a list that holds the whole internet is judged by its entries', async () => {
  await start(['0.0.0.0/1', '128.0.0.0/1']);
  workspace.write('policies/web.yaml', SSH_FROM_LIST);
  const { code, blocks, findings } = await plan();
  expect({ code, blocks }).toEqual({ code: 3, blocks: ['guardrail'] });
  expect(findings).toMatchObject([{ id: 'no-ssh-from-internet', severity: 'error' }]);
});

test('a list that holds an office is no violation', async () => {
  await start(['203.0.113.0/24']);
  workspace.write('policies/web.yaml', SSH_FROM_LIST);
  expect(await plan()).toMatchObject({ code: 2, blocks: [], findings: [] });
});

test('a list that may not be read is unknown: it is reported, and blocks nothing', async () => {
  await start(['203.0.113.0/24']);
  await emulator.setFaults([
    { action: 'DescribePrefixListAttributes', kind: 'error', code: 'Forbidden.RAM', status: 403 },
  ]);
  workspace.write('policies/web.yaml', SSH_FROM_LIST);
  const { code, blocks, findings } = await plan();
  expect({ code, blocks }).toEqual({ code: 2, blocks: [] });
  expect(findings).toMatchObject([
    { severity: 'warning', message: expect.stringContaining('lists that could not be read') as string },
  ]);
});

test('a plan that breaks an expectation is blocked, and the packet is named', async () => {
  await start([], [{ IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8' }]);
  const expected = `expect:
  - {name: people reach it, group: ${GROUP}, accept: {direction: ingress, protocol: tcp, ports: 443, from: 10.1.0.0/16}}
`;
  workspace.write(
    'policies/web.yaml',
    policyFor(GROUP, ['protocol: tcp, ports: 443, from: 10.2.0.0/16']) + expected,
  );
  expect(await plan()).toMatchObject({ code: 3, blocks: ['expectation'] });
});
