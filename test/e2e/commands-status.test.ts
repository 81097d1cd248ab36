// `rampart status` through the built binary: of a daemon that converges, of one that does not, and of none.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { freePort } from '../support/free-port.ts';
import { Workspace } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  const config = configFor(emulator.url).replace('listen: "off"', `listen: "127.0.0.1:${await freePort()}"`);
  workspace.write('config.yaml', config);
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

test('0 when all groups are converged, 2 when one is not or the newest policies are broken, 1 without a daemon', async () => {
  const before = await workspace.run(['status']);
  expect(before).toMatchObject({ code: 1, stdout: '' });
  expect(before.stderr).toMatch(
    /no daemon answers at http:\/\/127\.0\.0\.1:\d+\/api\/status: .*ECONNREFUSED/,
  );

  const daemon = workspace.start(['run']);
  await daemon.event('daemon.ready');
  const converged = await workspace.run(['status']);
  expect(converged).toMatchObject({ code: 0, stderr: '' });
  expect(converged.stdout).toContain('1 of 1 groups converged\ndefault/cn-hangzhou/sg-web  converged  ');

  const doctor = await workspace.runHere(['doctor']);
  expect(doctor.stdout).toMatch(
    /^ok +journal .*(is held by the daemon of this config, http:|in database .* is writable)/m,
  );
  expect(doctor.code).toBe(0);

  await workspace.run(['pause', '--for', '1h', '--reason', 'freeze']);
  const from = daemon.lines.length;
  await emulator.setState({ securityGroups: [wireGroup('sg-web')] });
  await daemon.event('plan.blocked', {}, from);
  const blocked = await workspace.run(['status', '--json']);
  expect(blocked).toMatchObject({ code: 2, stderr: '' });
  expect(JSON.parse(blocked.stdout)).toMatchObject({
    version: 1,
    ready: true,
    groups: [{ id: 'sg-web', outcome: 'blocked', reason: expect.stringContaining('freeze') as string }],
    pauses: [{ group: null, reason: 'freeze' }],
  });
  expect((await workspace.run(['status'])).stdout).toMatch(/^paused: all groups until .*Z, "freeze"$/m);

  const resumedFrom = daemon.lines.length;
  await workspace.run(['resume']);
  await daemon.event('group.converged', {}, resumedFrom);
  workspace.write('policies/web.yaml', 'nonsense');
  await daemon.event('policies.rejected');
  const broken = await workspace.run(['status']);
  expect(broken.code).toBe(2);
  expect(broken.stdout).toContain('the newest policies have 1 problem and are not in force');
  expect(await daemon.stop()).toMatchObject({ code: 0 });
});

test('what answers but is no daemon is not taken for one', async () => {
  workspace.write('config.yaml', configFor(emulator.url).replace('"off"', `"${emulator.endpoint}"`));
  const { code, stdout, stderr } = await workspace.run(['status']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('is no Rampart daemon');
});
