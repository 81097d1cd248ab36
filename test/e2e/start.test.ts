// What someone sees who types `npm start` on a fresh clone: the same command on copies of the same files, in a folder
// of its own and on ports of its own.
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import type { WholeStateJson } from '../support/emulator.ts';
import { exampleWorkspace, ROOT_FOLDER as ROOT, startArguments } from '../support/example-workspace.ts';
import type { RampartProcess, Workspace } from '../support/rampart.ts';

const inRoot = (file: string) => path.join(ROOT, file);

const policyFiles = readdirSync(inRoot('policies')).filter((name) => name.endsWith('.yaml'));
const GROUPS = policyFiles.flatMap((name) =>
  [...readFileSync(inRoot(`policies/${name}`), 'utf8').matchAll(/^ {2}- id: (sg-\w+)/gm)].map(([, id]) => id),
);

/** Ten times the goal, until all groups have converged: a busy machine is no fault. */
const MOST_MS = 200_000;

let workspace: Workspace;
let daemon: RampartProcess;
let emulatorUrl: string;

async function door<T>(name: string, method = 'GET', body?: unknown): Promise<T> {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(`${emulatorUrl}/_emulator/${name}`, init);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

const writes = async (): Promise<CallRecord[]> =>
  (await door<CallRecord[]>('calls')).filter(({ action }) => !/^(Describe|Lookup)/.test(action));

beforeAll(async () => {
  const example = await exampleWorkspace();
  workspace = example.workspace;
  daemon = workspace.start(startArguments());
  emulatorUrl = String((await daemon.event('daemon.started')).emulatorUrl);
  expect(emulatorUrl).toBe(example.emulatorUrl);
  await daemon.event('daemon.ready');
}, MOST_MS);

afterAll(() => workspace.dispose());

beforeEach(() => door('calls', 'DELETE'));

test('every group of the example converges soon after the start', { timeout: MOST_MS }, async () => {
  expect(GROUPS.length).toBeGreaterThan(2);
  const { time: startedAt } = await daemon.event('daemon.started');
  for (const group of GROUPS) {
    await daemon.event('drift.detected', { group, cause: 'start' });
    const { time, changes } = await daemon.event('group.converged', { group });
    expect(changes).toBeGreaterThan(0);
    expect(Date.parse(String(time)) - Date.parse(String(startedAt))).toBeLessThan(MOST_MS);
  }
});

test('a rule added to a policy file becomes exactly one Authorize with it', async () => {
  const from = daemon.lines.length;
  const rule = '      - { name: mirror, protocol: tcp, ports: 873, to: 192.0.2.99, description: Mirror }\n';
  const file = path.join(workspace.folder, 'policies/bastion.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('    egress:\n', `    egress:\n${rule}`));
  await daemon.event('policies.loaded', {}, from);
  await daemon.event('group.converged', { group: 'sg-bp1bastion', changes: 1 }, from);
  const calls = await writes();
  expect(calls).toMatchObject([
    {
      action: 'AuthorizeSecurityGroupEgress',
      effect: true,
      params: {
        SecurityGroupId: 'sg-bp1bastion',
        'Permissions.1.PortRange': '873/873',
        'Permissions.1.DestCidrIp': '192.0.2.99/32',
        'Permissions.1.Description': 'Mirror',
      },
    },
  ]);
  expect(calls[0]?.params).not.toHaveProperty(['Permissions.2.IpProtocol']);
});

test('the line that the README appends to a policy file is a rule of it', async () => {
  const from = daemon.lines.length;
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const [, rule, file] = /^echo '(.*)' >> (policies\/\S+)$/m.exec(readme) ?? [];
  appendFileSync(path.join(workspace.folder, String(file)), `${String(rule)}\n`);
  await daemon.event('drift.detected', { group: 'sg-bp1web', cause: 'policy', missing: 1 }, from);
  await daemon.event('group.converged', { group: 'sg-bp1web', changes: 1 }, from);
});

test('a priority changed by hand is drift, and one Modify of that rule id sets it back', async () => {
  const before = await door<WholeStateJson>('state');
  const touched = before.securityGroups
    .find(({ SecurityGroupId }) => SecurityGroupId === 'sg-bp1web')
    ?.Permissions.find(({ Description }) => Description === 'SSH through the bastion');
  const from = daemon.lines.length;
  await door('state', 'PUT', {
    ...before,
    securityGroups: before.securityGroups.map((group) => ({
      ...group,
      Permissions: group.Permissions.map((rule) =>
        rule.SecurityGroupRuleId === touched?.SecurityGroupRuleId ? { ...rule, Priority: 42 } : rule,
      ),
    })),
  });
  await daemon.event('drift.detected', { group: 'sg-bp1web', cause: 'drift', altered: 1 }, from);
  await daemon.event('group.converged', { group: 'sg-bp1web', changes: 1 }, from);
  await daemon.event('drift.attributed', { group: 'sg-bp1web', actorType: 'root-account' }, from);
  expect(await writes()).toMatchObject([
    {
      action: 'ModifySecurityGroupRule',
      effect: true,
      params: { SecurityGroupRuleId: touched?.SecurityGroupRuleId, Priority: '1' },
    },
  ]);
  expect((await door<WholeStateJson>('state')).securityGroups).toEqual(before.securityGroups);
});

test('a plan beside it asks the emulator that is there, for a fresh one has drifted', async () => {
  expect(await workspace.run(['plan', '--config', 'config.example.yaml'])).toMatchObject({ code: 0 });
});

test('/healthz, /readyz and /metrics answer', async () => {
  const { httpUrl } = await daemon.event('daemon.started');
  for (const place of ['healthz', 'readyz', 'metrics']) {
    const response = await fetch(`${String(httpUrl)}/${place}`);
    expect([place, response.status]).toEqual([place, 200]);
    if (place === 'metrics') expect(await response.text()).toMatch(/^rampart_\w+/m);
  }
});

test('it ends cleanly', async () => {
  expect(await daemon.stop()).toMatchObject({ code: 0 });
});
