// Where questions to ActionTrail go, and with whose key, over real HTTP.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookUp } from '../../../../daemon/attribution/lookup.ts';
import { trailTransportOf } from '../../../../daemon/compose/assemble.ts';
import { Secrets } from '../../../../daemon/compose/secrets.ts';
import type { AccountConfig } from '../../../../daemon/config/accounts/accounts-schema.ts';
import { json, text, startFakeEndpoint, type FakeEndpoint } from '../../../support/fake-endpoint.ts';

const QUESTION = {
  region: 'cn-hangzhou',
  group: 'sg-1',
  byWrites: false,
  startMs: 0,
  endMs: 1000,
  nextToken: null,
};
const PORTS = { secrets: new Secrets(), env: { ID: 'LTAI-ours', SECRET: 'the-secret' }, emulatorUrl: null };

let ecs: FakeEndpoint;
let trail: FakeEndpoint;

beforeEach(async () => {
  ecs = await startFakeEndpoint(json({ Events: [] }));
  trail = await startFakeEndpoint(json({ Events: [], RequestId: 'R' }));
});

afterEach(async () => {
  await ecs.close();
  await trail.close();
});

const ours = (): AccountConfig => ({
  credentials: { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeySecretEnv: 'SECRET' },
  endpoint: { kind: 'fixed', origin: ecs.url },
  apiLevel: 'auto',
});

test('an account asks ActionTrail, in its own version, with its own key, and never its endpoint for ECS', async () => {
  const answer = await lookUp(trailTransportOf(ours(), { ...PORTS, endpoint: trail.url }), QUESTION);
  expect(answer).toEqual({ ok: true, value: { events: [], unreadable: 0, nextToken: null } });
  expect(trail.calls).toMatchObject([
    { method: 'POST', params: { Action: 'LookupEvents', Version: '2020-07-06', AccessKeyId: 'LTAI-ours' } },
  ]);
  expect(ecs.calls).toEqual([]);
});

test('an account of the emulator asks the emulator, whatever `attribution.endpoint` says', async () => {
  const account: AccountConfig = { ...ours(), credentials: { type: 'emulator' } };
  await lookUp(trailTransportOf(account, { ...PORTS, endpoint: trail.url }), QUESTION);
  expect(ecs.calls).toMatchObject([{ params: { Action: 'LookupEvents', AccessKeyId: 'emulator' } }]);
  expect(trail.calls).toEqual([]);
});

test.each([
  ['a page of a proxy', text('<html>502</html>', 502), 'Transport.NotJson'],
  ['an answer to something else', json({ RequestId: 'R' }), 'Transport.BadAnswer'],
  ['an error page of JSON', json({ Events: [] }, 502), 'Transport.BadAnswer'],
])('%s is a failure with a code', async (_, script, code) => {
  trail.answer(script);
  const answer = await lookUp(trailTransportOf(ours(), { ...PORTS, endpoint: trail.url }), QUESTION);
  expect(answer).toMatchObject({ ok: false, error: { code } });
  expect(JSON.stringify(answer)).not.toContain('the-secret');
});
