// A revision that takes too much from too many groups, through the built daemon: the one before stays in force
// everywhere until a person approves the newer one.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, REGION, wireGroup } from '../support/estate.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';

const IDS = Array.from({ length: 12 }, (_, index) => `sg-${index}`);
const PORTS = [80, 443, 8080, 8443, 9090];

const wireRule = (port: number) => ({
  IpProtocol: 'TCP',
  PortRange: `${port}/${port}`,
  SourceCidrIp: '10.0.0.0/8',
});
const rulesFor = (ports: readonly number[]) =>
  ports.map((port) => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8`);

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({
    state: { securityGroups: IDS.map((id) => wireGroup(id, PORTS.map(wireRule))) },
  });
  const text = configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n');
  workspace.write('config.yaml', text.replace('brake: off, ', ''));
  for (const id of IDS) workspace.write(`policies/${id}.yaml`, policyFor(id, rulesFor(PORTS)));
});
afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

/** How many rules each group has, without repetition. */
async function sizes(): Promise<number[]> {
  const { securityGroups } = await emulator.state();
  return [...new Set(securityGroups.map(({ Permissions }) => Permissions.length))];
}

async function started(): Promise<RampartProcess> {
  const daemon = workspace.start(['run']);
  await daemon.event('daemon.ready');
  return daemon;
}

/** All in one revision: the daemon reads the folder while it is stopped. */
async function changedWhileStopped(ports: readonly number[]): Promise<RampartProcess> {
  await (await started()).stop();
  for (const id of IDS) workspace.write(`policies/${id}.yaml`, policyFor(id, rulesFor(ports)));
  return workspace.start(['run']);
}

test('a revision that makes twelve groups lose traffic is held over restarts, and approved by its hash', async () => {
  const first = await changedWhileStopped(PORTS.slice(1));
  const held = await first.event('policies.held');
  expect(held).toMatchObject({
    reason: 'brake',
    groups: 12,
    limit: 10,
    losing: expect.any(Array) as unknown,
  });
  await first.event('daemon.ready');
  await first.stop();
  expect(await workspace.run(['apply', '--yes'])).toMatchObject({ code: 3 });

  const daemon = workspace.start(['run']);
  await daemon.event('policies.held');
  await daemon.event('daemon.ready');
  expect(await sizes()).toEqual([PORTS.length]);
  expect(await workspace.run(['plan'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('revision brake: revision') as string,
  });

  const from = daemon.lines.length;
  const [, hash = ''] = /approve ([0-9a-f]{64}) /.exec(String(held.override)) ?? [];
  expect(await workspace.run(['approve', hash, '--reason', 'ports moved'])).toMatchObject({ code: 0 });
  await daemon.event('policies.loaded', {}, from);
  for (const group of IDS) await daemon.event('group.converged', { group, changes: 1 }, from);
  expect(await sizes()).toEqual([PORTS.length - 1]);
  await daemon.stop();
});

test('the approval of a revision lifts what the brake holds of its groups', async () => {
  const daemon = await changedWhileStopped([]);
  const held = await daemon.event('policies.held');
  await daemon.event('daemon.ready');
  expect(await sizes()).toEqual([PORTS.length]);
  const from = daemon.lines.length;
  const [, hash = ''] = /approve ([0-9a-f]{64}) /.exec(String(held.override)) ?? [];
  expect(await workspace.run(['approve', hash.slice(0, 12), '--reason', 'shut down'])).toMatchObject({
    code: 0,
  });
  for (const group of IDS) await daemon.event('group.converged', { group, changes: 1 }, from);
  expect(await sizes()).toEqual([0]);
  await daemon.stop();
});

test('a revision that releases eleven groups is held, and one that releases a few is not', async () => {
  await (await started()).stop();
  const groups = (ids: readonly string[]) =>
    `version: 1\ngroups:\n${ids.map((id) => `  - {id: ${id}, region: ${REGION}, egress: []}`).join('\n')}\n`;
  for (const id of IDS.slice(1)) rmSync(path.join(workspace.folder, `policies/${id}.yaml`));
  const daemon = workspace.start(['run']);
  expect(await daemon.event('policies.held')).toMatchObject({ groups: 11, losing: [] });
  await daemon.event('daemon.ready', { groups: IDS.length });
  const from = daemon.lines.length;
  workspace.write('policies/sg-1.yaml', groups(IDS.slice(1, 9)));
  expect(await daemon.event('policies.loaded', {}, from)).toMatchObject({
    groups: 9,
    released: ['sg-10', 'sg-11', 'sg-9'],
  });
  expect(await sizes()).toEqual([PORTS.length]);
  await daemon.stop();
});
