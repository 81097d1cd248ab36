// The whole way from an event to the receivers of all vendors, over HTTP and in virtual time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECEIVER_TYPES } from '../../../../daemon/telemetry/events.ts';
import { COMMON, SAMPLE_EVENTS } from '../../../support/sample-events.ts';
import { notifying, type Notifying } from '../../../support/notifying.ts';
import type { ChatReceiver } from '../../../support/chat-receiver.ts';

const MINUTE_MS = 60_000;

let world: Notifying;
afterEach(() => world.close());

const receiver = (): ChatReceiver => world.only;

describe('receivers of all vendors', () => {
  beforeEach(async () => {
    world = await notifying(RECEIVER_TYPES);
  });

  it('are told of 500 events in a minute, shown or counted, and refuse no message', async () => {
    for (let number = 0; number < 500; number += 1) {
      world.happen(number);
      if (number % 10 === 9) await world.pass(1200);
    }
    await world.stop();
    for (const [type, { refusals, messages }] of world.receivers) {
      expect([type, refusals]).toEqual([type, []]);
      expect([type, world.told(type)]).toEqual([type, 500]);
      expect([type, messages.length > 5]).toEqual([type, true]);
    }
    expect(world.reported('notify.failed')).toEqual([]);
    expect(world.reported('notify.lost')).toEqual([]);
  });

  it('are told of 500 events in one moment in one message', async () => {
    for (let number = 0; number < 500; number += 1) world.happen(number);
    await world.pass(MINUTE_MS);
    for (const [type, { refusals, messages }] of world.receivers) {
      expect([type, refusals, messages.length]).toEqual([type, [], 1]);
      expect([type, world.told(type)]).toEqual([type, 500]);
    }
  });

  it('are told the most severe first', async () => {
    for (let number = 0; number < 60; number += 1) world.happen(number);
    await world.pass(MINUTE_MS);
    for (const [type, { messages }] of world.receivers) {
      const levels = [...(messages[0] ?? '').matchAll(/^\**(ERROR|WARN|INFO)\** |"level":"(\w+)"/gm)].map(
        ([, inText, inJson = '']) => inText ?? inJson.toUpperCase(),
      );
      const rank = (level: string): number => ['ERROR', 'WARN', 'INFO'].indexOf(level);
      expect([type, levels.length > 20]).toEqual([type, true]);
      expect([type, levels]).toEqual([type, levels.toSorted((a, b) => rank(a) - rank(b))]);
    }
  });
});

describe('a message', () => {
  it('says what opened, where, by which commit and author, and the commands to approve and to pause', async () => {
    world = await notifying(['dingtalk']);
    world.emit('daemon.started', { ...SAMPLE_EVENTS['daemon.started'], httpUrl: 'http://127.0.0.1:8481' });
    world.emit('policies.loaded', SAMPLE_EVENTS['policies.loaded']);
    world.emit('policies.loaded', {
      ...SAMPLE_EVENTS['policies.loaded'],
      ...{
        revision: COMMON.revision,
        commit: `${COMMON.revision}0000000000`,
        author: 'Ada <ada@example.com>',
      },
    });
    world.emit('plan.blocked', {
      ...SAMPLE_EVENTS['plan.blocked'],
      overrides: ['rampart approve f00 --reason "..."'],
    });
    world.emit('call.succeeded', { ...COMMON, rules: 1, change: '+ opens tcp 443 from office (public-web)' });
    await world.pass(MINUTE_MS);
    const [text = ''] = receiver().messages;
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'WARN: Rampart on keeper, 5 events',
        'default, cn-hangzhou; policies of commit 4fff8c000000 by Ada <ada@example.com>',
        'WARN The plan for sg-bp1web is blocked: the brake: 40 of 50 rules would go',
        '  to go on: rampart approve f00 --reason "..."',
        'INFO sg-bp1web: + opens tcp 443 from office (public-web)',
        'to stop all writing to it: rampart pause --group sg-bp1web --for 1h --reason "..."',
      ]),
    );
  });

  it('that has no room for all says how many of which event it leaves out, and where they are', async () => {
    world = await notifying(['slack']);
    world.configure(', link: "https://rampart.example.com/"');
    for (let number = 0; number < 100; number += 1) world.happen(number);
    await world.pass(MINUTE_MS);
    expect(receiver().messages[0]).toMatch(
      /^and \d+ more: \d+ call\.succeeded; see <https:\/\/rampart\.example\.com\/>$/m,
    );
  });

  it('holds no secret that an event holds', async () => {
    world = await notifying(['webhook']);
    world.emit('group.not_converged', { ...COMMON, reason: 'password hunter2 was refused' });
    await world.pass(MINUTE_MS);
    expect(receiver().messages.join()).toContain('password [redacted] was refused');
  });

  it('tells a repetition at the rate of the log', async () => {
    world = await notifying(['webhook']);
    for (let times = 0; times < 100; times += 1) world.emit('plan.blocked', SAMPLE_EVENTS['plan.blocked']);
    await world.pass(MINUTE_MS);
    // The 1st, 2nd, 4th, and so on up to the 64th.
    expect(receiver().events).toHaveLength(7);
    expect(receiver().events.at(-1)?.data).toMatchObject({ suppressed: 31 });
  });
});

describe('which events', () => {
  const types = () => receiver().events.map(({ type }) => type);

  beforeEach(async () => {
    world = await notifying(['webhook']);
  });

  it('are named by globs, and quieter ones than minSeverity are left out', async () => {
    world.configure(', events: [plan.*, call.*], minSeverity: warn');
    for (const event of ['plan.made', 'plan.blocked', 'call.succeeded', 'call.failed'] as const) {
      world.emit(event, SAMPLE_EVENTS[event]);
    }
    world.emit('group.not_converged', SAMPLE_EVENTS['group.not_converged']);
    await world.pass(MINUTE_MS);
    expect(types()).toEqual(['rampart.call.failed', 'rampart.plan.blocked']);
  });

  it('of groups are those of groups, and events about none come anyway', async () => {
    world.notifier.seeGroups(({ id }) =>
      id === 'sg-unread' ? null : { name: `name-of-${id}`, tags: { team: id } },
    );
    world.configure(', groups: {names: "*web", tags: {team: sg-web}}');
    const blocked = SAMPLE_EVENTS['plan.blocked'];
    for (const group of ['sg-web', 'sg-db', 'sg-unread']) world.emit('plan.blocked', { ...blocked, group });
    world.emit('policies.rejected', SAMPLE_EVENTS['policies.rejected']);
    await world.pass(MINUTE_MS);
    expect(receiver().events.map(({ subject, type }) => subject ?? type)).toEqual([
      'rampart.policies.rejected',
      'default/cn-hangzhou/sg-web',
      'default/cn-hangzhou/sg-unread',
    ]);
  });

  it('about messages are never told, so that one that fails does not make another', async () => {
    world.emit('notify.failed', SAMPLE_EVENTS['notify.failed']);
    world.emit('notify.lost', SAMPLE_EVENTS['notify.lost']);
    await world.pass(MINUTE_MS);
    expect(receiver().requests).toBe(0);
  });

  it('change on SIGHUP, and what waited for a receiver that stays is told', async () => {
    world.emit('plan.blocked', SAMPLE_EVENTS['plan.blocked']);
    world.configure();
    world.emit('call.failed', SAMPLE_EVENTS['call.failed']);
    world.configure(', minSeverity: error');
    world.emit('guardrail.violated', SAMPLE_EVENTS['guardrail.violated']);
    await world.pass(MINUTE_MS);
    expect(types()).toEqual(['rampart.call.failed', 'rampart.plan.blocked']);
  });
});
