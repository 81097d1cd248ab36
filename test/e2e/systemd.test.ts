// The built binary as systemd starts it with `Type=notify`, as far as `systemd-notify`.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { FakeSystemd } from '../support/fake-systemd.ts';
import { Workspace } from '../support/rampart.ts';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('config.yaml', configFor(emulator.url));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const givePolicies = () =>
  workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 443, from: 0.0.0.0/0']));

test('systemd hears READY only when policies are in force and carried out, then signs of life, then STOPPING', async () => {
  const fake = new FakeSystemd(workspace.folder);
  // A sign of life every three seconds: the stop is over long before the next one, behind which it would wait.
  const daemon = workspace.start(['run'], { ...fake.env, WATCHDOG_USEC: '6000000' });
  await daemon.event('policies.rejected');
  expect(fake.told).not.toContain('READY=1');
  givePolicies();
  await daemon.event('daemon.ready');
  await fake.until((told) => told.includes('READY=1'));
  const heard = fake.told.length;
  await fake.until((told) => told.slice(heard).includes('WATCHDOG=1'));
  await daemon.event('group.converged', {}, daemon.lines.length);
  expect((await daemon.stop()).code).toBe(0);
  await fake.until((told) => told.at(-1) === 'STOPPING=1');
  expect(fake.told.filter((message) => message !== 'WATCHDOG=1')).toEqual(['READY=1', 'STOPPING=1']);
});

test('a systemd-notify that hangs holds up neither the work nor the stop', async () => {
  givePolicies();
  const fake = new FakeSystemd(workspace.folder, 'exec sleep 15');
  const daemon = workspace.start(['run'], fake.env);
  await daemon.event('daemon.ready');
  await daemon.event('group.converged', { group: 'sg-web' });
  expect((await daemon.stop()).code).toBe(0);
  // It is killed after 10 s, and reported: no one waited for that.
  expect(daemon.lines.map(({ event }) => event)).not.toContain('systemd.notify_failed');
});

test('without systemd-notify it says so once, and works', async () => {
  givePolicies();
  const daemon = workspace.start(['run'], {
    NOTIFY_SOCKET: '/run/systemd/notify',
    PATH: workspace.folder,
    WATCHDOG_USEC: '20000',
  });
  await daemon.event('systemd.notify_failed', { level: 'warn' });
  await daemon.event('group.converged', { group: 'sg-web' });
  expect((await daemon.stop()).code).toBe(0);
  expect(daemon.lines.filter(({ event }) => event === 'systemd.notify_failed')).toHaveLength(1);
});
