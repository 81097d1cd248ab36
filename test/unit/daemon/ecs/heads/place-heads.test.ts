// The store of heads over a cloud that is a table, whose calls are counted and answered when the test says so. What must
// hold: few calls, no head older than allowed, no group taken for gone that is only unread, and all news told.
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../../../reconciler/model/result.ts';
import { err, ok } from '../../../../../reconciler/model/result.ts';
import type { WireGroup } from '../../../../../daemon/ecs/convert/answer-schemas.ts';
import { makeFailure, type Failure, type FailureKind } from '../../../../../daemon/ecs/failures/failure.ts';
import { PlaceHeads, type HeadWish } from '../../../../../daemon/ecs/heads/place-heads.ts';
import { paramsOf } from '../../../../../daemon/ecs/ask.ts';
import type { HeadCause } from '../../../../../daemon/ecs/heads/heads.ts';
import { instantClock } from '../../../../support/fake-engine.ts';

const PLACE = { account: 'main', region: 'cn-hangzhou' };
const OBSERVE_MS = 300_000;
const WRITE_MS = 60_000;

const headOf = (id: string, changes: Partial<WireGroup> = {}): WireGroup => ({
  SecurityGroupId: id,
  SecurityGroupName: `name of ${id}`,
  VpcId: 'vpc-1',
  SecurityGroupType: 'normal',
  ServiceManaged: false,
  Tags: [],
  RuleCount: 5,
  GroupToGroupRuleCount: 0,
  ...changes,
});

const failure = (kind: FailureKind): Failure => makeFailure({ kind, code: 'Broken', message: 'broken' });

const idsUpTo = (count: number): string[] => Array.from({ length: count }, (_, index) => `sg-${index}`);

function setUp(count = 1) {
  const clock = instantClock();
  const cloud = new Map(idsUpTo(count).map((id) => [id, headOf(id)]));
  const calls: string[][] = [];
  const news: string[] = [];
  const causes: HeadCause[] = [];
  const ambush: { answer: ((ids: readonly string[]) => Failure | null) | null; turn: Promise<void> } = {
    answer: null,
    turn: Promise.resolve(),
  };
  const heads = new PlaceHeads({
    place: PLACE,
    clock,
    ages: { observeMs: OBSERVE_MS, writeMs: WRITE_MS },
    listener: () => ({
      onNews: ({ group, reason }) => void news.push(`${group.id}: ${reason}`),
      onPage: ({ cause }) => void causes.push(cause),
    }),
    readGroups: async (_at, filter): Promise<Result<readonly WireGroup[], Failure>> => {
      await ambush.turn;
      const ids = JSON.parse(paramsOf(filter).SecurityGroupIds ?? '[]') as string[];
      calls.push(ids);
      const refusal = ambush.answer?.(ids) ?? null;
      return refusal === null ? ok(ids.flatMap((id) => cloud.get(id) ?? [])) : err(refusal);
    },
  });
  const toLook: HeadWish = { cause: 'old', maxAgeMs: OBSERVE_MS, manner: {} };
  const toWrite: HeadWish = { cause: 'write', maxAgeMs: WRITE_MS, manner: {} };
  const look = (id: string, seen = 5) => {
    heads.noteLook(id, { rules: seen, naming: 0 }, clock.monotonicMs());
  };
  return { heads, clock, cloud, calls, news, causes, ambush, toLook, toWrite, look };
}

describe('a head', () => {
  it('is read once and remembered until it is too old for what it is needed for', async () => {
    const { heads, clock, calls, causes, toLook, toWrite } = setUp();
    expect(await heads.read('sg-0', toLook)).toMatchObject({ ok: true, value: { SecurityGroupId: 'sg-0' } });
    await clock.sleep(WRITE_MS);
    await heads.read('sg-0', toWrite);
    expect(calls).toHaveLength(1);
    await clock.sleep(1);
    await heads.read('sg-0', toLook);
    expect(calls).toHaveLength(1);
    await heads.read('sg-0', toWrite);
    expect(calls).toHaveLength(2);
    await clock.sleep(OBSERVE_MS + 1);
    await heads.read('sg-0', toLook);
    expect(causes).toEqual(['unknown', 'write', 'old']);
  });

  it('of a group that is not there is a failure that says RAM may hide it, and is not believed for long', async () => {
    const { heads, clock, cloud, calls, toLook } = setUp();
    const gone = await heads.read('sg-9', toLook);
    expect(gone).toMatchObject({ ok: false, error: { kind: 'rejected', code: 'Transport.GroupNotFound' } });
    await heads.read('sg-9', toLook);
    expect(calls).toHaveLength(1);
    cloud.set('sg-9', headOf('sg-9'));
    await clock.sleep(2001);
    expect(await heads.read('sg-9', toLook)).toMatchObject({ ok: true });
  });

  it('that could not be read is a failure, and the next reader asks again', async () => {
    const { heads, ambush, calls, toLook } = setUp();
    ambush.answer = () => failure('retry');
    expect(await heads.read('sg-0', toLook)).toMatchObject({ ok: false, error: { kind: 'retry' } });
    ambush.answer = null;
    expect(await heads.read('sg-0', toLook)).toMatchObject({ ok: true });
    expect(calls).toHaveLength(2);
  });

  it('that is doubted is read by the next who needs it', async () => {
    const { heads, calls, toLook } = setUp();
    await heads.read('sg-0', toLook);
    heads.doubt('sg-0');
    await heads.read('sg-0', toLook);
    expect(calls).toHaveLength(2);
  });

  it('is waited for no longer than the reader wants', async () => {
    const { heads, ambush, toLook } = setUp();
    ambush.turn = new Promise(() => undefined);
    const stop = new AbortController();
    const answer = heads.read('sg-0', { ...toLook, manner: { signal: stop.signal } });
    stop.abort();
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'retry', code: 'Transport.GivenUp' } });
  });
});

describe('calls for heads', () => {
  it('are shared by all who ask before the call has its turn, a hundred at most', async () => {
    const { heads, calls, toLook } = setUp(250);
    await Promise.all(idsUpTo(250).map((id) => heads.read(id, toLook)));
    expect(calls.map(({ length }) => length)).toEqual([100, 100, 50]);
  });

  it('are shared by who asks for the same group while it is being read', async () => {
    const { heads, ambush, calls, toLook } = setUp();
    let go = (): void => undefined;
    ambush.turn = new Promise((resolve) => (go = resolve));
    const first = heads.read('sg-0', toLook);
    await new Promise((resolve) => void setImmediate(resolve));
    const second = heads.read('sg-0', toLook);
    go();
    expect(await first).toEqual(await second);
    expect(calls).toEqual([['sg-0']]);
  });

  it('that wait and are less urgent carry no one who is more urgent', async () => {
    const { heads, calls, toLook } = setUp(2);
    const routine = heads.read('sg-0', toLook);
    const fix = heads.read('sg-1', { ...toLook, manner: { urgency: 'fix' } });
    await Promise.all([routine, fix]);
    expect(calls).toEqual([['sg-0'], ['sg-1']]);
  });

  it('are filled up with the followed groups that are looked at next: one a hundred looks', async () => {
    const { heads, clock, calls, toLook, look } = setUp(1000);
    const ids = idsUpTo(1000);
    heads.follow(ids, null);
    for (let round = 0; round < 3; round += 1) {
      for (const id of ids) {
        await heads.read(id, toLook);
        look(id);
        await clock.sleep(OBSERVE_MS / 1000);
      }
    }
    expect(calls.length).toBeGreaterThanOrEqual(20);
    expect(calls.length).toBeLessThanOrEqual(30);
  });

  it('are not needed for groups that a listing has just told of', async () => {
    const { heads, clock, cloud, calls, toLook } = setUp(2);
    heads.follow(idsUpTo(2), { byId: cloud, readMs: clock.monotonicMs() });
    await heads.read('sg-1', toLook);
    await heads.probe({}, 48_000);
    expect(calls).toEqual([]);
  });

  it('leave out groups that are no longer followed', async () => {
    const { heads, calls, toLook } = setUp(3);
    heads.follow(idsUpTo(3), null);
    heads.follow(['sg-0', 'sg-2'], null);
    await heads.read('sg-0', toLook);
    expect(calls).toEqual([['sg-0', 'sg-2']]);
  });
});

describe('an id that spoils a page', () => {
  const refusing = (bad: string, kind: FailureKind) => (ids: readonly string[]) =>
    ids.includes(bad) ? failure(kind) : null;

  it.each<FailureKind>(['rejected', 'denied'])(
    'that is %s fails alone, and shares no page again',
    async (kind) => {
      const { heads, clock, ambush, calls, toLook } = setUp(3);
      heads.follow(idsUpTo(3), null);
      ambush.answer = refusing('sg-1', kind);
      expect(await heads.read('sg-0', toLook)).toMatchObject({ ok: true });
      expect(await heads.read('sg-1', toLook)).toMatchObject({ ok: false, error: { kind } });
      calls.length = 0;
      await clock.sleep(OBSERVE_MS + 1);
      await heads.read('sg-0', toLook);
      await heads.read('sg-2', toLook);
      expect(calls).toEqual([['sg-0', 'sg-2']]);
    },
  );

  it('is asked for with the others again once it has been answered', async () => {
    const { heads, clock, ambush, calls, toLook } = setUp(2);
    heads.follow(idsUpTo(2), null);
    ambush.answer = refusing('sg-1', 'denied');
    await heads.read('sg-1', toLook);
    ambush.answer = null;
    expect(await heads.read('sg-1', toLook)).toMatchObject({ ok: true });
    calls.length = 0;
    await clock.sleep(OBSERVE_MS + 1);
    await heads.read('sg-0', toLook);
    expect(calls).toEqual([['sg-0', 'sg-1']]);
  });
});

describe('news', () => {
  it('are told of a followed group that another reader’s page or a probe brought', async () => {
    const { heads, clock, cloud, news, look } = setUp(4);
    heads.follow(idsUpTo(4), null);
    await heads.probe({}, 0);
    for (const id of idsUpTo(4)) look(id);
    cloud.set('sg-0', headOf('sg-0', { RuleCount: 6 }));
    cloud.set('sg-1', headOf('sg-1', { Tags: [{ TagKey: 'a', TagValue: 'b' }] }));
    cloud.set('sg-2', headOf('sg-2', { ServiceManaged: true }));
    cloud.delete('sg-3');
    await clock.sleep(1);
    await heads.probe({}, 0);
    expect(news).toEqual([
      'sg-0: the cloud tells of 6 rules (0 naming a group), and the last look saw 5 rules (0 naming a group)',
      'sg-1: its tags changed',
      'sg-2: its owner changed',
      'sg-3: it is gone, or RAM hides it',
    ]);
    await clock.sleep(1);
    await heads.probe({}, 0);
    expect(news).toHaveLength(4);
  });

  it('are not told to who reads the head anyway', async () => {
    const { heads, clock, cloud, news, toLook, look } = setUp();
    heads.follow(['sg-0'], null);
    await heads.read('sg-0', toLook);
    look('sg-0');
    cloud.set('sg-0', headOf('sg-0', { RuleCount: 6 }));
    await clock.sleep(OBSERVE_MS + 1);
    await heads.read('sg-0', toLook);
    expect(news).toEqual([]);
  });

  it('come from a listing of the whole place too', async () => {
    const { heads, clock, news, toLook, look } = setUp(2);
    heads.follow(idsUpTo(2), null);
    await heads.read('sg-0', toLook);
    for (const id of idsUpTo(2)) look(id);
    await clock.sleep(1);
    heads.takeListing({
      byId: new Map([['sg-0', headOf('sg-0', { RuleCount: 4 })]]),
      readMs: clock.monotonicMs(),
    });
    expect(news.map((each) => each.split(':')[0])).toEqual(['sg-0', 'sg-1']);
  });

  it('are none where an endpoint tells no counts, which the probe answers', async () => {
    const { heads, clock, cloud, news, look } = setUp(2);
    heads.follow(idsUpTo(2), null);
    for (const id of idsUpTo(2)) cloud.set(id, headOf(id, { RuleCount: null, GroupToGroupRuleCount: null }));
    expect(await heads.probe({}, 0)).toEqual({ ok: true, value: { read: 2, uncounted: 2 } });
    look('sg-0', 7);
    await clock.sleep(1);
    await heads.probe({}, 0);
    expect(news).toEqual([]);
  });
});

describe('the probe', () => {
  it('reads what is old enough, oldest first, a hundred a call, and nothing that was read meanwhile', async () => {
    const { heads, clock, calls, toLook } = setUp(250);
    heads.follow(idsUpTo(250), null);
    await heads.probe({}, 0);
    expect(calls.map(({ length }) => length)).toEqual([100, 100, 50]);
    await clock.sleep(50_000);
    await heads.read('sg-7', { ...toLook, maxAgeMs: 0 });
    calls.length = 0;
    await heads.probe({}, 48_000);
    expect(calls.flat()).toHaveLength(249);
    await heads.probe({}, 48_000);
    expect(calls).toHaveLength(3);
  });

  it('that fails asks again in its time, not at once', async () => {
    const { heads, clock, ambush, calls } = setUp(2);
    heads.follow(idsUpTo(2), null);
    ambush.answer = () => failure('rejected');
    expect(await heads.probe({}, 48_000)).toMatchObject({ ok: false });
    await heads.probe({}, 48_000);
    expect(calls).toHaveLength(1);
    await clock.sleep(48_000);
    await heads.probe({}, 48_000);
    expect(calls).toHaveLength(2);
  });
});
