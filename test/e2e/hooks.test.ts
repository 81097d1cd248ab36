// Hooks through the built binary: a port of its own, secrets that never show, and what an event repairs.
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, REGION, wireGroup } from '../support/estate.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 10.0.0.0/8';
const SECRET = 'hunter2 hunter2 hunter2';
const TOKEN = 'swordfish swordfish';
const HOOKS =
  '{listen: "127.0.0.1:0", hosts: [rampart.example.com], git: {secretEnv: SECRET}, events: {tokenFile: events-token}}';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  writeConfig(HOOKS);
  workspace.write('events-token', `${TOKEN}\n`);
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

/** The daemon looks by itself once in a day, so that what happens sooner is a hook's doing. */
function writeConfig(hooks: string): void {
  const text = configFor(emulator.url)
    .replace('resyncSeconds: 1', 'resyncSeconds: 86400')
    .replace('listen: "off"', `listen: "127.0.0.1:0", hooks: ${hooks}`);
  workspace.write('config.yaml', text);
}

interface Started {
  readonly daemon: RampartProcess;
  readonly hooksUrl: string;
  readonly httpUrl: string;
}

async function start(): Promise<Started> {
  const daemon = workspace.start(['run'], { SECRET });
  const { hooksUrl, httpUrl } = await daemon.event('daemon.started');
  await daemon.event('daemon.ready');
  return { daemon, hooksUrl: String(hooksUrl), httpUrl: String(httpUrl) };
}

const signed = (body: string, secret = SECRET) => ({
  method: 'POST',
  body,
  headers: {
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  },
});

const eventWith = (token: string, requestId = 'R-by-hand') => ({
  method: 'POST',
  body: JSON.stringify({
    data: {
      eventName: 'AuthorizeSecurityGroup',
      requestId,
      requestParameters: { RegionId: REGION, SecurityGroupId: 'sg-web' },
    },
  }),
  headers: { 'x-eventbridge-signature-token': token },
});

const PUSH = '{"ref":"refs/heads/main"}';

test('a change by hand is repaired after its event, and a wrong token does nothing', async () => {
  const { daemon, hooksUrl } = await start();
  const open = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' };
  await emulator.setState({ securityGroups: [wireGroup('sg-web', [open])] });
  const from = daemon.lines.length;
  expect((await fetch(`${hooksUrl}/hooks/events`, eventWith(TOKEN.slice(1)))).status).toBe(401);
  expect((await fetch(`${hooksUrl}/hooks/events`, eventWith(TOKEN))).status).toBe(202);
  await daemon.event('group.converged', { group: 'sg-web' }, from);
  const [group] = (await emulator.state()).securityGroups;
  expect(group?.Permissions.map(({ PortRange }) => PortRange)).toEqual(['443/443']);
  const told = daemon.lines.slice(from).map(({ event }) => event);
  expect(told.slice(0, 3)).toEqual(['hook.refused', 'hook.acted', 'hook.received']);
});

test('a write of before a restart is known as our own', async () => {
  const { daemon } = await start();
  const write = (await emulator.calls()).find(({ action }) => action === 'AuthorizeSecurityGroup');
  await daemon.stop();
  const again = await start();
  const answer = await fetch(`${again.hooksUrl}/hooks/events`, eventWith(TOKEN, write?.requestId));
  expect(await answer.text()).toBe('ignored: own-write\n');
});

test('the doors are on their own port alone, and answer POST alone', async () => {
  const { hooksUrl, httpUrl } = await start();
  expect(hooksUrl).not.toBe(httpUrl);
  for (const path of ['/hooks/git', '/hooks/events']) {
    expect((await fetch(hooksUrl + path)).status).toBe(404);
    expect((await fetch(httpUrl + path)).status).toBe(404);
    expect((await fetch(httpUrl + path, signed(PUSH))).status).toBe(404);
  }
  for (const path of ['/', '/metrics', '/api/status', '/healthz']) {
    expect((await fetch(hooksUrl + path)).status).toBe(404);
    expect((await fetch(hooksUrl + path, signed(PUSH))).status).toBe(404);
  }
});

test('status, page and metrics tell what came of hooks', async () => {
  const { daemon, hooksUrl, httpUrl } = await start();
  expect((await fetch(`${hooksUrl}/hooks/git`, signed(PUSH))).status).toBe(202);
  expect((await fetch(`${hooksUrl}/hooks/git`, signed(PUSH, 'a guess of some length'))).status).toBe(401);
  await daemon.event('hook.acted', { door: 'git', hooks: 1 });
  const url = ['--url', httpUrl];
  const status = await workspace.run(['status', ...url]);
  expect(status.stdout).toMatch(
    /^hooks at the door git: last at \S+Z, accepted; 1 refused, the last at \S+Z \(wrong-proof\)$/m,
  );
  expect(status.stdout).toContain('hooks at the door events: none yet\n');
  const json = JSON.parse((await workspace.run(['status', '--json', ...url])).stdout) as { hooks: unknown };
  expect(json.hooks).toMatchObject({
    git: { last: { outcome: 'accepted' }, refused: 1 },
    events: { last: null },
  });
  expect(await (await fetch(httpUrl)).text()).toContain('hooks at the door git: last at ');
  const metrics = await (await fetch(`${httpUrl}/metrics`)).text();
  expect(metrics).toContain('rampart_hooks_total{door="git",outcome="accepted"} 1\n');
  expect(metrics).toContain('rampart_hooks_total{door="git",outcome="refused"} 1\n');
  expect(metrics).toContain('rampart_hooks_total{door="events",outcome="accepted"} 0\n');
});

test('refusals are logged at a falling rate, and neither a secret nor a word of the sender shows', async () => {
  const { daemon, hooksUrl } = await start();
  const from = daemon.lines.length;
  for (let count = 0; count < 20; count++) {
    await fetch(
      `${hooksUrl}/hooks/git`,
      signed('{"ref":"refs/heads/evil-words"}', `evil guess number ${count}`),
    );
  }
  await fetch(`${hooksUrl}/hooks/git`, signed('{"ref":"refs/heads/evil-words"}'));
  await fetch(`${hooksUrl}/hooks/events`, eventWith('evil-words'));
  const { stdout, stderr } = await daemon.stop();
  const refusals = daemon.lines
    .slice(from)
    .filter(({ event, door }) => event === 'hook.refused' && door === 'git');
  expect(refusals.map(({ suppressed }) => suppressed ?? 0)).toEqual([0, 0, 1, 3, 7]);
  for (const text of [SECRET, TOKEN, 'evil']) expect(stdout + stderr).not.toContain(text);
});

test('a rotated secret is used without a restart, and one that is gone is an error', async () => {
  const { daemon, hooksUrl } = await start();
  const next = 'another token of some length';
  const post = async (token: string) => (await fetch(`${hooksUrl}/hooks/events`, eventWith(token))).status;
  workspace.write('events-token', next);
  expect([await post(TOKEN), await post(next)]).toEqual([401, 202]);
  workspace.write('events-token', '');
  expect(await post(next)).toBe(503);
  const refusal = await daemon.event('hook.refused', { reason: 'secret-unreadable' });
  expect(refusal).toMatchObject({
    level: 'error',
    err: expect.stringContaining('events-token is empty') as string,
  });
});

test.each([
  [HOOKS, { OTHER: 'x' }, 'http.hooks.git: the environment variable SECRET is not set'],
  [HOOKS, { SECRET: 'short' }, 'http.hooks.git: the secret has fewer than 16 characters'],
  [
    HOOKS.replace('events-token', 'absent'),
    { SECRET },
    'http.hooks.events: the file absent cannot be read (ENOENT)',
  ],
])('a secret that is missing or can be guessed ends the start: %#', async (hooks, env, message) => {
  writeConfig(hooks);
  const { code, stderr } = await workspace.run(['run'], env);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('short');
});
