// `rampart history` in this process, held against what the cloud recorded.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leftOutText } from '../../daemon/commands/history.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 0.0.0.0/0';
const SSH = 'protocol: tcp, ports: 22, from: 203.0.113.0/24';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('config.yaml', configFor(emulator.url));
  workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

const run = (command: string) => workspace.runHere(command.split(' '));

test('history shows each call with its revision and request id, by group and time', async () => {
  await run('apply --yes');
  workspace.write('policies/web.yaml', policyFor('sg-web', [SSH]));
  await run('apply --yes');
  const { code, stdout, stderr } = await run('history');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(
    /^\d{4}-\S+Z +default +cn-hangzhou +sg-web +AuthorizeSecurityGroup +applied +sha256:\w+ +\S+$/,
  );
  const { calls } = JSON.parse((await run('history --group sg-web --json')).stdout) as { calls: object[] };
  expect(calls).toHaveLength(lines.length);
  expect(calls[0]).toMatchObject({
    group: 'sg-web',
    operation: 'AuthorizeSecurityGroup',
    result: 'applied',
    code: null,
  });
  const recorded = await emulator.calls();
  expect(recorded.filter(({ effect }) => effect).map(({ requestId }) => requestId)).toEqual(
    calls.map((call) => (call as { requestId: string }).requestId),
  );
  expect(await run('history --group sg-db')).toMatchObject({ code: 0, stdout: '' });
  expect(await run('history --since 2099-01-01T00:00:00Z')).toMatchObject({ code: 0, stdout: '' });
  const newest = await run('history --limit 1 --since 1h');
  expect(newest.stdout.trimEnd()).toBe(lines.at(-1));
  expect(newest.stderr).toBe('older entries are left out; --limit 2 shows more\n');
});

test('history bounds what was approved together with the calls, and its advice is accepted', async () => {
  await run('apply --yes');
  for (const digit of ['1', '2', '3']) {
    const ahead = ['approve', digit.repeat(64), '--ahead', '--reason', `review ${digit}`];
    expect(await workspace.runHere(ahead)).toMatchObject({ code: 0 });
  }
  const all = (await run('history')).stdout.trimEnd().split('\n');
  expect(all).toHaveLength(4);
  const two = await run('history --limit 2');
  expect(two.stdout.trimEnd().split('\n')).toEqual(all.slice(2));
  expect(two.stderr).toContain('--limit 4 shows more');
  expect(await run('history --limit 4')).toMatchObject({
    code: 0,
    stdout: `${all.join('\n')}\n`,
    stderr: '',
  });
  const { calls, approvals } = JSON.parse((await run('history --limit 3 --json')).stdout) as {
    calls: object[];
    approvals: object[];
  };
  expect({ calls, approvals: approvals.length }).toEqual({ calls: [], approvals: 3 });
});

test('history advises only limits that it accepts', () => {
  expect(leftOutText({ limit: 200 })).toContain('--limit 400 shows more');
  expect(leftOutText({ limit: 60_000 })).toContain('--limit 100000 shows more');
  expect(leftOutText({ limit: 100_000 })).toMatch(/100000 are the most.*; --group ID/);
  expect(leftOutText({ limit: 100_000, group: 'sg-web' })).not.toContain('--');
});
