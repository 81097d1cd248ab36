// Real lanes over p-queue, in the time of fake timers: what starts when, and that no one is left hanging.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../daemon/clock.ts';
import { makeFailure, type FailureKind } from '../../../../daemon/ecs/failures/failure.ts';
import type { CallResult } from '../../../../daemon/queue/lane/lane-call.ts';
import { createLanes, type LanesOptions, type RunOptions } from '../../../../daemon/queue/lanes.ts';
import { LaneClosed } from '../../../../daemon/queue/turn.ts';
import { err, ok } from '../../../../reconciler/model/result.ts';

const PLACE = { account: 'default', region: 'cn-hangzhou' };
const ADD = 'AuthorizeSecurityGroup';
const REMOVE = 'RevokeSecurityGroup';

const failed = (kind: FailureKind, retryAfterMs: number | null = null): CallResult<string> => {
  return err(makeFailure({ kind, code: 'C', message: 'm', httpStatus: 400, retryAfterMs }));
};

function setUp(ratePerMinute: number, options: Partial<LanesOptions> = {}) {
  const events: Array<{ event: string; fields: object }> = [];
  const lanes = createLanes({
    limits: { default: { ratePerMinute } },
    clock: systemClock,
    telemetry: { emit: (event, fields) => void events.push({ event, fields }) },
    underWay: { least: 4, most: 4, forFixes: 1, mostInAll: 8 },
    maxWaiting: 1000,
    ...options,
  });
  const began = Date.now();
  /** Names of the tasks in the order of their starts, with the second of the start. */
  const started: Array<[string, number]> = [];
  const call = (
    name: string,
    { at = ADD, place = PLACE, answer = ok(name), tookMs = 0, ...options }: CallSpec = {},
  ): Promise<CallResult<string>> =>
    lanes.run(
      place,
      at,
      async () => {
        started.push([name, (Date.now() - began) / 1000]);
        if (tookMs > 0) await systemClock.sleep(tookMs);
        return answer;
      },
      options,
    );
  const names = () => started.map(([name]) => name);
  return { lanes, events, started, names, call };
}

interface CallSpec extends Partial<RunOptions> {
  at?: typeof ADD | typeof REMOVE;
  place?: typeof PLACE;
  answer?: CallResult<string>;
  tookMs?: number;
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

/** Tells of a rejection at once, so that none counts as unhandled while fake time passes. */
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done' as const,
    (reason: unknown) => reason,
  );

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-05-01T10:00:20Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the pace of a lane', () => {
  it('never exceeds the rate in any minute, lets most of it go at once, and uses it up', async () => {
    const { call, started } = setUp(12);
    const calls = Array.from({ length: 40 }, (_, i) => call(`${i}`));
    await pass(300);
    await Promise.all(calls);
    const seconds = started.map(([, second]) => second);
    for (const start of seconds) {
      expect(seconds.filter((s) => s >= start && s < start + 60).length).toBeLessThanOrEqual(12);
    }
    expect(seconds.filter((second) => second === 0)).toHaveLength(9);
    expect(seconds.at(-1)).toBeLessThan(1.05 * (40 / 12) * 60);
  });

  it('is counted apart for each operation, region and account, as the vendor counts', async () => {
    const { call, names } = setUp(1);
    const calls = [
      call('add'),
      call('remove', { at: REMOVE }),
      call('region', { place: { ...PLACE, region: 'cn-beijing' } }),
      call('account', { place: { ...PLACE, account: 'other' } }),
      call('second add'),
    ];
    await pass(1);
    expect(names()).toEqual(['add', 'remove', 'region', 'account']);
    await pass(60);
    await Promise.all(calls);
  });

  it('follows the limit of the operation where there is one', async () => {
    const limits = { default: { ratePerMinute: 1 }, [REMOVE]: { ratePerMinute: 400 } };
    const { call, names } = setUp(0, { limits });
    const calls = Array.from({ length: 10 }, (_, i) => call(`r${i}`, { at: REMOVE, tookMs: 900 }));
    calls.push(call('a0'), call('a1'));
    await pass(0.5);
    expect(names().filter((name) => name.startsWith('r'))).toHaveLength(4); // as many as may be under way
    expect(names().filter((name) => name.startsWith('a'))).toEqual(['a0']);
    await pass(60);
    await Promise.all(calls);
  });

  it('bounds how many calls are under way, and those that hang apart', async () => {
    const { call, names } = setUp(400, { underWay: { least: 2, most: 2, forFixes: 1, mostInAll: 3 } });
    const calls = ['a', 'b', 'c', 'd'].map((name) => call(name, { tookMs: 5000 }));
    await pass(0.9);
    expect(names()).toEqual(['a', 'b']);
    await pass(1);
    expect(names()).toEqual(['a', 'b', 'c']);
    await pass(10);
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    await Promise.all(calls);
  });

  it('lets a fix go at once though as many calls hang as may be under way, and no other beside it', async () => {
    const { call, started } = setUp(400);
    const others = Array.from({ length: 5 }, (_, i) => call(`${i}`, { tookMs: 5000 }));
    const fixes = ['fix', 'second fix'].map((name) => call(name, { urgency: 'fix', tookMs: 5000 }));
    await pass(0.5);
    expect(started.slice(4)).toEqual([['fix', 0]]);
    await pass(10);
    await Promise.all([...others, ...fixes]);
  });

  it('lets fix after fix go though as many calls hang as may be under way, and the routine have its turn', async () => {
    const { call, names } = setUp(400, { underWay: { least: 4, most: 4, forFixes: 3, mostInAll: 8 } });
    const others = Array.from({ length: 7 }, (_, i) => call(`${i}`, { tookMs: 5000 }));
    const fixes = Array.from({ length: 8 }, (_, i) => call(`fix ${i}`, { urgency: 'fix', tookMs: 20 }));
    await pass(0.5);
    const [first, then, last] = [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ].map((some) => some.map((i) => `fix ${i}`));
    expect(names().slice(4)).toEqual([...(first ?? []), '4', ...(then ?? []), '5', ...(last ?? [])]);
    await pass(10);
    await Promise.all([...others, ...fixes]);
  });

  it('lets the urgent go first, and equal ones in the order of arrival', async () => {
    const { call, names } = setUp(1);
    const calls = [call('first')];
    for (const [name, urgency] of [
      ['routine 1', 'routine'],
      ['routine 2', 'routine'],
      ['changed', 'changed'],
      ['fix', 'fix'],
    ] as const) {
      calls.push(call(name, { urgency }));
    }
    await pass(300);
    await Promise.all(calls);
    expect(names()).toEqual(['first', 'fix', 'changed', 'routine 1', 'routine 2']);
  });

  it('lets a fix go at once while the routine has to wait, and the routine have every fourth turn', async () => {
    const { call, started } = setUp(60);
    const routine = Array.from({ length: 100 }, (_, i) => call(`routine ${i}`));
    await pass(30);
    const fix = call('fix', { urgency: 'fix' });
    await pass(0);
    expect(started.at(-1)).toEqual(['fix', 30]);
    const fixes = Array.from({ length: 100 }, (_, i) => call(`fix ${i}`, { urgency: 'fix' }));
    await pass(60);
    const inThatMinute = started.filter(([, second]) => second > 31 && second <= 90);
    const ofRoutine = inThatMinute.filter(([name]) => name.startsWith('routine'));
    expect(inThatMinute.length).toBeGreaterThan(40);
    expect(ofRoutine.length).toBeGreaterThanOrEqual(Math.floor(inThatMinute.length / 4) - 1);
    await pass(300);
    await Promise.all([...routine, fix, ...fixes]);
  });

  it('has as many calls under way as the rate and the time to an answer make', async () => {
    const { call, names } = setUp(600, {
      maxWaiting: 2000,
      underWay: { least: 2, most: 64, forFixes: 1, mostInAll: 256 },
    });
    const calls = Array.from({ length: 1200 }, (_, i) => call(`${i}`, { tookMs: 3000 }));
    await pass(130);
    expect(names()).toHaveLength(1200);
    await pass(10);
    await Promise.all(calls);
  });

  it('is kept up however many calls hang', async () => {
    const { call, started } = setUp(300, { underWay: { least: 8, most: 64, forFixes: 1, mostInAll: 256 } });
    let stalled = 0;
    const onOverdue = () => (stalled += 1);
    const hanging = Array.from({ length: 40 }, (_, i) =>
      call(`hangs ${i}`, { tookMs: 120_000, onOverdue, answer: failed('unknown') }),
    );
    const calls = Array.from({ length: 260 }, (_, i) => call(`${i}`, { tookMs: 100 }));
    await pass(70);
    await Promise.all(calls);
    expect(started.at(-1)?.[1]).toBeLessThan(1.1 * 60);
    expect(stalled).toBe(40);
    await pass(120);
    await Promise.all(hanging);
  });

  it.each([
    { name: 'back by an hour', stepMs: -3_600_000 },
    { name: 'on by an hour', stepMs: 3_600_000 },
  ])('holds when the clock of the system is set $name', async ({ stepMs }) => {
    const { call, started, names } = setUp(4);
    const monotonic = () => performance.now();
    const starts: number[] = [];
    const calls = Array.from({ length: 8 }, (_, i) => call(`${i}`).then(() => void starts.push(monotonic())));
    await pass(50);
    expect(names()).toHaveLength(4);
    vi.setSystemTime(Date.now() + stepMs);
    await pass(8);
    expect(names()).toHaveLength(4);
    await pass(120);
    await Promise.all(calls);
    expect(started).toHaveLength(8);
    for (const [i, start] of starts.entries()) {
      expect((starts[i + 4] ?? Infinity) - start).toBeGreaterThanOrEqual(60_000);
    }
  });
});

describe('a throttled lane', () => {
  it('closes until the next minute, probes, reopens and says so', async () => {
    const { call, started, events, lanes } = setUp(12);
    await call('refused', { answer: failed('throttled') });
    const calls = [call('probe'), call('next')];
    await pass(60);
    await Promise.all(calls);
    expect(lanes.status()).toMatchObject([{ mode: 'open', callsPerMinute: 6, waiting: 0 }]);
    expect(started).toEqual([
      ['refused', 0],
      ['probe', 41],
      ['next', 50.001],
    ]);
    expect(events).toEqual([
      { event: 'lane.closed', fields: { ...PLACE, operation: ADD, reopensInMs: 41_000 } },
      { event: 'lane.reopened', fields: { ...PLACE, operation: ADD } },
    ]);
  });

  it('probes once a second until a probe is answered', async () => {
    const { call, started, events } = setUp(40);
    const refused = failed('throttled');
    await call('a', { answer: refused });
    const calls = [call('b', { answer: refused }), call('c', { answer: refused }), call('d')];
    await pass(60);
    await Promise.all(calls);
    expect(started.map(([, second]) => second)).toEqual([0, 41, 42, 43]);
    expect(events.map(({ event }) => event)).toEqual(['lane.closed', 'lane.reopened']);
  });

  it.each([
    { kind: 'rejected', reopens: true },
    { kind: 'denied', reopens: true },
    { kind: 'unknown', reopens: false },
    { kind: 'retry', reopens: false },
  ] as const)(
    'takes a probe that is answered $kind as a sign of open: $reopens',
    async ({ kind, reopens }) => {
      const { call, events } = setUp(40);
      await call('a', { answer: failed('throttled') });
      const probe = call('b', { answer: failed(kind) });
      await pass(42);
      await probe;
      expect(events.map(({ event }) => event)).toEqual(
        reopens ? ['lane.closed', 'lane.reopened'] : ['lane.closed'],
      );
    },
  );

  it('leaves the other lanes alone', async () => {
    const { call, names } = setUp(40);
    await call('refused', { answer: failed('throttled') });
    const calls = [call('other', { at: REMOVE }), call('same')];
    await pass(1);
    expect(names()).toEqual(['refused', 'other']);
    await pass(60);
    await Promise.all(calls);
  });

  it('hands the answer to the caller all the same', async () => {
    const { call } = setUp(40);
    expect(await call('a', { answer: failed('throttled', 7) })).toEqual(failed('throttled', 7));
  });
});

describe('no call is left hanging', () => {
  it('on close: waiting calls are refused, calls under way end, later calls are refused', async () => {
    const { lanes, call, names } = setUp(4, { underWay: { least: 1, most: 1, forFixes: 1, mostInAll: 1 } });
    const under = outcome(call('under way', { tookMs: 1000 }));
    const waiting = outcome(call('waiting'));
    await lanes.reserve(PLACE, { [ADD]: 1 });
    const planned = outcome(lanes.reserve(PLACE, { [ADD]: 2 }));
    lanes.close();
    lanes.close();
    expect(await waiting).toBeInstanceOf(LaneClosed);
    expect(await planned).toBeInstanceOf(LaneClosed);
    expect(await outcome(call('late'))).toBeInstanceOf(LaneClosed);
    expect(await outcome(call('late', { at: REMOVE }))).toBeInstanceOf(LaneClosed);
    expect(await outcome(lanes.reserve(PLACE, {}))).toBeInstanceOf(LaneClosed);
    await pass(1);
    expect(await under).toBe('done');
    await pass(300);
    expect(names()).toEqual(['under way']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('when a caller gives up: only its call leaves the queue', async () => {
    const { call, names, lanes } = setUp(4, { underWay: { least: 1, most: 1, forFixes: 1, mostInAll: 1 } });
    const patience = new AbortController();
    const calls = [call('a'), call('c')];
    const given = outcome(call('b', { signal: patience.signal }));
    const open = { ...PLACE, operation: ADD, mode: 'open', callsPerMinute: 4, started: 1 };
    expect(lanes.status()).toEqual([{ ...open, waiting: 2 }]);
    patience.abort();
    expect(await given).toBeInstanceOf(LaneClosed);
    expect(lanes.status()).toEqual([{ ...open, waiting: 1 }]);
    expect(await outcome(call('d', { signal: patience.signal }))).toBeInstanceOf(LaneClosed);
    await pass(60);
    await Promise.all(calls);
    expect(names()).toEqual(['a', 'c']);
  });

  it('when a call is under way and its caller aborts: it ends', async () => {
    const { call } = setUp(4);
    const patience = new AbortController();
    const under = call('a', { signal: patience.signal, tookMs: 1000 });
    await pass(0.5);
    patience.abort();
    await pass(1);
    expect(await under).toEqual(ok('a'));
  });

  it('when a task has a bug: its caller hears of it, and the lane goes on', async () => {
    const { lanes, call } = setUp(400);
    const bug = outcome(lanes.run(PLACE, ADD, () => Promise.reject(new TypeError('bug'))));
    expect(await bug).toBeInstanceOf(TypeError);
    expect(await call('next')).toEqual(ok('next'));
  });

  it('when the lane is full: the call is refused as certainly not sent', async () => {
    const { call } = setUp(1, { maxWaiting: 2 });
    const calls = ['runs', 'waits', 'waits too'].map((name) => call(name));
    expect(await call('too many')).toMatchObject({ ok: false, error: { kind: 'retry', code: 'Lane.Full' } });
    await pass(180);
    await Promise.all(calls);
  });
});

describe('a reservation', () => {
  it('keeps a plan from running out of calls between its halves', async () => {
    const { lanes, call, names } = setUp(8);
    const reservation = await lanes.reserve(PLACE, { [ADD]: 1, [REMOVE]: 1 });
    const crowd = Array.from({ length: 20 }, (_, i) => call(`crowd ${i}`, { at: REMOVE }));
    const added = call('add', { reservation, tookMs: 46_000 });
    await pass(46);
    await added;
    expect(names().filter((name) => name.startsWith('crowd'))).toHaveLength(7);
    const removed = call('remove', { at: REMOVE, reservation });
    await pass(0);
    await removed;
    expect(names().at(-1)).toBe('remove');
    reservation.release();
    reservation.release();
    await pass(200);
    await Promise.all(crowd);
  });

  it('waits until the whole plan fits, against a steady stream of small calls', async () => {
    const { lanes, call, started, names } = setUp(8);
    const small: Array<Promise<unknown>> = [];
    const stream = setInterval(() => small.push(call('small')), 2000);
    await pass(120);
    let granted = false;
    const plan = lanes.reserve(PLACE, { [ADD]: 8 }).then((reservation) => {
      granted = true;
      return reservation;
    });
    await pass(125);
    expect(granted).toBe(true);
    const steps = Array.from({ length: 4 }, async () => call('step', { reservation: await plan }));
    await pass(60);
    await Promise.all(steps);
    const seconds = started.filter(([name]) => name === 'step').map(([, second]) => second);
    expect(seconds).toHaveLength(4);
    expect(seconds.at(-1)! - seconds[0]!).toBeLessThan(1);
    clearInterval(stream);
    (await plan).release();
    expect(names().filter((name) => name === 'small').length).toBeGreaterThan(16);
    const left = Promise.allSettled(small);
    lanes.close();
    await left;
  });

  it('lets small plans go before large ones, but not for ever', async () => {
    const { lanes } = setUp(8);
    const order: string[] = [];
    const plan = (name: string, calls: number) =>
      lanes.reserve(PLACE, { [ADD]: calls }, {}).then(async (reservation) => {
        order.push(name);
        for (let i = 0; i < calls; i += 1)
          await lanes.run(PLACE, ADD, () => Promise.resolve(ok(i)), { reservation });
        reservation.release();
      });
    const plans = [plan('first', 8), plan('second', 8), plan('large', 8), plan('small', 1)];
    for (let i = 0; i < 20; i += 1) {
      await pass(15);
      plans.push(plan('later', 2));
    }
    await pass(600);
    await Promise.all(plans);
    expect(order.slice(0, 2)).toEqual(['first', 'small']);
    expect(order.indexOf('large')).toBeGreaterThan(3);
    expect(order.indexOf('large')).toBeLessThan(21);
    expect(order).toHaveLength(24);
  });

  it('is not overtaken by one that came later and would fit', async () => {
    const { lanes, call } = setUp(8);
    await Promise.all([call('a'), call('b')]);
    const order: string[] = [];
    const take = (name: string, calls: number) =>
      lanes.reserve(PLACE, { [ADD]: calls }).then((reservation) => {
        order.push(name);
        return reservation;
      });
    const large = take('large', 8);
    const small = take('small', 1);
    await pass(61);
    (await large).release();
    (await small).release();
    expect(order).toEqual(['large', 'small']);
  });

  it('that is used up and released leaves the books straight', async () => {
    const { lanes, call, names } = setUp(8);
    const first = await lanes.reserve(PLACE, { [ADD]: 2 });
    await Promise.all([call('1', { reservation: first }), call('2', { reservation: first })]);
    first.release();
    const second = await lanes.reserve(PLACE, { [ADD]: 4 });
    const crowd = Array.from({ length: 8 }, (_, i) => call(`crowd ${i}`));
    await pass(50);
    expect(names().filter((name) => name.startsWith('crowd'))).toHaveLength(2);
    second.release();
    await pass(120);
    await Promise.all(crowd);
  });

  it('never lets two plans wait for each other', async () => {
    const { lanes, call } = setUp(4);
    const one = lanes.reserve(PLACE, { [ADD]: 4, [REMOVE]: 4 });
    const two = lanes.reserve(PLACE, { [REMOVE]: 4, [ADD]: 4 });
    const first = await one;
    // A call that the plan forgot to reserve finds a way, too.
    const forgotten = call('forgotten');
    await pass(60);
    await forgotten;
    first.release();
    await pass(61);
    (await two).release();
  });

  it('of more than half a minute holds is given half a minute, and goes on at the pace of the lane', async () => {
    const { lanes, call, started } = setUp(4);
    const reservation = await lanes.reserve(PLACE, { [ADD]: 12 });
    const calls = Array.from({ length: 12 }, (_, i) => call(`${i}`, { reservation }));
    await pass(240);
    await Promise.all(calls);
    reservation.release();
    expect(started.at(-1)?.[1]).toBeLessThan(170);
  });

  it('of large plans side by side leaves the lane no minute of idleness, and small ones come in between', async () => {
    const { lanes, call, started } = setUp(12);
    const plan = async (name: string, calls: number) => {
      const reservation = await lanes.reserve(PLACE, { [ADD]: calls }, {});
      for (let i = 0; i < calls; i += 1) await call(name, { reservation });
      reservation.release();
    };
    const plans = Array.from({ length: 4 }, () => plan('large', 30));
    await pass(200);
    plans.push(plan('small', 1));
    await pass(800);
    await Promise.all(plans);
    const secondsOf = (name: string) => started.filter((each) => each[0] === name).map(([, at]) => at);
    expect(secondsOf('large')).toHaveLength(120);
    expect(secondsOf('large').at(-1)).toBeLessThan(1.2 * (120 / 12) * 60);
    expect(secondsOf('small')[0]).toBeLessThan(20 + 200 + 15);
  });

  it('of a small fix is there within seconds, however many plans go on and wait beside it', async () => {
    const { lanes, call } = setUp(60);
    const plan = async (calls: number, urgency: 'fix' | 'routine') => {
      const reservation = await lanes.reserve(PLACE, { [ADD]: calls }, { urgency });
      for (let i = 0; i < calls; i += 1) await call('step', { reservation, urgency });
      reservation.release();
      return performance.now();
    };
    const waits: number[] = [];
    const plans = [plan(300, 'routine'), ...Array.from({ length: 100 }, () => plan(1, 'routine'))];
    for (let i = 0; i < 10; i += 1) {
      await pass(20);
      const askedMs = performance.now();
      plans.push(plan(1, 'fix').then((doneMs) => waits.push(doneMs - askedMs)));
    }
    await pass(600);
    await Promise.all(plans);
    expect(waits).toHaveLength(10);
    expect(Math.max(...waits)).toBeLessThan(2000);
  });

  it('waits while a lane is closed, and then probes', async () => {
    const { lanes, call } = setUp(8);
    await call('refused', { answer: failed('throttled') });
    let second = 0;
    const plan = lanes.reserve(PLACE, { [ADD]: 2 }).then((reservation) => {
      second = 20 + performance.now() / 1000;
      return reservation;
    });
    await pass(40);
    expect(second).toBe(0);
    await pass(2);
    (await plan).release();
  });

  it('of nothing is there at once', async () => {
    const { lanes } = setUp(1);
    (await lanes.reserve(PLACE, { [ADD]: 0 })).release();
  });

  it('that its plan gives up is not granted any more', async () => {
    const { lanes, call } = setUp(4);
    const first = await lanes.reserve(PLACE, { [ADD]: 2 });
    const second = await lanes.reserve(PLACE, { [ADD]: 1 });
    const patience = new AbortController();
    const given = outcome(lanes.reserve(PLACE, { [ADD]: 2 }, { signal: patience.signal }));
    patience.abort();
    expect(await given).toBeInstanceOf(LaneClosed);
    first.release();
    second.release();
    expect(await call('now free')).toEqual(ok('now free'));
  });
});
