// The main job through the built binary: policies become rules, and stay so.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0, description: HTTPS';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24, priority: 5';
const WIRE_HTTPS = {
  IpProtocol: 'TCP',
  PortRange: '443/443',
  SourceCidrIp: '0.0.0.0/0',
  Description: 'HTTPS',
};

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web', [WIRE_HTTPS])] } });
  workspace.write('config.yaml', configFor(emulator.url));
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

async function startConverged(): Promise<RampartProcess> {
  const daemon = workspace.start(['run']);
  await daemon.event('group.converged', { group: 'sg-web' });
  return daemon;
}

async function rules(group = 'sg-web') {
  const { securityGroups } = await emulator.state();
  return securityGroups.find((each) => each.SecurityGroupId === group)?.Permissions ?? [];
}

async function writes() {
  return (await emulator.calls()).filter(({ action }) => !action.startsWith('Describe'));
}

test('a rule appended to a policy file is authorized with exactly one call', async () => {
  const daemon = await startConverged();
  const from = daemon.lines.length;
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
  await daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
  expect((await writes()).map(({ action }) => action)).toEqual(['AuthorizeSecurityGroup']);
  expect(await rules()).toMatchObject([
    { PortRange: '443/443' },
    { PortRange: '22/22', SourceCidrIp: '203.0.113.0/24', Priority: 5 },
  ]);
});

test('a priority changed by hand is seen as drift and set back by one Modify of the rule id', async () => {
  const daemon = await startConverged();
  const [before] = await rules();
  const state = await emulator.state();
  const from = daemon.lines.length;
  await emulator.setState({
    ...state,
    securityGroups: state.securityGroups.map((group) => ({
      ...group,
      Permissions: group.Permissions.map((rule) => ({ ...rule, Priority: 7 })),
    })),
  });
  await daemon.event('drift.detected', { group: 'sg-web', cause: 'drift', altered: 1 }, from);
  await daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
  expect(await writes()).toMatchObject([
    {
      action: 'ModifySecurityGroupRule',
      effect: true,
      params: { SecurityGroupRuleId: before?.SecurityGroupRuleId },
    },
  ]);
  expect(await rules()).toEqual([before]);
});

test('a rule that no one declared is revoked, and the policy of the other direction is left alone', async () => {
  await emulator.setState({
    securityGroups: [
      wireGroup('sg-web', [
        WIRE_HTTPS,
        { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' },
        { Direction: 'egress', IpProtocol: 'ALL', PortRange: '-1/-1', DestCidrIp: '0.0.0.0/0' },
      ]),
    ],
  });
  await startConverged();
  expect(await rules()).toMatchObject([
    { Direction: 'ingress', PortRange: '443/443' },
    { Direction: 'egress', IpProtocol: 'ALL' },
  ]);
});

test('a broken policy file keeps its last good state in force and is rejected with its place', async () => {
  const daemon = await startConverged();
  const from = daemon.lines.length;
  workspace.write('policies/web.yaml', 'version: 1\ngroups:\n  - id: sg-web\n    ingres: []\n');
  const rejected = await daemon.event('policies.rejected', {}, from);
  expect(rejected.keptGroups).toBe(1);
  expect(rejected.details).toContainEqual(expect.stringContaining('policies/web.yaml:4:5:'));
  await emulator.setState({ securityGroups: [wireGroup('sg-web')] });
  await daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
  expect(await rules()).toMatchObject([{ PortRange: '443/443' }]);
});

test('without policies that can be read it is not ready, and becomes so when there are some', async () => {
  workspace.write('config.yaml', configFor(emulator.url).replace('path: policies', 'path: later'));
  const daemon = workspace.start(['run']);
  await daemon.event('policies.rejected');
  workspace.write('later/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
  await daemon.event('daemon.ready');
  expect(daemon.lines.map(({ event }) => event).filter((name) => /loaded|ready/.test(name))).toEqual([
    'policies.loaded',
    'daemon.ready',
  ]);
  expect(await rules()).toHaveLength(2);
});

test('an emptied policy file is an error and removes nothing', async () => {
  const daemon = await startConverged();
  const from = daemon.lines.length;
  workspace.write('policies/web.yaml', '');
  await daemon.event('policies.rejected', {}, from);
  await daemon.event('group.described', { group: 'sg-web' }, daemon.lines.length);
  expect(await writes()).toEqual([]);
});

test('one group that cannot be read does not hold up another', async () => {
  workspace.write('policies/gone.yaml', policyFor('sg-gone', [HTTPS]));
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
  const daemon = await startConverged();
  await daemon.event('group.describe_failed', { group: 'sg-gone' });
  expect(await rules()).toHaveLength(2);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with exit code 0 and a last line', async (signal) => {
  const daemon = await startConverged();
  daemon.kill(signal);
  const { code } = await daemon.finished;
  expect(code).toBe(0);
  const events = daemon.lines.map(({ event }) => event);
  expect(events.at(-1)).toBe('daemon.stopped');
  expect(events).toContain('daemon.stopping');
});

test('SIGHUP while it starts does not end it', async () => {
  const daemon = workspace.start(['run']);
  await daemon.event('daemon.started');
  daemon.kill('SIGHUP');
  await daemon.event('daemon.ready');
  expect((await daemon.stop()).code).toBe(0);
});

test('SIGHUP looks at everything again', async () => {
  const daemon = await startConverged();
  await emulator.clearCalls();
  const from = daemon.lines.length;
  daemon.kill('SIGHUP');
  await daemon.event('group.described', { group: 'sg-web' }, from);
});

test('a second daemon on the same journal refuses to start', async () => {
  await startConverged();
  const { code, stderr } = await workspace.run(['run']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/journal/);
});

test('no secret appears in any line, whatever goes wrong', async () => {
  const secret = 'S3cretOfTheAccessKey';
  const token = 'T0kenOfTheSession';
  workspace.write(
    'config.yaml',
    configFor(emulator.url).replace(
      '{type: emulator}',
      '{type: accessKey, accessKeyIdEnv: KEY_ID, accessKeySecretEnv: KEY_SECRET, securityTokenEnv: KEY_TOKEN}',
    ),
  );
  const daemon = workspace.start(['run', '--log-level', 'debug'], {
    KEY_ID: 'unknown-key',
    KEY_SECRET: secret,
    KEY_TOKEN: token,
    DEBUG: '*',
  });
  await daemon.event('group.describe_failed', { group: 'sg-web' });
  const { stdout, stderr } = await daemon.stop();
  expect(stdout + stderr).not.toContain(secret);
  expect(stdout + stderr).not.toContain(token);
  expect(JSON.stringify(await emulator.calls())).not.toContain(token);
});
