import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSystemd, type Systemd, type SystemdOptions } from '../../../../daemon/telemetry/systemd.ts';
import { FakeSystemd } from '../../../support/fake-systemd.ts';

const PID = 4711;
/** Ten times what a shell takes to start where no one else is at work, and more. */
const SHORT_LIFE_MS = 3000;

let folder: string;
let failures: string[];
let onFailure: () => void = () => undefined;
let systemd: Systemd | null = null;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rampart-systemd-'));
  failures = [];
});

afterEach(() => {
  systemd?.close();
  rmSync(folder, { recursive: true });
});

function start(env: SystemdOptions['env'], timeoutMs?: number): Systemd {
  systemd = createSystemd({
    env,
    pid: PID,
    onFailure: (message, reason) => {
      failures.push(`${message}: ${reason}`);
      onFailure();
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  if (systemd === null) throw new Error('systemd is not to be told');
  return systemd;
}

it.each([{}, { NOTIFY_SOCKET: '' }])('tells no one where there is no systemd: %o', (env) => {
  expect(createSystemd({ env, pid: PID, onFailure: () => undefined })).toBeNull();
});

it('tells readiness and the stop, in order, and hands on no more of the environment than needed', async () => {
  const fake = new FakeSystemd(folder, 'case "$1" in READY*) sleep 0.2;; esac');
  const { telemetry } = start({ ...fake.env, SECRET: 'hunter2' });
  telemetry.emit('group.converged', { changes: 0, rules: 0 });
  telemetry.emit('daemon.ready', { groups: 1 });
  telemetry.emit('daemon.stopping', { signal: 'SIGTERM' });
  await fake.until((told) => told.length === 2);
  expect(fake.told).toEqual(['READY=1', 'STOPPING=1']);
  expect(failures).toEqual([]);
});

it('gives signs of life where they are waited for, until it is closed', async () => {
  const fake = new FakeSystemd(folder);
  const life = start({ ...fake.env, WATCHDOG_USEC: '20000', WATCHDOG_PID: String(PID) });
  await fake.until((told) => told.length > 2);
  life.close();
  life.telemetry.emit('daemon.stopping', { signal: 'SIGTERM' });
  await fake.until((told) => told.at(-1) === 'STOPPING=1');
  expect(new Set(fake.told)).toEqual(new Set(['WATCHDOG=1', 'STOPPING=1']));
});

it.each([
  { name: 'another process', watchdog: { WATCHDOG_USEC: '2000', WATCHDOG_PID: '1' } },
  { name: 'nobody', watchdog: { WATCHDOG_USEC: '0' } },
  { name: 'nonsense', watchdog: { WATCHDOG_USEC: '1e3' } },
])('gives no signs of life that are waited for from $name', async ({ watchdog }) => {
  const fake = new FakeSystemd(folder);
  const { telemetry } = start({ ...fake.env, ...watchdog });
  telemetry.emit('daemon.ready', { groups: 1 });
  await fake.until((told) => told.length > 0);
  telemetry.emit('daemon.stopping', { signal: 'SIGTERM' });
  await fake.until((told) => told.includes('STOPPING=1'));
  expect(fake.told).toEqual(['READY=1', 'STOPPING=1']);
});

it('reports a missing program once and tries no more', async () => {
  const { telemetry } = start({ NOTIFY_SOCKET: '/run/notify', PATH: folder });
  const failed = new Promise<void>((resolve) => (onFailure = resolve));
  telemetry.emit('daemon.ready', { groups: 1 });
  telemetry.emit('daemon.stopping', { signal: 'SIGTERM' });
  await failed;
  telemetry.emit('daemon.ready', { groups: 1 });
  await new Promise(setImmediate);
  expect(failures).toEqual(['READY=1: there is no program systemd-notify on the PATH']);
});

it.each([
  { name: 'fails', script: 'exit 3', reason: 'systemd-notify ended with 3' },
  { name: 'does not end', script: 'exec sleep 60', reason: 'systemd-notify was ended by SIGKILL' },
])('goes on with the next message after a program that $name', async ({ script, reason }) => {
  const fake = new FakeSystemd(folder, `case "$1" in READY*) ${script};; esac`);
  const { telemetry } = start(fake.env, SHORT_LIFE_MS);
  telemetry.emit('daemon.ready', { groups: 1 });
  telemetry.emit('daemon.stopping', { signal: 'SIGTERM' });
  await fake.until((told) => told.length > 0);
  expect(fake.told).toEqual(['STOPPING=1']);
  expect(failures).toEqual([`READY=1: ${reason}`]);
});

it('has one process at a time, and drops signs of life that pile up behind it', async () => {
  const fake = new FakeSystemd(
    folder,
    'sleep 0.1; mkdir "$NOTIFY_SOCKET.lock" || exit 9; rmdir "$NOTIFY_SOCKET.lock"',
  );
  const { telemetry } = start({ ...fake.env, WATCHDOG_USEC: '2000' });
  telemetry.emit('daemon.stopping', { signal: 'SIGTERM' });
  await fake.until((told) => told.length > 3);
  systemd?.close();
  expect(failures).toEqual([]);
  // Some 100 signs of life were due meanwhile.
  expect(fake.told.length).toBeLessThan(10);
});
