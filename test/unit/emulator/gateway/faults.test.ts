import { describe, expect, it } from 'vitest';
import { type Fault, type FaultKind, Faults, parseFaults } from '../../../../emulator/gateway/faults.ts';
import { seededRandom } from '../../../../emulator/random.ts';
import type { Outcome } from '../../../../emulator/wire/wire.ts';
import { errorOf, GatewayFixture, replyOf, START_MS } from '../../../support/gateway.ts';

const WRITE = 'AuthorizeSecurityGroup';

describe('each kind of fault', () => {
  it.each<{ kind: FaultKind; outcome: Outcome['kind']; status: number; effect: boolean; code: string }>([
    { kind: 'throttle', outcome: 'reply', status: 400, effect: false, code: 'Throttling.User' },
    { kind: 'error', outcome: 'reply', status: 500, effect: false, code: 'InternalError' },
    { kind: 'resetBefore', outcome: 'reset', status: 0, effect: false, code: '' },
    { kind: 'resetAfter', outcome: 'reset', status: 0, effect: true, code: '' },
    { kind: 'hang', outcome: 'hang', status: 0, effect: true, code: '' },
    { kind: 'html', outcome: 'reply', status: 502, effect: true, code: '' },
    { kind: 'empty', outcome: 'reply', status: 200, effect: true, code: '' },
    { kind: 'truncate', outcome: 'truncated', status: 200, effect: true, code: '' },
  ])('$kind: $outcome, status $status, effect $effect', ({ kind, outcome, status, effect, code }) => {
    const fixture = new GatewayFixture({ faults: [{ action: WRITE, kind }] });
    expect(fixture.outcome(WRITE).kind).toBe(outcome);
    expect(fixture.cloud.state.version).toBe(effect ? 1 : 0);
    expect(fixture.calls()).toMatchObject([{ fault: kind, status, effect, code }]);
  });

  it('slow: takes effect at its end', () => {
    const fixture = new GatewayFixture({ faults: [{ action: WRITE, kind: 'slow', delayMs: 250 }] });
    const outcome = fixture.outcome(WRITE);
    if (outcome.kind !== 'later') throw new Error('expected a slow call');
    expect([outcome.delayMs, fixture.cloud.state.version, fixture.calls()]).toEqual([250, 0, []]);
    expect(replyOf(outcome.finish()).status).toBe(200);
    expect(fixture.cloud.state.version).toBe(1);
    expect(fixture.calls()).toMatchObject([{ fault: 'slow', status: 200, effect: true }]);
  });

  it('slow: a refusal is slow as well', () => {
    const fixture = new GatewayFixture({
      quirks: { rateLimits: { [WRITE]: 0 } },
      faults: [{ action: WRITE, kind: 'slow' }],
    });
    const outcome = fixture.outcome(WRITE);
    if (outcome.kind !== 'later') throw new Error('expected a slow call');
    expect(errorOf(replyOf(outcome.finish())).Code).toBe('Throttling.User');
  });

  it('what takes effect is remembered under its token, though its answer was lost', () => {
    const fixture = new GatewayFixture({ faults: [{ action: WRITE, kind: 'resetAfter', count: 1 }] });
    fixture.outcome(WRITE, { ClientToken: 't' });
    const again = fixture.reply(WRITE, { ClientToken: 't' });
    expect(fixture.cloud.state.version).toBe(1);
    const [lost] = fixture.calls();
    expect(again.headers['x-acs-request-id']).toBe(lost?.requestId);
  });

  it('a spoiled answer carries nothing of the gateway', () => {
    const fixture = new GatewayFixture({ faults: [{ action: WRITE, kind: 'html', status: 503 }] });
    const reply = fixture.reply(WRITE);
    expect([reply.status, reply.headers]).toEqual([503, { 'content-type': 'text/html' }]);
    expect(() => JSON.parse(reply.body) as unknown).toThrow();
  });

  it('code, status and delayMs are as ordered', () => {
    const fixture = new GatewayFixture({
      faults: [
        { action: WRITE, kind: 'error', code: 'ServiceUnavailable', status: 503, count: 1 },
        { action: WRITE, kind: 'throttle', code: 'Throttling.Api', delayMs: 1234, count: 1 },
        { action: WRITE, kind: 'throttle', count: 1 },
      ],
    });
    fixture.nowMs = START_MS + 45_000;
    const replies = [fixture.reply(WRITE), fixture.reply(WRITE), fixture.reply(WRITE)];
    expect(
      replies.map((reply) => [reply.status, errorOf(reply).Code, reply.headers['x-acs-retry-after']]),
    ).toEqual([
      [503, 'ServiceUnavailable', undefined],
      [400, 'Throttling.Api', '1234'],
      [400, 'Throttling.User', '15000'],
    ]);
  });
});

describe('which call is hit', () => {
  const fault = (parts: Partial<Fault>): Fault => ({ action: '*', kind: 'error', probability: 1, ...parts });
  const armed = (...faults: Fault[]) => {
    const list = new Faults(seededRandom(7));
    list.replace(faults);
    return list;
  };

  it('one of the named action, or any for *', () => {
    const faults = armed(fault({ action: WRITE, kind: 'hang' }), fault({ kind: 'empty' }));
    expect([WRITE, 'DescribeSecurityGroups'].map((action) => faults.pick(action)?.kind)).toEqual([
      'hang',
      'empty',
    ]);
  });

  it('as often as the count says; then the fault is gone', () => {
    const faults = armed(fault({ count: 2 }), fault({ count: 0, kind: 'hang' }));
    expect([1, 2, 3].map(() => faults.pick(WRITE)?.kind)).toEqual(['error', 'error', undefined]);
    expect(faults.list).toEqual([]);
  });

  it('the list shows what is left', () => {
    const faults = armed(fault({ count: 2 }));
    faults.pick(WRITE);
    expect(faults.list).toMatchObject([{ count: 1 }]);
  });

  it('by chance, the same with each seed', () => {
    const hits = () => {
      const faults = armed(fault({ probability: 0.3 }));
      return Array.from({ length: 1000 }, () => faults.pick(WRITE) !== undefined);
    };
    const first = hits();
    expect(first).toEqual(hits());
    const count = first.filter(Boolean).length;
    expect(count).toBeGreaterThan(250);
    expect(count).toBeLessThan(350);
  });

  it('a probability of 0 never hits, and does not stand in the way of the next fault', () => {
    const faults = armed(fault({ probability: 0 }), fault({ kind: 'hang' }));
    expect(faults.pick(WRITE)?.kind).toBe('hang');
  });

  it('never a call that is not authentic', () => {
    const fixture = new GatewayFixture({ faults: [{ action: '*', kind: 'hang', count: 1 }] });
    const key = { accessKeyId: 'emulator', accessKeySecret: 'guess' };
    expect(errorOf(fixture.reply(WRITE, {}, { key })).Code).toBe('SignatureDoesNotMatch');
    expect(fixture.faults.list).toHaveLength(1);
  });
});

describe('reading faults', () => {
  it('fills in what is left out', () => {
    expect(parseFaults([{ action: '*', kind: 'hang' }])).toEqual([
      { action: '*', kind: 'hang', probability: 1 },
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['no list', { action: '*' }, ['expected a list', '"kind":"throttle|error|resetBefore']],
    ['an unknown kind', [{ action: '*', kind: 'crash' }], ['0.kind', '"resetAfter"']],
    ['an unknown action', [{ action: 'Authorise', kind: 'hang' }], ['0.action', 'AuthorizeSecurityGroup']],
    ['an unknown key', [{ action: '*', kind: 'hang', times: 3 }], ['times']],
    [
      'a code that no header and no link can carry',
      [{ action: '*', kind: 'error', code: '\ud800' }],
      ['0.code'],
    ],
    [
      'a code with a space',
      [{ action: '*', kind: 'throttle', code: 'Not Now' }],
      ['0.code: must be 1 to 128'],
    ],
    ['an error that is a success', [{ action: '*', kind: 'error', status: 399 }], ['0.status: must be 400']],
    [
      'a throttle that is a success',
      [{ action: '*', kind: 'throttle', status: 200 }],
      ['0.status: must be 400'],
    ],
    [
      'numbers out of range',
      [{ action: '*', kind: 'hang', probability: 2, status: 99, count: -1 }],
      ['0.probability', '0.status', '0.count'],
    ],
  ])('refuses %s', (_name, json, words) => {
    for (const word of words) expect(() => parseFaults(json)).toThrow(word);
  });
});
