// What it costs to prove that a plan has worked; over the emulator in this process.
import { expect, it } from 'vitest';
import { newGroupMemory } from '../../../../daemon/learned/group-memory.ts';
import { reconcileGroup } from '../../../../daemon/reconcile/reconcile.ts';
import { emulatedEngine } from '../../../support/emulated-engine.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

it('a plan and the proof that it worked take one turn of the loop each', async () => {
  let turns = 0;
  const planningTurn = (): Promise<void> => {
    turns += 1;
    return Promise.resolve();
  };
  const { engine } = emulatedEngine({ rules: [], parts: { planningTurn } });
  const request = {
    policy: policyOf([rule({ ports: '80', peer: '10.0.0.0/8' })]),
    cause: 'policy',
    memory: newGroupMemory(0),
    revision: 'r1',
    approvedPlan: null,
  } as const;
  const { outcome } = await reconcileGroup(engine, request, new AbortController().signal);
  expect(outcome).toMatchObject({ kind: 'converged', changes: 1 });
  expect(turns).toBe(2);
});
