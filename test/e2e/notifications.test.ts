// Notifications through the built binary: what a group hears of a change by hand, of other receivers after SIGHUP and of
// the stop, and that neither token nor secret is ever logged.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChatReceiver } from '../support/chat-receiver.ts';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';

let emulator: TestEmulator;
let workspace: Workspace;
let webhook: ChatReceiver;
let dingtalk: ChatReceiver;

beforeEach(async () => {
  workspace = new Workspace();
  [webhook, dingtalk] = await Promise.all([ChatReceiver.start('webhook'), ChatReceiver.start('dingtalk')]);
  emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 443, from: 10.0.0.0/8']));
});

afterEach(async () => {
  await workspace.dispose();
  await Promise.all([emulator.close(), webhook.close(), dingtalk.close()]);
});

const WEBHOOK = '{type: webhook, urlFile: webhook-url, secretEnv: WEBHOOK_SECRET, events: ["*"]}';
const DINGTALK = '{type: dingtalk, urlEnv: DINGTALK_URL, secretEnv: DINGTALK_SECRET}';

const writeConfig = (receivers: string): void =>
  workspace.write('config.yaml', `${configFor(emulator.url)}notify: [${receivers}]\n`);

test('receivers hear of changes and of the stop, and the log holds neither their tokens nor their secrets', async () => {
  workspace.write('webhook-url', webhook.url);
  writeConfig(WEBHOOK);
  const env = {
    WEBHOOK_SECRET: webhook.secret,
    DINGTALK_URL: dingtalk.url,
    DINGTALK_SECRET: dingtalk.secret,
  };
  const daemon = workspace.start(['run', '--log-level', 'debug'], env);
  await daemon.event('daemon.ready');
  await daemon.event('notify.delivered');
  writeConfig(`${WEBHOOK}, ${DINGTALK}`);
  daemon.kill('SIGHUP');
  const { changed } = await daemon.event('config.loaded');
  expect(changed).toEqual(['notify']);
  const { code } = await daemon.stop();
  expect(code).toBe(0);
  expect([...webhook.refusals, ...dingtalk.refusals]).toEqual([]);
  const types = webhook.events.map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['rampart.call.succeeded', 'rampart.daemon.stopping']));
  const opened = webhook.events.find(({ type }) => type === 'rampart.call.succeeded');
  expect(opened?.subject).toBe('default/cn-hangzhou/sg-web');
  expect(JSON.stringify(opened?.data.change)).toContain('tcp 443 from 10.0.0.0/8');
  expect(dingtalk.messages.join('\n')).toContain('INFO Stopping on SIGTERM');
  expect(daemon.lines.map(({ event }) => event)).not.toContain('notify.lost');
  expect(daemon.lines.at(-1)?.event).toBe('daemon.stopped');
  for (const secret of ['t0ken-of-the-robot', webhook.secret, dingtalk.secret]) {
    expect(daemon.output).not.toContain(secret);
  }
});
