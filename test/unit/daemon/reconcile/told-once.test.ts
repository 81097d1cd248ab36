// What is said and counted of a change comes once, however often its plan is tried; over the emulator in this process.
import { expect, it } from 'vitest';
import { makeFailure } from '../../../../daemon/ecs/failures/failure.ts';
import { newGroupMemory, type GroupMemory } from '../../../../daemon/learned/group-memory.ts';
import type { Engine } from '../../../../daemon/reconcile/engine.ts';
import { reconcileGroup } from '../../../../daemon/reconcile/reconcile.ts';
import { err } from '../../../../reconciler/model/result.ts';
import { emulatedEngine, type EmulatedEngine } from '../../../support/emulated-engine.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const WEB = rule({ ports: '80', peer: '10.0.0.0/8' });
const TLS = rule({ ports: '443', peer: '10.0.0.0/8' });

async function reconcile(engine: Engine, memory: GroupMemory = newGroupMemory(0), wanted = [WEB, TLS]) {
  const request = {
    policy: policyOf(wanted),
    cause: 'policy',
    memory,
    revision: 'r1',
    approvedPlan: null,
  } as const;
  return reconcileGroup(engine, request, new AbortController().signal);
}

const told = ({ log }: EmulatedEngine): string[] =>
  log.events
    .map(({ event }): string => event)
    .filter((event) => ['drift.detected', 'plan.made', 'group.converged'].includes(event));

const ONCE = ['drift.detected', 'plan.made', 'group.converged'];

const LOST = makeFailure({ kind: 'retry', code: 'Transport.Timeout', message: 'no answer' });

it('a plan that is tried again after its first call failed is told once', async () => {
  let calls = 0;
  const world = emulatedEngine({
    rules: [WEB],
    ambush: (operation) =>
      operation.startsWith('Authorize') && (calls += 1) <= 2
        ? { kind: 'failed', code: 'Transport.NotConnected', message: 'no connection' }
        : null,
  });
  const first = await reconcile(world.engine);
  const second = await reconcile(world.engine, first.memory);
  const third = await reconcile(world.engine, second.memory);
  expect([first, second, third].map(({ outcome }) => outcome.kind)).toEqual([
    'not-converged',
    'not-converged',
    'converged',
  ]);
  expect(told(world)).toEqual(ONCE);
});

it('a plan whose group cannot be read again before its first call is told once', async () => {
  const world = emulatedEngine({ rules: [WEB] });
  const { heads } = world.engine;
  const silent = { ...world.engine, heads: { ...heads, changeOf: () => Promise.resolve(err(LOST)) } };
  const first = await reconcile(silent);
  expect(first.outcome).toMatchObject({ kind: 'not-converged' });
  await reconcile(world.engine, first.memory);
  expect(told(world)).toEqual(ONCE);
});

it('the same drift is told again where the group was as its policy wants it in between', async () => {
  const world = emulatedEngine({ rules: [WEB] });
  const first = await reconcile(world.engine);
  world.setRules([WEB]);
  await reconcile(world.engine, first.memory);
  expect(told(world)).toEqual([...ONCE, ...ONCE]);
});

it('another change is told while the first one is being tried', async () => {
  const world = emulatedEngine({
    rules: [WEB],
    ambush: (operation) =>
      operation.startsWith('Authorize')
        ? { kind: 'failed', code: 'Transport.NotConnected', message: 'no connection' }
        : null,
  });
  const first = await reconcile(world.engine);
  await reconcile(world.engine, first.memory, [WEB, TLS, rule({ ports: '8443', peer: '10.0.0.0/8' })]);
  expect(told(world)).toEqual(['drift.detected', 'plan.made', 'drift.detected', 'plan.made']);
});

it('the same change that is tried in another way, and no longer without a gap, is told so', async () => {
  const quirks = { apiLevel: 'legacy2019', priorityInIdentity: false } as const;
  const world = emulatedEngine({ rules: [{ ...WEB, priority: 50 }], quirks });
  let memory = newGroupMemory(0);
  const ways: boolean[][] = [];
  for (let outcome = ''; outcome !== 'converged' && ways.length < 5;) {
    const reconciled = await reconcile(world.engine, memory, [WEB]);
    ({ memory } = reconciled);
    outcome = reconciled.outcome.kind;
    const plans = world.log.events.filter(({ event }) => event === 'plan.made');
    ways.push(plans.map(({ hitless }) => hitless === true));
  }
  // By Modify, by a new rule beside the old one, and by a new one after the old one went.
  expect(ways).toEqual([[true], [true, true], [true, true, false]]);
  expect(told(world).filter((event) => event === 'drift.detected')).toHaveLength(1);
});
