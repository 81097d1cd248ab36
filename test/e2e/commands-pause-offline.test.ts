// `rampart pause` and `resume` in this process, without a daemon: what plan and apply make of it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';

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

test('plan and apply end with 3 under a pause, and nothing is written; resume lets apply go on', async () => {
  expect(await run('apply --yes --group sg-db')).toMatchObject({ code: 0 });
  expect(await run('pause --for 1h --reason', 'change freeze')).toMatchObject({ code: 0 });
  const planned = await run('plan --json');
  expect(planned.code).toBe(3);
  expect(JSON.parse(planned.stdout)).toMatchObject({
    summary: { calls: 0, blocked: 1 },
    groups: [
      { id: 'sg-db', status: 'converged' },
      { id: 'sg-web', status: 'blocked', blockedBy: [{ kind: 'paused', override: 'rampart resume' }] },
    ],
  });
  expect(await run('apply --yes')).toMatchObject({ code: 3 });
  expect(await rulesOf('sg-web')).toBe(0);
  expect(await run('resume')).toMatchObject({ code: 0 });
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  expect(await rulesOf('sg-web')).toBe(1);
});

test('a group is found in the history or by --region when the policies are broken', async () => {
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  workspace.write('policies/web.yaml', 'nonsense');
  expect(await run('pause --group sg-web --for 1h --reason x')).toMatchObject({ code: 0 });
  const unknown = await run('pause --group sg-new --for 1h --reason x');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('add --region');
  expect(await run('pause --group sg-new --region cn-beijing --for 1h --reason x')).toMatchObject({
    code: 0,
  });
  const nothing = await run('resume');
  expect(nothing).toMatchObject({ code: 1, stdout: '' });
  expect(nothing.stderr).toMatch(
    /no pause of all groups\nstill paused: .*\/sg-new .*\nstill paused: .*\/sg-web /,
  );
  expect(await run('resume --group sg-x')).toMatchObject({ code: 1 });
});

test('plan goes on beside a journal that it cannot read, and says what it does not know', async () => {
  workspace.write('.rampart/journal.db', 'no journal');
  const { code, stderr } = await run('plan');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^pauses, approvals and what was in force are not known: /);
  expect(await run('apply --yes')).toMatchObject({ code: 1 });
});
