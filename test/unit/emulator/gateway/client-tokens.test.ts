import { describe, expect, it } from 'vitest';
import type { ActionHandler } from '../../../../emulator/action.ts';
import { Authenticator } from '../../../../emulator/gateway/authenticator.ts';
import { CallLog } from '../../../../emulator/admin/call-log.ts';
import { ClientTokens, tokenUse } from '../../../../emulator/gateway/client-tokens.ts';
import { Cloud } from '../../../../emulator/cloud.ts';
import { DEFAULT_CREDENTIAL, keyring } from '../../../../emulator/gateway/credentials.ts';
import { Faults } from '../../../../emulator/gateway/faults.ts';
import { Gateway } from '../../../../emulator/gateway/gateway.ts';
import { DEFAULT_QUIRKS } from '../../../../emulator/quirks.ts';
import { seededRandom } from '../../../../emulator/random.ts';
import { emptyState } from '../../../../emulator/admin/state-file.ts';
import { AuditTrail } from '../../../../emulator/trail/audit-trail.ts';
import { ecsOf, errorOf, GatewayFixture, replyOf, START_MS } from '../../../support/gateway.ts';
import { EMULATOR_KEY, requestV1, type SigningKey } from '../../../support/signing.ts';

const WRITE = 'AuthorizeSecurityGroup';
const TOKEN = { ClientToken: 'token-1' };
const DAY_MS = 86_400_000;
const OTHER: SigningKey = { accessKeyId: 'other', accessKeySecret: 's' };

const twoAccounts = [
  { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' },
  { accessKeyId: 'other', accessKeySecret: 's', accountId: '42' },
];

describe('a client token', () => {
  it('makes a repetition give the first answer, without a second effect', () => {
    const fixture = new GatewayFixture();
    const first = fixture.reply(WRITE, TOKEN);
    const again = fixture.reply(WRITE, TOKEN);
    expect(again).toEqual(first);
    expect(fixture.cloud.state.version).toBe(1);
    expect(fixture.calls()).toMatchObject([
      { clientToken: 'token-1', effect: true },
      { clientToken: 'token-1', effect: false },
    ]);
  });

  it('may be repeated with the other signature and another format', () => {
    const fixture = new GatewayFixture();
    const first = JSON.parse(fixture.reply(WRITE, TOKEN).body) as { RequestId: string };
    const request = requestV1(WRITE, { ...TOKEN, Format: 'XML' }, fixture.signing({ method: 'GET' }));
    expect(replyOf(fixture.handle(request)).body).toContain(first.RequestId);
    expect(fixture.cloud.state.version).toBe(1);
  });

  it.each([
    ['a changed parameter', WRITE, { ...TOKEN, A: '2' }],
    ['a parameter more', WRITE, { ...TOKEN, A: '1', B: '' }],
    ['a parameter less', WRITE, TOKEN],
    ['another action', 'CreateSecurityGroup', { ...TOKEN, A: '1' }],
  ])('does not fit %s', (_name, action, parameters) => {
    const use = tokenUse('1', WRITE, new Map(Object.entries({ ...TOKEN, A: '1' })));
    const other = tokenUse('1', action, new Map(Object.entries(parameters)));
    const tokens = new ClientTokens();
    if (use === undefined || other === undefined) throw new Error('both actions take a token');
    tokens.begin(use, 0, 60);
    tokens.end(use, { requestId: 'R', result: {} });
    expect(() => tokens.begin(other, 1, 60)).toThrow(
      expect.objectContaining({ code: 'IdempotentParameterMismatch', status: 400 }),
    );
  });

  it('is compared with its case', () => {
    const fixture = new GatewayFixture();
    fixture.reply(WRITE, { ClientToken: 'a' });
    fixture.reply(WRITE, { ClientToken: 'A' });
    expect(fixture.cloud.state.version).toBe(2);
  });

  it('belongs to one account', () => {
    const fixture = new GatewayFixture({ credentials: twoAccounts });
    fixture.reply(WRITE, TOKEN);
    fixture.reply(WRITE, TOKEN, { key: OTHER });
    expect(fixture.cloud.state.version).toBe(2);
  });

  it.each([
    ['an action that takes none', 'DeleteSecurityGroup', TOKEN],
    ['an empty token', WRITE, { ClientToken: '' }],
  ])('means nothing: %s', (_name, action, parameters) => {
    const fixture = new GatewayFixture();
    fixture.reply(action, parameters);
    fixture.reply(action, parameters);
    expect(fixture.cloud.state.version).toBe(2);
  });

  it.each([
    ['64 characters', 'x'.repeat(64), 200],
    ['65 characters', 'x'.repeat(65), 400],
    ['letters outside ASCII', 'tökén', 400],
    ['control characters', 'a\u0007', 400],
  ])('a client token: of %s', (_name, token, status) => {
    const fixture = new GatewayFixture();
    const reply = fixture.reply(WRITE, { ClientToken: token });
    expect(reply.status).toBe(status);
    if (status === 400) expect(errorOf(reply).Code).toBe('InvalidClientToken');
  });

  it('is forgotten when its window is over', () => {
    const fixture = new GatewayFixture();
    fixture.reply(WRITE, TOKEN);
    fixture.cloud.advance(DAY_MS - 1);
    fixture.reply(WRITE, TOKEN);
    expect(fixture.cloud.state.version).toBe(1);
    fixture.cloud.advance(1);
    fixture.reply(WRITE, TOKEN);
    expect(fixture.cloud.state.version).toBe(2);
  });

  it('has the window that the quirk says', () => {
    const fixture = new GatewayFixture({ quirks: { tokenWindowSeconds: 0 } });
    fixture.reply(WRITE, TOKEN);
    fixture.reply(WRITE, TOKEN);
    expect(fixture.cloud.state.version).toBe(2);
  });

  it('is refused to a twin while the first call is running', () => {
    const fixture = new GatewayFixture({ faults: [{ action: WRITE, kind: 'slow', count: 1 }] });
    const slow = fixture.outcome(WRITE, TOKEN);
    if (slow.kind !== 'later') throw new Error('expected a slow call');
    const twin = fixture.reply(WRITE, TOKEN);
    expect([twin.status, errorOf(twin).Code]).toEqual([403, 'IdempotentProcessing']);
    const first = replyOf(slow.finish());
    expect(fixture.reply(WRITE, TOKEN)).toEqual(first);
    expect(fixture.cloud.state.version).toBe(1);
  });
});

describe('a failed call', () => {
  const FAILING = { ...TOKEN, Fail: 'yes' };

  it('is tried again with its token', () => {
    const fixture = new GatewayFixture();
    const ids = [fixture.reply(WRITE, FAILING), fixture.reply(WRITE, FAILING)].map(
      (reply) => errorOf(reply).RequestId,
    );
    expect(new Set(ids).size).toBe(2);
    expect(fixture.cloud.state.version).toBe(2);
  });

  it('fails the same way again, if errors are remembered', () => {
    const fixture = new GatewayFixture({ quirks: { tokenRemembersErrors: true } });
    const first = fixture.reply(WRITE, FAILING);
    expect(fixture.reply(WRITE, FAILING)).toEqual(first);
    expect(fixture.cloud.state.version).toBe(1);
  });

  it('leaves no trace of its token if it never reached the action', () => {
    const fixture = new GatewayFixture({
      quirks: { tokenRemembersErrors: true },
      faults: [{ action: '*', kind: 'throttle', count: 1 }],
    });
    expect(fixture.reply(WRITE, TOKEN).status).toBe(400);
    expect(fixture.reply(WRITE, TOKEN).status).toBe(200);
  });
});

it('a defect of the emulator does not leave a token running', () => {
  let defect = true;
  const broken: ActionHandler = () => {
    if (defect) throw new TypeError('a defect');
    return {};
  };
  const nowMs = () => START_MS;
  const random = seededRandom(1);
  const gateway = new Gateway({
    cloud: new Cloud({
      state: emptyState(),
      quirks: DEFAULT_QUIRKS,
      clock: { nowMs, sleep: () => Promise.resolve() },
      random,
    }),
    services: ecsOf(new Map([[WRITE, broken]])),
    trail: new AuditTrail(),
    authenticator: new Authenticator(keyring([DEFAULT_CREDENTIAL])),
    faults: new Faults(random),
    calls: new CallLog({ calls: 10, bytes: 10_000 }),
    random,
  });
  const call = (nonce: string) =>
    gateway.handle(requestV1(WRITE, TOKEN, { key: EMULATOR_KEY, nowMs: START_MS, nonce }));
  expect(() => call('n-1')).toThrow('a defect');
  defect = false;
  expect(replyOf(call('n-2')).status).toBe(200);
});
