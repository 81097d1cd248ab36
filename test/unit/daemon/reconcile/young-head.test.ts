// What a head that was remembered may do, and what it may not: a look at the group may rely on it, a write only while it is
// young. Over the emulator in this process; a head is young for a minute here.
import { describe, expect, it } from 'vitest';
import { newGroupMemory } from '../../../../daemon/learned/group-memory.ts';
import type { Engine } from '../../../../daemon/reconcile/engine.ts';
import { reconcileGroup } from '../../../../daemon/reconcile/reconcile.ts';
import { emulatedEngine, refusal } from '../../../support/emulated-engine.ts';
import { instantClock } from '../../../support/fake-engine.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../support/rule-sets.ts';

const WEB = rule({ ports: '80', peer: '10.0.0.0/8' });
const TLS = rule({ ports: '443', peer: '10.0.0.0/8' });
const GROUP = { account: 'default', region: 'cn-hangzhou', id: SELF };
const YOUNG_MS = 60_000;

async function setUp() {
  const clock = instantClock();
  const heads = { calls: 0, looks: 0, isDown: false };
  const scene = emulatedEngine({
    rules: [WEB],
    parts: { clock },
    ambush: (operation) => {
      if (operation === 'DescribeSecurityGroupAttribute') heads.looks += 1;
      if (operation !== 'DescribeSecurityGroups') return null;
      heads.calls += 1;
      return heads.isDown ? refusal('Forbidden.RAM') : null;
    },
  });
  const [group] = scene.world.state.securityGroups;
  if (group === undefined) throw new Error('there is no group');
  await scene.engine.ecs.describeGroup(GROUP);
  return { ...scene, clock, heads, group };
}

const reconcile = (engine: Engine, stop = new AbortController()) =>
  reconcileGroup(
    engine,
    {
      policy: policyOf([WEB, TLS]),
      revision: 'r1',
      cause: 'policy',
      memory: newGroupMemory(0),
      approvedPlan: null,
    },
    stop.signal,
  );

describe('before a call that writes, a head', () => {
  it('that is young is not read again: an edit costs two reads of the rules and none of heads', async () => {
    const { engine, clock, heads, writes } = await setUp();
    await clock.sleep(YOUNG_MS);
    expect(await reconcile(engine)).toMatchObject({ outcome: { kind: 'converged', changes: 1 } });
    expect(writes).toHaveLength(1);
    expect(heads.calls).toBe(1);
  });

  it('that is older is read again, once', async () => {
    const { engine, clock, heads } = await setUp();
    await clock.sleep(YOUNG_MS + 1);
    expect(await reconcile(engine)).toMatchObject({ outcome: { kind: 'converged' } });
    expect(heads.calls).toBe(2);
  });

  it('is not asked for where there is nothing to write', async () => {
    const { engine, clock, heads, setRules } = await setUp();
    setRules([WEB, TLS]);
    await clock.sleep(YOUNG_MS + 1);
    expect(await reconcile(engine)).toMatchObject({ outcome: { kind: 'converged', changes: 0 } });
    expect(heads.calls).toBe(1);
  });

  it('shows a cloud product that owns the group by now: nothing is written', async () => {
    const { engine, clock, group, writes } = await setUp();
    await clock.sleep(YOUNG_MS + 1);
    Object.assign(group, { ServiceManaged: true });
    expect(await reconcile(engine)).toMatchObject({
      outcome: { kind: 'blocked', blocks: [{ kind: 'managed' }] },
    });
    expect(writes).toEqual([]);
  });

  it('shows that the group is gone: nothing is written', async () => {
    const { engine, clock, world, writes } = await setUp();
    await clock.sleep(YOUNG_MS + 1);
    const describe = engine.ecs.describeGroup.bind(engine.ecs);
    const ecs: Engine['ecs'] = {
      ...engine.ecs,
      describeGroup: async (...asked) => {
        const described = await describe(...asked);
        world.call('DeleteSecurityGroup', { SecurityGroupId: SELF });
        return described;
      },
    };
    expect(await reconcile({ ...engine, ecs })).toMatchObject({
      outcome: { kind: 'not-converged', failure: { code: 'Transport.GroupNotFound' } },
    });
    expect(writes).toEqual([]);
  });

  it('shows other tags: the group is read and planned again, the same change is told once, and carried out', async () => {
    const { engine, clock, group, heads, log, rules } = await setUp();
    await clock.sleep(YOUNG_MS + 1);
    Object.assign(group, { Tags: [{ TagKey: 'tier', TagValue: 'web' }] });
    expect(await reconcile(engine)).toMatchObject({ outcome: { kind: 'converged', changes: 1 } });
    expect(rules()).toEqual(['443/443 10.0.0.0/8', '80/80 10.0.0.0/8']);
    const times = (name: string): number => log.events.filter(({ event }) => event === name).length;
    // For the plan, for the one that was made again, and after the call.
    expect([times('group.described'), times('plan.made')]).toEqual([3, 1]);
    // At first, for the plan, for the plan that was made again, and at the end.
    expect(heads.looks).toBe(4);
  });

  it('that cannot be read ends the reconcile: nothing is written', async () => {
    const { engine, clock, heads, writes, held } = await setUp();
    await clock.sleep(YOUNG_MS + 1);
    heads.isDown = true;
    expect(await reconcile(engine)).toMatchObject({
      outcome: { kind: 'not-converged', failure: { kind: 'denied' } },
    });
    expect(writes).toEqual([]);
    expect(held()).toBe(0);
  });

  it('is not waited for when the run is to end', async () => {
    const { engine, clock, writes } = await setUp();
    await clock.sleep(YOUNG_MS + 1);
    const stop = new AbortController();
    const heads: Engine['heads'] = {
      ...engine.heads,
      changeOf: (...asked) => {
        stop.abort();
        return engine.heads.changeOf(...asked);
      },
    };
    expect(await reconcile({ ...engine, heads }, stop)).toMatchObject({ outcome: { kind: 'aborted' } });
    expect(writes).toEqual([]);
  });
});

describe('a group that is gone since its head was read', () => {
  it('is told as such, and not by the refusal of its rules', async () => {
    const { engine, world } = await setUp();
    world.call('DeleteSecurityGroup', { SecurityGroupId: SELF });
    expect(await engine.ecs.describeGroup(GROUP)).toMatchObject({
      ok: false,
      error: { code: 'Transport.GroupNotFound' },
    });
  });
});
