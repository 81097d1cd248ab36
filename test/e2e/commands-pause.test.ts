// `rampart pause` and `resume` in this process, beside a running daemon.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';
const WIRE_SSH = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '203.0.113.0/24' };

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({
    state: { securityGroups: [wireGroup('sg-web'), wireGroup('sg-db')] },
  });
  workspace.write('config.yaml', configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n'));
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
  workspace.write('policies/db.yaml', policyFor('sg-db', []));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

async function rulesOf(id: string): Promise<number> {
  const { securityGroups } = await emulator.state();
  return securityGroups.find(({ SecurityGroupId }) => SecurityGroupId === id)?.Permissions.length ?? -1;
}

const run = (command: string, ...more: string[]) => workspace.runHere([...command.split(' '), ...more]);

describe('beside a running daemon', () => {
  test('a paused group keeps its drift, which is reported; others go on; after resume it is repaired', async () => {
    const daemon = workspace.start(['run']);
    await daemon.event('daemon.ready');
    const paused = await run('pause --group sg-web --for 1h --reason', 'an audit');
    expect(paused).toMatchObject({ code: 0, stderr: '' });
    expect(paused.stdout).toMatch(/^paused: default\/cn-hangzhou\/sg-web until \d{4}-.*Z, "an audit"\n$/);

    const from = daemon.lines.length;
    await emulator.setState({ securityGroups: [wireGroup('sg-web'), wireGroup('sg-db', [WIRE_SSH])] });
    expect(await daemon.event('drift.detected', { group: 'sg-web' }, from)).toMatchObject({ missing: 1 });
    const blocked = await daemon.event('plan.blocked', { group: 'sg-web' }, from);
    expect(blocked.blockedBy).toEqual([expect.stringMatching(/^this group is paused until .*: "an audit"$/)]);
    await daemon.event('group.converged', { group: 'sg-db', changes: 1 }, from);
    expect(await rulesOf('sg-web')).toBe(0);

    const resumedFrom = daemon.lines.length;
    expect(await run('resume --group sg-web')).toMatchObject({ code: 0, stderr: '' });
    await daemon.event('group.converged', { group: 'sg-web', changes: 1 }, resumedFrom);
    expect(await rulesOf('sg-web')).toBe(1);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });

  test('a pause ends by itself; a second one of the same groups replaces the first', async () => {
    const daemon = workspace.start(['run']);
    await daemon.event('daemon.ready');
    expect(await run('pause --for 1h --reason first')).toMatchObject({ code: 0 });
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
    await daemon.event('plan.blocked', { group: 'sg-web' });
    const from = daemon.lines.length;
    expect(await run('pause --for 1s --reason second')).toMatchObject({ code: 0 });
    await daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
    expect(await rulesOf('sg-web')).toBe(2);
  });

  test('what waited for the end of a pause is done at once, not at the next resync', async () => {
    const config = configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n');
    workspace.write('config.yaml', config.replace('resyncSeconds: 1', 'resyncSeconds: 600'));
    const daemon = workspace.start(['run']);
    await daemon.event('daemon.ready');
    expect(await run('pause --for 3s --reason short')).toMatchObject({ code: 0 });
    const from = daemon.lines.length;
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS, SSH]));
    await daemon.event('plan.blocked', { group: 'sg-web' }, from);
    await daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
  });
});
