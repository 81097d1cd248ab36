import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Attributor } from '../../../../daemon/attribution/attributor.ts';
import type { TrailTransport } from '../../../../daemon/attribution/lookup.ts';
import type { TransportAnswer } from '../../../../daemon/ecs/transport/transport.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { JournalError, LeaseLost, type Journal } from '../../../../daemon/journal/journal.ts';
import { EventLog } from '../../../support/service.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { wrappedJournal } from '../../../support/wrapped-journal.ts';

const groupOf = (id: string, account = 'default') => ({ account, region: 'cn-hangzhou', id });
const GROUP = groupOf('sg-web');

let clock: VirtualClock;
let log: EventLog;
let journal: Journal;
let attributor: Attributor;
/** The answers to come; when none is left, pages without events. */
let answers: TransportAnswer[];
let asked: Array<Readonly<Record<string, string>>>;

const page = (Events: readonly object[], NextToken?: string): TransportAnswer => ({
  kind: 'answered',
  status: 200,
  body: { Events, NextToken },
});

const trail: TrailTransport = {
  call: (_, params) => {
    asked.push(params);
    const answer = answers.shift() ?? page([]);
    return clock.duringCall(Promise.resolve(answer));
  },
};

const open = (trails: ReadonlyMap<string, TrailTransport>, over: Journal = journal): Attributor =>
  new Attributor({ trails, journal: over, telemetry: log, clock });

beforeEach(() => {
  clock = new VirtualClock();
  log = new EventLog(clock);
  journal = openMemoryJournal({ clock, randomByte: () => 7 });
  attributor = open(new Map([['default', trail]]));
  answers = [];
  asked = [];
});

afterEach(() => attributor.stop());

const isoAt = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');

const write = (requestId: string, secondsAgo = 0, fields: object = {}) => ({
  eventName: 'AuthorizeSecurityGroup',
  eventTime: isoAt(clock.nowMs() - secondsAgo * 1000),
  eventRW: 'Write',
  requestId,
  userIdentity: { type: 'ram-user', userName: 'alice' },
  requestParameters: { SecurityGroupId: 'sg-web' },
  ...fields,
});

const drift = (group = GROUP) =>
  attributor.drifted({ group, reconcileId: 'r', sinceMs: clock.nowMs() - 60_000 });

const attributed = () => log.events.filter(({ event }) => event === 'drift.attributed');

describe('of several writes', () => {
  it('all are told, the oldest first, and the newest five if there are more', async () => {
    answers = [page([7, 6, 5, 4, 3, 2, 1].map((ago) => write(`r${7 - ago}`, 7 - ago)))];
    drift();
    await log.event('drift.attributed', { requestId: 'r0' });
    expect(attributed().map(({ requestId }) => requestId)).toEqual(['r4', 'r3', 'r2', 'r1', 'r0']);
  });

  it('what explained a drift, or came before that, does not explain the next one', async () => {
    answers = [page([write('second', 5), write('first', 10)])];
    drift();
    await log.event('drift.attributed', { requestId: 'second' });
    answers = [page([write('third'), write('second', 5), write('late', 7), write('first', 10)])];
    const from = log.events.length;
    drift();
    await log.event('drift.attributed', {}, from);
    expect(attributed().map(({ requestId }) => requestId)).toEqual(['first', 'second', 'third']);
  });
});

it('drifts that come while a question is open are one question, whose time it is', async () => {
  drift();
  await clock.until(clock.sleep(60_000));
  drift();
  const { open: question } = (await journal.attributions({}))[0] ?? {};
  expect((question?.lastMs ?? 0) - (question?.foundMs ?? 0)).toBe(60_000);
  await log.event('drift.attributed');
  expect(attributed()).toHaveLength(1);
  expect(clock.monotonicMs()).toBeLessThan(17 * 60_000);
});

it('ActionTrail is asked for a week at most', async () => {
  attributor.drifted({ group: GROUP, reconcileId: null, sinceMs: 0 });
  await log.event('drift.attributed');
  const { StartTime = '', EndTime = '' } = asked[0] ?? {};
  expect(Date.parse(EndTime) - Date.parse(StartTime)).toBe(7 * 86_400_000);
});

it('events that cannot be read are counted where no one was found', async () => {
  answers = Array.from({ length: 50 }, () => page([{ test: 'test' }]));
  drift();
  const { reason } = await log.event('drift.attributed');
  expect(reason).toMatch(/; \d+ events could not be read$/);
});

it('a walk over endless pages comes to an end', async () => {
  answers = Array.from({ length: 200 }, (_, index) => page([], `t${index}`));
  drift();
  await log.event('drift.attributed');
  const first = asked.findIndex((params, index) => index > 0 && !('NextToken' in params));
  expect(first).toBe(20);
  const [one, other] = asked.slice(0, 2);
  expect({ ...other, NextToken: undefined }).toEqual({ ...one, NextToken: undefined });
});

it('failures of different kinds are told, a repetition is not, and one after a success is again', async () => {
  const refused = (code: string): TransportAnswer => ({
    ...{ kind: 'refused', status: 403, code, message: 'no', requestId: null },
    ...{ retryAfterMs: null, missingAction: null },
  });
  answers = [refused('A'), refused('A'), refused('B'), page([]), refused('B')];
  drift();
  await log.event('drift.attributed');
  const codes = log.events.filter(({ event }) => event === 'attribution.unavailable').map(({ code }) => code);
  expect(codes).toEqual(['A', 'B', 'B']);
});

describe('bounds', () => {
  it('a thousand drifts wait at most; one more is told as that of no one', () => {
    for (let index = 0; index < 1001; index += 1) drift(groupOf(`sg-${index}`));
    expect(attributed()).toMatchObject([
      { group: 'sg-1000', actor: null, reason: 'too many drifts wait for ActionTrail' },
    ]);
  });

  it('of a group the last twenty are kept', async () => {
    for (let round = 0; round < 25; round += 1) {
      answers = [page([write(`r${round}`)])];
      drift();
      await log.event('drift.attributed', { requestId: `r${round}` });
    }
    const [known] = await journal.attributions({});
    expect(known?.told).toHaveLength(20);
    expect(known?.told.at(-1)?.write?.requestId).toBe('r24');
    expect(attributor.of(GROUP).told).toHaveLength(5);
  });
});

it('what was open for an account that is no longer in the config is told as that of no one', async () => {
  const question = { sinceMs: 1, foundMs: clock.nowMs(), lastMs: clock.nowMs() };
  const group = groupOf('sg-web', 'gone');
  await journal.setFacts(group, { attribution: { told: [], open: question } });
  await attributor.takeUp(() => true);
  expect(attributed()).toMatchObject([{ account: 'gone', actor: null }]);
  expect((await journal.attributions({}))[0]?.open).toBeNull();
});

it('a question of long ago is asked once more at the start, since ActionTrail remembers', async () => {
  const foundMs = clock.nowMs() - 3_600_000;
  const open = { sinceMs: foundMs - 60_000, foundMs, lastMs: foundMs };
  await journal.setFacts(GROUP, { attribution: { told: [], open } });
  answers = [page([write('r', 3600)])];
  await attributor.takeUp(() => true);
  expect(await log.event('drift.attributed')).toMatchObject({ requestId: 'r', actor: 'alice' });
});

it('only what is about groups of this process is taken up, and left to the next one with them', async () => {
  const theirs = groupOf('sg-theirs', 'default');
  const foundMs = clock.nowMs();
  const open = { sinceMs: foundMs - 60_000, foundMs, lastMs: foundMs };
  for (const group of [GROUP, theirs]) await journal.setFacts(group, { attribution: { told: [], open } });
  await attributor.takeUp(({ id }) => id === GROUP.id);
  expect([GROUP, theirs].map((group) => attributor.of(group).isAsking)).toEqual([true, false]);
  attributor.leave(() => true);
  expect(attributor.of(GROUP).isAsking).toBe(false);
  const known = await journal.attributions({});
  expect(known.map((each) => each.open)).toEqual([open, open]);
});

it('a journal that fails is a failure of the daemon', async () => {
  const broken = () => Promise.reject(new JournalError('io', 'the disk is gone'));
  attributor = open(new Map([['default', trail]]), wrappedJournal(journal, { setFacts: broken }));
  drift();
  await expect(attributor.failure).rejects.toThrow('the disk is gone');
});

it('of a group that another replica looks after by now nothing more is asked, and nothing fails', async () => {
  const lost: Journal = Object.assign(Object.create(journal) as Journal, {
    setFacts: () => Promise.reject(new LeaseLost('default/cn-hangzhou')),
  });
  attributor.stop();
  attributor = open(new Map([['default', trail]]), lost);
  const failed = Promise.race([attributor.failure.catch(() => 'failed'), clock.until(clock.sleep(60_000))]);
  drift();
  expect(await failed).not.toBe('failed');
  expect(attributor.of(GROUP).isAsking).toBe(false);
  expect(asked).toEqual([]);
});
