// The queries of docs/queries.md in jq, run against the log of a daemon to which all that they ask for has happened.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { Workspace } from '../support/rampart.ts';

const GROUP = 'sg-bp1web';
const WANTED = { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8' };
const BY_HAND = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' };

let emulator: TestEmulator;
let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup(GROUP)] } });
  workspace.write('config.yaml', configFor(emulator.url, 'attribution: {actiontrail: true}\n'));
  workspace.write('policies/web.yaml', policyFor(GROUP, ['protocol: tcp, ports: 443, from: 10.0.0.0/8']));
  workspace.write('policies/gone.yaml', policyFor('sg-bp1gone', []));
});

afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

/** The first block of the section. */
function queryOf(title: string): string {
  const sections = readFileSync('docs/queries.md', 'utf8').split(/^## /m);
  const section = sections.find((each) => each.startsWith(`${title}\n`)) ?? '';
  return /^```sh\n(jq [\s\S]*?)```$/m.exec(section)?.[1] ?? '';
}

onlyWith('jq', test)('the queries in jq find in the log what they are for', async () => {
  const daemon = workspace.start(['run']);
  await daemon.event('group.converged', { group: GROUP, changes: 1 });
  await daemon.event('group.describe_failed', { group: 'sg-bp1gone' });
  await emulator.setFaults([{ action: 'RevokeSecurityGroup', kind: 'throttle', probability: 1, count: 1 }]);
  await emulator.setState({ securityGroups: [wireGroup(GROUP, [WANTED, BY_HAND])] });
  await Promise.all([daemon.event('drift.attributed'), daemon.event('call.throttled')]);
  await daemon.stop();
  workspace.write('rampart.log', daemon.output);
  const found = (title: string): string[][] =>
    execFileSync('bash', ['-c', queryOf(title)], { cwd: workspace.folder, encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));

  const changes = found('What changed in a group');
  expect(changes[0]?.[1]).toContain('tcp 443 from 10.0.0.0/8');
  expect(changes[0]?.[3]).toMatch(/^[0-9A-F-]{36}$/);
  const [writer = []] = found('Who opened this');
  expect(writer.slice(1)).toEqual(['root-account', 'root', '127.0.0.1', 'PutEmulatorState']);
  expect(found('What is stuck').map(([group, event]) => [group, event])).toContainEqual([
    'sg-bp1gone',
    'group.describe_failed',
  ]);
  expect(found('Are we throttled').map(([, ...rest]) => rest)).toEqual([['RevokeSecurityGroup', '1']]);
});
