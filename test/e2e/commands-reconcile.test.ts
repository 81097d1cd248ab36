// `rampart reconcile` and `/api/events` through the built binary: a daemon that is asked looks at once, and says so.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { freePort } from '../support/free-port.ts';
import { Workspace } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';
const EMPTY = { securityGroups: [wireGroup('sg-web'), wireGroup('sg-db')] };

let emulator: TestEmulator;
let workspace: Workspace;
let port: number;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: EMPTY });
  port = await freePort();
  workspace.write(
    'config.yaml',
    configFor(emulator.url)
      .replace('listen: "off"', `listen: "127.0.0.1:${port}"`)
      .replace('resyncSeconds: 1', 'resyncSeconds: 3600, probeSeconds: 0'),
  );
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
  workspace.write('policies/db.yaml', policyFor('sg-db', [HTTPS]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

test('a daemon that is asked reconciles all groups, or the one that is named, an hour before it would', async () => {
  const daemon = workspace.start(['run']);
  await daemon.event('daemon.ready');

  let from = daemon.lines.length;
  await emulator.setState(EMPTY);
  const one = await workspace.run(['reconcile', '--group', 'sg-db']);
  expect(one).toEqual({
    code: 0,
    stdout: 'asked: the daemon reconciles sg-db now; `rampart status` shows the outcome\n',
    stderr: '',
  });
  await daemon.event('group.converged', { group: 'sg-db' }, from);
  expect(daemon.lines.slice(from).some(({ group }) => group === 'sg-web')).toBe(false);

  from = daemon.lines.length;
  const all = await workspace.run(['reconcile']);
  expect(all).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('reconciles 2 groups now') as string,
  });
  await daemon.event('reconcile.requested', { groups: 2 }, from);
  await daemon.event('group.converged', { group: 'sg-web' }, from);
  expect((await workspace.run(['status'])).code).toBe(0);
  expect(await daemon.stop()).toMatchObject({ code: 0 });
});

test('1 without a daemon, and for a group that it does not manage', async () => {
  const none = await workspace.run(['reconcile']);
  expect(none).toMatchObject({ code: 1, stdout: '' });
  expect(none.stderr).toContain('no daemon answers at');

  const daemon = workspace.start(['run']);
  await daemon.event('daemon.ready');
  const unknown = await workspace.run(['reconcile', '--group', 'sg-none']);
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toMatch(
    /the daemon manages no group sg-none; `node \S+main\.js status` lists those that it does/,
  );
  expect(daemon.lines.filter(({ event }) => event === 'reconcile.requested')).toEqual([]);
});

test('whoever reads /api/events hears what the log says, and the end of the daemon ends it', async () => {
  const daemon = workspace.start(['run']);
  await daemon.event('daemon.ready');
  const response = await fetch(`http://127.0.0.1:${port}/api/events`);
  const from = daemon.lines.length;
  await emulator.setState(EMPTY);
  await workspace.run(['reconcile']);
  await daemon.event('group.converged', { group: 'sg-web' }, from);
  await daemon.event('group.converged', { group: 'sg-db' }, from);
  await daemon.stop();

  const heard = [...(await response.text()).matchAll(/^data: (.*)$/gm)].map(
    ([, line = '']) => JSON.parse(line) as { event: string },
  );
  const wanted = [
    'reconcile.requested',
    'drift.detected',
    'call.succeeded',
    'group.converged',
    'daemon.stopping',
  ];
  expect(heard.map(({ event }) => event)).toEqual(expect.arrayContaining(wanted));
  const logged = daemon.lines
    .slice(from)
    .filter(({ level }) => level !== 'debug')
    .map(({ event }) => event);
  expect(heard.map(({ event }) => event)).toEqual(logged.slice(0, heard.length));
});
