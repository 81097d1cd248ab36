// What the built program loads only when it needs it (scripts/build.js) is there when it does.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

const TELNET = 'protocol: tcp, ports: 23, from: 10.0.0.0/8';

let workspace: Workspace;
let emulator: TestEmulator;

const guardedBy = (expression: string): string =>
  configFor(emulator.url, `guardrails:\n  - {id: no-telnet, message: no telnet, rule: '${expression}'}\n`);

beforeEach(async () => {
  workspace = new Workspace();
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('policies/web.yaml', policyFor('sg-web', [TELNET]));
});
afterEach(async () => {
  await workspace.dispose();
  await emulator.close();
});

test('a pattern in an expression of a guardrail is read, and one that is wrong is named', async () => {
  workspace.write('config.yaml', guardedBy('rule.description.matches("^(legacy")'));
  const { code, stdout, stderr } = await workspace.run(['validate']);
  expect([code, stdout + stderr]).toEqual([1, expect.stringContaining('missing closing )')]);
});

test('an expression of a guardrail is evaluated, and the plan that it forbids is blocked', async () => {
  const expression = 'rule.ports.first != 23 || rule.description.matches("^legacy")';
  workspace.write('config.yaml', guardedBy(expression));
  const { code, stdout } = await workspace.run(['plan', '--json']);
  expect([code, stdout]).toEqual([3, expect.stringContaining('no telnet')]);
});

test('the log for people is written', async () => {
  workspace.write('config.yaml', configFor(emulator.url).replace('format: json', 'format: pretty'));
  const daemon = workspace.start(['run']);
  await emulator.called('AuthorizeSecurityGroup');
  const { code, stdout, stderr } = await daemon.stop();
  expect([code, stdout + stderr]).toEqual([0, expect.stringMatching(/INFO.*daemon\.started {2}/)]);
});
