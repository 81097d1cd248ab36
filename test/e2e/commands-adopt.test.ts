// `ownership: declared` and `rampart adopt` in this process: what apply removes, and what it leaves to others.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  const byHand = {
    SecurityGroupRuleId: 'sgr-hand',
    IpProtocol: 'TCP',
    PortRange: '22/22',
    SourceCidrIp: '192.0.2.0/24',
    Description: 'by hand',
  };
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web', [byHand])] } });
  workspace.write('config.yaml', configFor(emulator.url, 'limits: {default: {ratePerMinute: 6000}}\n'));
  declare(['443']);
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

/** The policy declares these ports, and says which rules are ours. */
function declare(ports: readonly string[]): void {
  const rules = ports.map((port) => `      - {protocol: tcp, ports: ${port}, from: 192.0.2.0/24}\n`).join('');
  workspace.write(
    'policies/web.yaml',
    `version: 1\ngroups:\n  - id: sg-web\n    region: cn-hangzhou\n    ownership: declared\n    ingress:\n${rules}`,
  );
}

async function ports(): Promise<unknown[]> {
  const { securityGroups } = await emulator.state();
  return (securityGroups[0]?.Permissions ?? []).map(({ PortRange }) => PortRange).sort();
}

const run = (command: string, ...more: string[]) => workspace.runHere([...command.split(' '), ...more]);

test('apply removes what it brought, and leaves what it did not', async () => {
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  expect(await ports()).toEqual(['22/22', '443/443']);
  declare(['8080']);
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  expect(await ports()).toEqual(['22/22', '8080/8080']);
  const planned = await run('plan --json');
  expect(planned.code).toBe(0);
  expect(JSON.parse(planned.stdout)).toMatchObject({
    groups: [{ diff: { unmanaged: 1 }, findings: [{ id: 'unmanaged-rules' }] }],
  });
});

test('a rule made by hand that equals a declared one stays when the policy drops it', async () => {
  declare(['22', '443']);
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  expect(await ports()).toEqual(['22/22', '443/443']);
  declare(['443']);
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  expect(await ports()).toEqual(['22/22', '443/443']);
});

test('nothing is removed after the journal is lost', async () => {
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  rmSync(join(workspace.folder, '.rampart'), { recursive: true });
  declare(['8080']);
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  expect(await ports()).toEqual(['22/22', '443/443', '8080/8080']);
});

test('an adopted rule is ours from then on, and no other is', async () => {
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  const unknown = await run('adopt --group sg-web --rule sgr-none --reason', 'a slip');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('sgr-hand');
  const adopted = await run('adopt --group sg-web --rule sgr-hand --reason', 'ours since 2019');
  expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('adopted: sgr-hand') as unknown });
  expect(await ports()).toEqual(['22/22', '443/443']);
  expect((await run('apply --yes')).code).toBe(0);
  expect(await ports()).toEqual(['443/443']);
});

test('without --rule every rule of the group is adopted', async () => {
  expect(await run('apply --yes')).toMatchObject({ code: 0 });
  expect((await run('adopt --group sg-web --reason', 'all of it')).code).toBe(0);
  expect((await run('apply --yes')).code).toBe(0);
  expect(await ports()).toEqual(['443/443']);
});
