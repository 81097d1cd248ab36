// One place, whose cloud finds groups by name when the test says so.
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../../reconciler/model/result.ts';
import { ok } from '../../../../reconciler/model/result.ts';
import { placeKey, type DesiredGroup, type GroupRef } from '../../../../reconciler/model/group.ts';
import type { Failure } from '../../../../daemon/ecs/failures/failure.ts';
import { Controller } from '../../../../daemon/schedule/controller.ts';
import { PlaceResolver } from '../../../../daemon/schedule/place-resolver.ts';
import { TargetResolver } from '../../../../daemon/schedule/selectors.ts';
import { fakeEngine, REFUSING_ECS } from '../../../support/fake-engine.ts';
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

function setUp() {
  const searches: Array<{ readonly name: string; readonly answer: (found: Found) => void }> = [];
  const log = new EventLog();
  const engine = fakeEngine({
    telemetry: log,
    ecs: {
      ...REFUSING_ECS,
      describeGroup: () => new Promise(() => undefined),
      findGroups: (_place, selector) =>
        new Promise((answer) => {
          searches.push({ name: selector.kind === 'name' ? selector.name : '', answer });
        }),
    },
  });
  const controller = new Controller(engine, {
    concurrency: 4,
    retryMs: 1000,
    random: () => 0,
    onProgress: () => undefined,
  });
  const stop = new AbortController();
  const policies = { revision: 'r1', problems: 0 };
  /** Of each hand-over: whether another group of this place, and one elsewhere, may be meant after it. */
  const abandoned: string[][] = [];
  const resolver = new PlaceResolver(placeKey(PLACE), {
    engine,
    resolver: new TargetResolver(engine.ecs, 'enforce'),
    controller,
    stopping: stop.signal,
    policies: () => policies,
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
  const groups = () => controller.status().map(({ id }) => id);
  const answer = async (found: Found) => {
    searches.shift()?.answer(found);
    await new Promise((resolve) => void setImmediate(resolve));
  };
  return { resolver, controller, searches, answer, groups, policies, abandoned, log, stop };
}

describe('the resolver of a place', () => {
  it('hands the groups that its selectors mean to the controller', async () => {
    const { resolver, answer, groups } = setUp();
    resolver.setGroups([named('web')]);
    void resolver.resolve();
    expect(resolver.wasHandedOver).toBe(false);
    await answer(ok(['sg-web']));
    expect(groups()).toEqual(['sg-web']);
    expect(resolver.wasHandedOver).toBe(true);
  });

  it('resolves once more, and only once, when it was asked several times meanwhile', async () => {
    const { resolver, searches, answer } = setUp();
    resolver.setGroups([named('web')]);
    for (let time = 0; time < 3; time += 1) void resolver.resolve();
    expect(searches).toHaveLength(1);
    await answer(ok(['sg-web']));
    expect(searches).toHaveLength(1);
    await answer(ok(['sg-web']));
    expect(searches).toHaveLength(0);
  });

  it('does not put in force what was resolved for policies that have changed since', async () => {
    const { resolver, searches, answer, groups } = setUp();
    resolver.setGroups([named('web')]);
    void resolver.resolve();
    resolver.setGroups([named('db')]);
    void resolver.resolve();
    await answer(ok(['sg-web']));
    expect(groups()).toEqual([]);
    expect(searches.map(({ name }) => name)).toEqual(['db']);
    await answer(ok(['sg-db']));
    expect(groups()).toEqual(['sg-db']);
  });

  it('puts in force what was resolved while equal policies were loaded again', async () => {
    const { resolver, answer, groups } = setUp();
    resolver.setGroups([named('web')]);
    void resolver.resolve();
    resolver.setGroups([named('web')]);
    await answer(ok(['sg-web']));
    expect(groups()).toEqual(['sg-web']);
  });

  it('hands over nothing once the daemon stops', async () => {
    const { resolver, searches, answer, groups, stop } = setUp();
    resolver.setGroups([named('web')]);
    void resolver.resolve();
    void resolver.resolve();
    stop.abort();
    await answer(ok(['sg-web']));
    expect(groups()).toEqual([]);
    expect(searches).toHaveLength(0);
  });
});

describe('intents of groups that the policies do not mean', () => {
  it('are closed in a place whose selectors were all resolved', async () => {
    const { resolver, answer, abandoned } = setUp();
    resolver.setGroups([named('web')]);
    void resolver.resolve();
    await answer(ok(['sg-web']));
    expect(abandoned).toEqual([['here']]);
  });

  it('stay open where a selector could not be resolved, which is reported', async () => {
    const { resolver, answer, abandoned, log } = setUp();
    resolver.setGroups([named('web')]);
    void resolver.resolve();
    await answer(FAILED);
    expect(abandoned).toEqual([]);
    expect(log.events).toMatchObject([
      { event: 'group.describe_failed', group: 'name "web"', kind: 'retry', code: 'Busy', revision: 'r1' },
    ]);
  });

  it('stay open while the newest policies have problems', async () => {
    const { resolver, answer, abandoned, policies } = setUp();
    policies.problems = 1;
    resolver.setGroups([named('web')]);
    void resolver.resolve();
    await answer(ok(['sg-web']));
    expect(abandoned).toEqual([]);
  });
});
