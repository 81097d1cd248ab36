// One place, whose cloud lists its groups when the test says so.
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../../reconciler/model/result.ts';
import { ok } from '../../../../reconciler/model/result.ts';
import type { DesiredGroup, GroupRef } from '../../../../reconciler/model/group.ts';
import type { Clock } from '../../../../daemon/clock.ts';
import type { Failure } from '../../../../daemon/ecs/failures/failure.ts';
import type { ListedGroup } from '../../../../daemon/ecs/api.ts';
import { Controller } from '../../../../daemon/schedule/controller.ts';
import type { Engine } from '../../../../daemon/reconcile/engine.ts';
import { soleOwner } from '../../../../daemon/journal/ownership.ts';
import { ManagedGroups } from '../../../../daemon/schedule/managed-groups.ts';
import { PlaceResolver } from '../../../../daemon/schedule/place-resolver.ts';
import { TargetResolver } from '../../../../daemon/schedule/selectors.ts';
import { fakeEngine, NO_ROUNDS, QUIET_HEADS, REFUSING_ECS } from '../../../support/fake-engine.ts';
import { EventLog } from '../../../support/service.ts';

const PLACE = { account: 'default', region: 'cn-hangzhou' };

const named = (name: string): DesiredGroup => ({
  ...PLACE,
  selector: { kind: 'name', name },
  mode: null,
  alone: false,
  ignore: [],
  rules: { ingress: [], egress: null },
  source: { file: 'web.yaml', line: 1, column: 1 },
});

const R1 = { revision: 'r1', isSure: true };
const R2 = { revision: 'r2', isSure: true };

type Found = Result<readonly string[], Failure>;

const FAILED: Found = {
  ok: false,
  error: {
    kind: 'retry',
    code: 'Busy',
    message: 'busy',
    requestId: null,
    httpStatus: null,
    retryAfterMs: null,
  },
};

/** What the cloud lists, by id. */
const LISTED: Readonly<Record<string, Omit<ListedGroup, 'id'>>> = {
  'sg-web': { name: 'web', tags: {} },
  'sg-db': { name: 'db', tags: {} },
  'sg-a': { name: 'web', tags: { Tier: 'web' } },
  'sg-b': { name: 'b', tags: { Tier: 'web' } },
  'sg-c': { name: 'other', tags: {} },
};

const listedGroup = (id: string): ListedGroup => ({ id, ...(LISTED[id] ?? { name: id, tags: {} }) });

function setUp(parts: Partial<Engine> = {}) {
  const searches: Array<(found: Found) => void> = [];
  const log = new EventLog();
  const engine = fakeEngine({
    telemetry: log,
    // Every resolution lists.
    resyncMs: 0,
    ecs: {
      ...REFUSING_ECS,
      describeGroup: () => new Promise(() => undefined),
      listGroups: () =>
        new Promise((answer) => {
          searches.push((found) =>
            answer(found.ok ? ok({ readMs: 0, groups: found.value.map(listedGroup) }) : found),
          );
        }),
    },
    ...parts,
  });
  const controller = new Controller(engine, {
    concurrency: 4,
    retryMs: 1000,
    random: () => 0,
    onProgress: () => undefined,
    rounds: NO_ROUNDS,
  });
  const stop = new AbortController();
  /** Of each hand-over: whether another group of this place, and one elsewhere, may be meant after it. */
  const abandoned: string[][] = [];
  const managed = new ManagedGroups(engine);
  const resolver = new PlaceResolver(PLACE, {
    engine,
    managed,
    resolver: new TargetResolver(engine, 'enforce'),
    controller,
    stopping: stop.signal,
    abandon: (meant) => {
      const refs: GroupRef[] = [
        { ...PLACE, id: 'here' },
        { ...PLACE, region: 'cn-beijing', id: 'elsewhere' },
      ];
      abandoned.push(refs.filter((group) => !meant(group)).map(({ id }) => id));
      return Promise.resolve();
    },
    inTurn: (work) => work(),
    grant: () => Promise.resolve(),
    onHandedOver: () => undefined,
  });
  const groups = () => controller.tally.status().map(({ id }) => id);
  const answer = async (found: Found) => {
    searches.shift()?.(found);
    await new Promise((resolve) => void setImmediate(resolve));
  };
  return { engine, managed, resolver, controller, searches, answer, groups, abandoned, log, stop };
}

describe('the resolver of a place', () => {
  it('hands the groups that its selectors mean to the controller', async () => {
    const { resolver, answer, groups } = setUp();
    resolver.setGroups([named('web')], R1);
    void resolver.resolve();
    expect(resolver.wasHandedOver).toBe(false);
    await answer(ok(['sg-web']));
    expect(groups()).toEqual(['sg-web']);
    expect(resolver.wasHandedOver).toBe(true);
  });

  it('resolves once more, and only once, when it was asked several times meanwhile', async () => {
    const { resolver, searches, answer } = setUp();
    resolver.setGroups([named('web')], R1);
    for (let time = 0; time < 3; time += 1) void resolver.resolve();
    expect(searches).toHaveLength(1);
    await answer(ok(['sg-web']));
    expect(searches).toHaveLength(1);
    await answer(ok(['sg-web']));
    expect(searches).toHaveLength(0);
  });

  it('does not put in force what was resolved for policies that have changed since', async () => {
    const { resolver, searches, answer, groups } = setUp();
    resolver.setGroups([named('web')], R1);
    void resolver.resolve();
    resolver.setGroups([named('db')], R1);
    void resolver.resolve();
    await answer(ok(['sg-web']));
    expect(groups()).toEqual([]);
    expect(searches).toHaveLength(1);
    await answer(ok(['sg-db']));
    expect(groups()).toEqual(['sg-db']);
  });

  it('puts in force what was resolved while the same policies were loaded again', async () => {
    const { resolver, answer, groups } = setUp();
    const web = named('web');
    resolver.setGroups([web], R1);
    void resolver.resolve();
    resolver.setGroups([web], R1);
    await answer(ok(['sg-web']));
    expect(groups()).toEqual(['sg-web']);
  });

  it('hands over nothing once the daemon stops', async () => {
    const { resolver, searches, answer, groups, stop } = setUp();
    resolver.setGroups([named('web')], R1);
    void resolver.resolve();
    void resolver.resolve();
    stop.abort();
    await answer(ok(['sg-web']));
    expect(groups()).toEqual([]);
    expect(searches).toHaveLength(0);
  });
});

/** Each turn is over as soon as it has begun; what others do in theirs is `onTurn`. */
function hastyClock(onTurn: () => void): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => (nowMs += 1000),
    sleep: () => {
      onTurn();
      return Promise.resolve();
    },
  };
}

it.each([1, 2, 3, 4, 5, 6])(
  'manages no group of a shard that another replica looks after since turn %i of the hand-over',
  async (turn) => {
    const lost = new Set<string>();
    const followed: string[] = [];
    let turns = 0;
    const { resolver, controller, answer, groups } = setUp({
      ownership: {
        ...soleOwner({ owner: 'test', epoch: 1 }),
        looksAfter: ({ id }) => !lost.has(id),
      },
      heads: {
        ...QUIET_HEADS,
        follow: (some) => followed.push(...some.filter(({ id }) => lost.has(id)).map(({ id }) => id)),
      },
      clock: hastyClock(() => {
        turns += 1;
        if (turns !== turn) return;
        lost.add('sg-db').add('sg-web');
        void controller.release(({ id }) => lost.has(id));
      }),
    });
    resolver.setGroups([named('web'), named('b'), named('db')], R1);
    const resolved = resolver.resolve();
    await answer(ok(['sg-web', 'sg-b', 'sg-db']));
    await resolved;
    expect(turns).toBeGreaterThanOrEqual(turn);
    expect([groups(), followed]).toEqual([['sg-b'], []]);
  },
);

describe('intents of groups that the policies do not mean', () => {
  it('are closed in a place whose selectors were all resolved', async () => {
    const { resolver, answer, abandoned } = setUp();
    resolver.setGroups([named('web')], R1);
    void resolver.resolve();
    await answer(ok(['sg-web']));
    expect(abandoned).toEqual([['here']]);
  });

  it('stay open where a selector could not be resolved, which is reported', async () => {
    const { resolver, answer, abandoned, log } = setUp();
    resolver.setGroups([named('web')], R1);
    void resolver.resolve();
    await answer(FAILED);
    expect(abandoned).toEqual([]);
    expect(log.events).toMatchObject([
      { event: 'group.describe_failed', group: 'name "web"', kind: 'retry', code: 'Busy', revision: 'r1' },
    ]);
  });

  it('stay open while the policies that it was resolved for have problems', async () => {
    const { resolver, answer, abandoned } = setUp();
    resolver.setGroups([named('web')], { ...R1, isSure: false });
    void resolver.resolve();
    await answer(ok(['sg-web']));
    expect(abandoned).toEqual([]);
  });
});

describe('groups that come under management and leave it', () => {
  const changesOf = ({ log }: ReturnType<typeof setUp>) =>
    log.events
      .filter(({ event }) => event === 'group.managed' || event === 'group.released')
      .map((event) => `${event.event} ${String(event.group)}: ${String(event.reason)}`);
  const tagged = (file: string): DesiredGroup => ({
    ...named('web'),
    selector: { kind: 'tags', tags: { Tier: 'web' } },
    source: { file, line: 4, column: 1 },
  });

  it('are said once each, with what brought them in and what let them go', async () => {
    const scene = setUp();
    const { resolver, answer, managed } = scene;
    const lookAgain = async (found: Found) => {
      void resolver.resolve();
      await answer(found);
    };
    resolver.setGroups([tagged('web.yaml')], R1);
    await lookAgain(ok(['sg-a']));
    await lookAgain(ok(['sg-a', 'sg-b']));
    await lookAgain(ok(['sg-b']));
    await lookAgain(FAILED);
    await lookAgain(ok(['sg-b']));
    resolver.setGroups([named('other')], R1);
    await lookAgain(ok(['sg-c']));
    expect(changesOf(scene)).toEqual([
      'group.managed sg-a: it has the tags Tier=web, which web.yaml:4 names',
      'group.managed sg-b: it has the tags Tier=web, which web.yaml:4 names',
      'group.released sg-a: it no longer has the tags Tier=web, which web.yaml:4 names',
      'group.released sg-b: web.yaml no longer names tags Tier=web',
      'group.managed sg-c: it has the name "other", which web.yaml:1 names',
    ]);
    expect(managed.changes.released.map(({ id }) => id)).toEqual(['sg-a', 'sg-b']);
  });

  it('are said of the revision that names them', async () => {
    const { resolver, answer, log } = setUp();
    resolver.setGroups([tagged('web.yaml')], R1);
    void resolver.resolve();
    await answer(ok(['sg-a']));
    resolver.setGroups([tagged('web.yaml')], R2);
    void resolver.resolve();
    await answer(ok(['sg-b']));
    expect(log.events.map(({ event, group, revision }) => [event, group, revision])).toEqual([
      ['group.managed', 'sg-a', 'r1'],
      ['group.released', 'sg-a', 'r2'],
      ['group.managed', 'sg-b', 'r2'],
    ]);
  });

  it('say that a file is gone', async () => {
    const scene = setUp();
    scene.resolver.setGroups([tagged('web.yaml')], R1);
    void scene.resolver.resolve();
    await scene.answer(ok(['sg-a']));
    scene.resolver.setGroups([], R1);
    await scene.resolver.resolve();
    expect(changesOf(scene).at(-1)).toBe(
      'group.released sg-a: no policy file web.yaml names groups any more',
    );
  });

  it('are known from the journal, and those of a new journal are no news at the first look', async () => {
    const fresh = setUp();
    await fresh.managed.recall();
    fresh.resolver.setGroups([named('web')], R1);
    void fresh.resolver.resolve();
    await fresh.answer(ok(['sg-a']));
    expect(changesOf(fresh)).toEqual([]);

    const again = setUp();
    await again.engine.journal.setFacts({ ...PLACE, id: 'sg-a' }, { takenOver: true });
    await again.engine.journal.setFacts({ ...PLACE, id: 'sg-old' }, { takenOver: true });
    await again.managed.recall();
    again.resolver.setGroups([named('web')], R1);
    void again.resolver.resolve();
    await again.answer(FAILED);
    expect(changesOf(again)).toEqual([]);
    void again.resolver.resolve();
    await again.answer(ok(['sg-a']));
    expect(changesOf(again)).toEqual(['group.released sg-old: no policy names it any more']);
  });
});
