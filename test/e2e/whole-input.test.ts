// Half files, uncommitted ones, and a folder that is something else: what was in force stays, and the log says so.
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, withEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { GitRepository } from '../support/git-repository.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { Workspace } from '../support/rampart.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0, description: HTTPS';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24, priority: 5';
const BOTH = policyFor('sg-web', [HTTPS, SSH]);
const HALF = policyFor('sg-web', [HTTPS]);

const portsIn = async (emulator: TestEmulator): Promise<unknown[]> => {
  const [group] = (await emulator.state()).securityGroups;
  return group?.Permissions.map(({ PortRange }) => PortRange) ?? [];
};

test('a file that lost its last lines waits for the settle time, and is then taken without another event', () => {
  const clock = new VirtualClock();
  const state = { securityGroups: [wireGroup('sg-web')] };
  return withEmulator({ state, time: clock }, async (emulator) => {
    const policies = { 'web.yaml': BOTH };
    const service = new Service({
      clock,
      endpoint: emulator.url,
      policies,
      settleSeconds: 10,
      reconcile: 'resyncSeconds: 3600',
    });
    try {
      await service.converged('sg-web');
      const from = service.log.events.length;
      const writtenMs = clock.monotonicMs();
      service.writePolicy('web.yaml', HALF);
      const rejected = await service.log.event('policies.rejected', { code: 'truncated' }, from);
      expect(rejected.keptGroups).toBe(1);
      expect(await portsIn(emulator)).toEqual(['443/443', '22/22']);
      await service.converged('sg-web', from);
      expect(clock.monotonicMs() - writtenMs).toBeGreaterThanOrEqual(10_000);
      expect(await portsIn(emulator)).toEqual(['443/443']);
    } finally {
      await service.stop();
    }
  });
});

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('config.yaml', configFor(emulator.url));
  workspace.write('policies/web.yaml', BOTH);
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

test('an emptied file and a policy folder that became a file are told and change nothing, and so is their end', async () => {
  const daemon = workspace.start(['run']);
  await daemon.event('group.converged', { group: 'sg-web' });
  const ports = await portsIn(emulator);
  let from = daemon.lines.length;
  workspace.write('policies/web.yaml', '');
  await daemon.event('policies.rejected', { code: 'truncated', keptGroups: 1 }, from);
  workspace.write('policies/web.yaml', BOTH);
  await daemon.event('policies.loaded', { groups: 1 }, from);

  from = daemon.lines.length;
  const folder = path.join(workspace.folder, 'policies');
  renameSync(folder, `${folder}.away`);
  workspace.write('policies', policyFor('sg-other', [HTTPS]));
  await daemon.event('policies.rejected', { code: 'policy-replaced', keptGroups: 1 }, from);
  rmSync(folder);
  renameSync(`${folder}.away`, folder);
  await daemon.event('policies.loaded', { groups: 1 }, from);
  expect(await portsIn(emulator)).toEqual(ports);
});

onlyWith('git', test)(
  'with requireClean only what is committed comes into force, from the first minute',
  async () => {
    const config = configFor(emulator.url).replace('settleSeconds: 0', 'requireClean: true');
    workspace.write('config.yaml', config);
    workspace.write('policies/web.yaml', HALF);
    const git = new GitRepository(workspace.folder);
    const first = git.commit();
    workspace.write('policies/web.yaml', BOTH);

    const daemon = workspace.start(['run']);
    await daemon.event('policies.rejected', { code: 'uncommitted' });
    await daemon.event('group.converged', { group: 'sg-web', revision: first });
    expect(await portsIn(emulator)).toEqual(['443/443']);

    const plan = await workspace.run(['plan']);
    expect(plan.code).toBe(2);
    expect(plan.stderr).toContain('policies/web.yaml is not committed: the daemon will not take this');
    const validate = await workspace.run(['validate']);
    expect(validate.stderr).toContain('policies/web.yaml is not committed: the daemon will not take this');
    const tested = await workspace.run(['test']);
    expect(tested.stderr).toContain('policies/web.yaml is not committed: the daemon will not take this');
    workspace.write('elsewhere/web.yaml', BOTH);
    for (const command of ['validate', 'test']) {
      const elsewhere = await workspace.run([command, 'elsewhere']);
      expect(elsewhere.stderr).not.toContain('not committed');
    }
    const apply = await workspace.run(['apply', '--yes']);
    expect(apply).toMatchObject({ code: 1 });
    expect(apply.stderr).toContain('git add policies/web.yaml && git commit');

    const second = git.commit();
    await daemon.event('group.converged', { group: 'sg-web', revision: second });
    expect(await portsIn(emulator)).toEqual(['443/443', '22/22']);
  },
);
