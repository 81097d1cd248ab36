// Receivers that fail, in every way that one can, and the stop of a daemon that has something left to say to them.
import { afterEach, describe, expect, it } from 'vitest';
import { SAMPLE_EVENTS } from '../../../support/sample-events.ts';
import { notifying, type Notifying } from '../../../support/notifying.ts';
import type { ChatReceiver, Mood } from '../../../support/chat-receiver.ts';

const MINUTE_MS = 60_000;

let world: Notifying;
afterEach(() => world.close());

const receiver = (): ChatReceiver => world.only;
function become(mood: Mood): void {
  receiver().mood = mood;
  world.timeoutMs = mood === 'hang' || mood === 'drip' ? 200 : 60_000;
}

const blocked = (group: string): void =>
  world.emit('plan.blocked', { ...SAMPLE_EVENTS['plan.blocked'], group });

describe('a receiver in trouble', () => {
  it.each<[Mood, string]>([
    ['error', 'it answered 503'],
    ['reset', 'it cannot be reached'],
    ['hang', 'no answer within 0.2 s'],
    ['drip', 'no answer within 0.2 s'],
  ])('that fails (%s) is asked again, and told all when it is well', async (mood, reason) => {
    world = await notifying(['dingtalk']);
    become(mood);
    blocked('sg-1');
    await world.pass(9000);
    expect(world.reported('notify.failed')).toHaveLength(2);
    expect(world.reported('notify.failed')[0]?.reason).toContain(reason);
    become('well');
    await world.pass(MINUTE_MS);
    expect(receiver().messages).toHaveLength(1);
    expect(world.told('dingtalk')).toBe(1);
  });

  it.each<[Mood, string]>([
    ['forbid', 'it answered 403: no_service'],
    ['redirect', 'redirects are not followed'],
  ])(
    'that will never take it (%s) is asked once, and hears of it as a number in the next message',
    async (mood, reason) => {
      world = await notifying(['slack']);
      receiver().mood = mood;
      blocked('sg-1');
      await world.pass(20_000);
      expect(receiver().requests).toBe(1);
      expect(world.reported('notify.failed')).toMatchObject([{ givesUp: true, events: 1, delayMs: 30_000 }]);
      expect(world.reported('notify.failed')[0]?.reason).toContain(reason);
      receiver().mood = 'well';
      blocked('sg-2');
      await world.pass(MINUTE_MS);
      expect(receiver().messages).toHaveLength(1);
      expect(receiver().messages[0]).toContain('and 1 more: 1 plan.blocked; see the log');
      expect(world.told('slack')).toBe(2);
    },
  );

  it('is asked less and less often, keeps a bounded memory, and hears of all when it is well', async () => {
    world = await notifying(['wecom']);
    receiver().mood = 'error';
    for (let number = 0; number < 1500; number += 1) world.happen(number);
    await world.pass(2 * 60 * MINUTE_MS);
    // Five attempts in some 50 s, then a rest of 30 s to 10 minutes, again and again.
    expect(receiver().requests).toBeLessThan(100);
    receiver().mood = 'well';
    await world.pass(20 * MINUTE_MS);
    expect(receiver().refusals).toEqual([]);
    expect(world.told('wecom')).toBe(1500);
  });

  it.each([
    ['dingtalk', 10 * MINUTE_MS],
    ['feishu', MINUTE_MS],
    ['wecom', MINUTE_MS],
    ['slack', 30_000],
  ] as const)(
    'that says "too many" (%s, because of someone else) is left alone as long as it wants',
    async (type, silentMs) => {
      world = await notifying([type]);
      receiver().crowd(world.clock.nowMs() + 2000);
      blocked('sg-1');
      await world.pass(silentMs + 1000);
      expect(receiver().requests).toBe(1);
      await world.pass(10_000);
      expect(receiver().messages).toHaveLength(1);
      expect(receiver().refusals).toEqual(['too many']);
    },
  );

  it('that refuses a wrong signature is told with the right one as soon as the secret is there', async () => {
    world = await notifying(['feishu']);
    world.env.SECRET_FEISHU = 'an old secret';
    blocked('sg-1');
    await world.pass(20_000);
    expect(world.reported('notify.failed')[0]?.reason).toContain('19021: sign match fail');
    world.env.SECRET_FEISHU = receiver().secret;
    await world.pass(MINUTE_MS);
    expect(world.told('feishu')).toBe(1);
  });

  it('whose address is not there is told when it is', async () => {
    world = await notifying(['webhook']);
    const { URL_WEBHOOK: url = '' } = world.env;
    delete world.env.URL_WEBHOOK;
    blocked('sg-1');
    await world.pass(2000);
    expect(world.reported('notify.failed')[0]?.reason).toBe(
      'the environment variable URL_WEBHOOK is not set',
    );
    world.env.URL_WEBHOOK = url;
    await world.pass(MINUTE_MS);
    expect(world.told('webhook')).toBe(1);
  });

  it('gets one webhook under one id, however often it is sent', async () => {
    world = await notifying(['webhook']);
    receiver().mood = 'error';
    blocked('sg-1');
    await world.pass(5000);
    receiver().mood = 'well';
    await world.pass(MINUTE_MS);
    expect(receiver().requests).toBeGreaterThan(1);
    expect(new Set(receiver().ids).size).toBe(1);
  });

  it('never shows its token or secret in what is said of it', async () => {
    world = await notifying(['dingtalk']);
    receiver().echo = true;
    blocked('sg-1');
    await world.pass(MINUTE_MS);
    const said = JSON.stringify(world.reports);
    expect(said).toContain('310000');
    expect(said).not.toContain('t0ken-of-the-robot');
    expect(said).not.toContain(receiver().secret);
    expect([...world.secrets]).toContain(receiver().url);
  });
});

describe('a stop', () => {
  it('sends at once what waits', async () => {
    world = await notifying(['wecom']);
    blocked('sg-1');
    await world.pass(3000);
    blocked('sg-2');
    const beforeMs = world.clock.monotonicMs();
    await world.stop();
    expect(world.clock.monotonicMs() - beforeMs).toBeLessThan(1000);
    expect(world.told('wecom')).toBe(2);
  });

  it.each<Mood>(['error', 'hang', 'forbid'])(
    'with a receiver that fails (%s) ends within the grace, and says what was lost',
    async (mood) => {
      world = await notifying(['slack']);
      become(mood);
      blocked('sg-1');
      blocked('sg-2');
      const beforeMs = world.clock.monotonicMs();
      await world.stop();
      expect(world.clock.monotonicMs() - beforeMs).toBeLessThanOrEqual(5000);
      expect(world.reported('notify.lost')).toEqual([
        { event: 'notify.lost', receiver: 'notify[0]', type: 'slack', events: 2, counts: ['2 plan.blocked'] },
      ]);
    },
  );
});
