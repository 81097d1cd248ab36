// Who made a group drift, through the built binary: what the commands, the status page and the metrics show of it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { freePort } from '../support/free-port.ts';
import { Workspace } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';
const WANTED = { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '0.0.0.0/0' };
const BY_HAND = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' };

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web', [WANTED])] } });
  const config = configFor(emulator.url, 'attribution: {actiontrail: true}\n');
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
  workspace.write('config.yaml', config.replace('listen: "off"', `listen: "127.0.0.1:${await freePort()}"`));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

test('history, status, explain, the page and the metrics name who made a group drift', async () => {
  const daemon = workspace.start(['run']);
  const started = await daemon.event('daemon.started');
  await daemon.event('group.converged');
  await emulator.setState({ securityGroups: [wireGroup('sg-web', [WANTED, BY_HAND])] });
  const said = await daemon.event('drift.attributed');
  expect(said.msg).toMatch(
    /^sg-web was changed by root-account root: PutEmulatorState from 127\.0\.0\.1 \(node\) at \d{4}-\S+Z$/,
  );
  await daemon.event('group.converged', { changes: 1 });

  const text = /PutEmulatorState by root-account root from 127\.0\.0\.1 \(node\) at \S+Z, request \S+/;
  const history = await workspace.run(['history']);
  const [drift = '', repair = ''] = history.stdout.split('\n');
  expect(drift).toMatch(/^\d{4}-\S+Z {2}drift of default\/cn-hangzhou\/sg-web: /);
  expect(drift).toMatch(text);
  expect(repair).toContain('RevokeSecurityGroup');
  const json = JSON.parse((await workspace.run(['history', '--json'])).stdout) as { drift: unknown };
  expect(json.drift).toMatchObject([
    {
      account: 'default',
      group: 'sg-web',
      actor: 'root',
      actorType: 'root-account',
      requestId: said.requestId,
    },
  ]);
  expect((await workspace.run(['history', '--group', 'sg-other'])).stdout).toBe('');

  expect((await workspace.run(['status'])).stdout).toMatch(text);
  expect((await workspace.run(['explain', '--group', 'sg-web'])).stdout).toMatch(text);
  const httpUrl = String(started.httpUrl);
  const page = await (await fetch(httpUrl)).text();
  expect(page).toContain('last drift: PutEmulatorState by root-account root');
  const metrics = await (await fetch(`${httpUrl}/metrics`)).text();
  expect(metrics).toContain('rampart_drift_attributions_total{actor_type="root-account"} 1');
  expect(await daemon.stop()).toMatchObject({ code: 0 });
  // Without a daemon the journal knows it.
  expect((await workspace.run(['explain', '--group', 'sg-web'])).stdout).toMatch(text);
});
