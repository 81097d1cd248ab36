// A push and its hook through the built binary, with a real repository: without the hook the daemon would ask the
// remote once in a day.
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { GitRepository } from '../support/git-repository.ts';
import { Workspace, type LogLine } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 10.0.0.0/8';
const SSH = 'protocol: tcp, ports: 22, from: 10.0.0.0/8';
const SECRET = 'hunter2 hunter2 hunter2';

/** Ten times what is promised: a busy machine is no fault. */
const MOST_MS = 20_000;

let emulator: TestEmulator;
let workspace: Workspace;
let repository: GitRepository;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('upstream/policies/web.yaml', policyFor('sg-web', [HTTPS]));
  repository = new GitRepository(`${workspace.folder}/upstream`);
  repository.commit();
  const text = configFor(emulator.url)
    .replace(
      /^policies: .*$/m,
      'policies: {source: git, git: {url: ./upstream, ref: main, path: policies, pollSeconds: 86400}}',
    )
    .replace('resyncSeconds: 1', 'resyncSeconds: 86400')
    .replace('listen: "off"', 'listen: "off", hooks: {listen: "127.0.0.1:0", git: {secretEnv: SECRET}}');
  workspace.write('config.yaml', text);
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const pushTo = (url: unknown, ref: string): Promise<Response> => {
  const body = JSON.stringify({ ref });
  const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
  const headers = { 'x-github-event': 'push', 'x-hub-signature-256': signature };
  return fetch(`${String(url)}/hooks/git`, { method: 'POST', body, headers });
};

const timeOf = ({ time }: LogLine): number => Date.parse(String(time));

test('a commit is enforced after its hook, and the first call follows within the promised time', async () => {
  const daemon = workspace.start(['run'], { SECRET });
  const { hooksUrl } = await daemon.event('daemon.started');
  await daemon.event('daemon.ready');
  const from = daemon.lines.length;
  workspace.write('upstream/policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
  const commit = repository.commit();
  expect((await pushTo(hooksUrl, 'refs/heads/main')).status).toBe(202);
  const asked = await daemon.event('hook.acted', { door: 'git' }, from);
  const loaded = await daemon.event('policies.loaded', { commit }, from);
  const call = await daemon.event('call.succeeded', { group: 'sg-web', revision: commit }, from);
  expect(daemon.lines.indexOf(asked)).toBeLessThan(daemon.lines.indexOf(loaded));
  expect(daemon.lines.indexOf(loaded)).toBeLessThan(daemon.lines.indexOf(call));
  expect(timeOf(call) - timeOf(asked)).toBeLessThan(MOST_MS);
  await daemon.event('group.converged', { group: 'sg-web' }, from);
  const [group] = (await emulator.state()).securityGroups;
  expect(group?.Permissions.map(({ PortRange }) => PortRange)).toEqual(['443/443', '22/22']);
});

test('a push to another branch fetches nothing', async () => {
  const daemon = workspace.start(['run'], { SECRET });
  const { hooksUrl } = await daemon.event('daemon.started');
  await daemon.event('daemon.ready');
  const response = await pushTo(hooksUrl, 'refs/heads/other');
  expect([response.status, await response.text()]).toEqual([200, 'ignored: other-ref\n']);
  await daemon.stop();
  expect(daemon.lines.filter(({ event }) => event === 'hook.acted')).toEqual([]);
});
