// `rampart history` in this process, held against what the cloud recorded.
import { afterEach, beforeEach, expect, test } from 'vitest';
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
  expect(newest.stderr).toContain('older calls are left out');
});
