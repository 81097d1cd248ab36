// A whole reconcile of a full group in which one rule is modified twice, over the emulator in this process.
import { expect, it } from 'vitest';
import { newGroupMemory } from '../../../../daemon/learned/group-memory.ts';
import { reconcileGroup } from '../../../../daemon/reconcile/reconcile.ts';
import type { TransportAnswer } from '../../../../daemon/ecs/transport/transport.ts';
import { emulatedEngine } from '../../../support/emulated-engine.ts';
import { OPTIONS, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const STRIPES = [0, 1, 2, 3];
const BY_PORT = STRIPES.map((at) => rule({ ports: `${at * 10 + 1}-${at * 10 + 10}`, peer: '10.0.0.0/8' }));
const BY_ADDRESS = STRIPES.map((at) => rule({ ports: '1-40', peer: `10.${at * 64}.0.0/10` }));
const WANTED = STRIPES.map((at) => `1/40 10.${at * 64}.0.0/10`).sort();
const CALLS = [
  'ModifySecurityGroupRule',
  'RevokeSecurityGroup',
  'ModifySecurityGroupRule',
  'AuthorizeSecurityGroup',
  'ModifySecurityGroupRule',
];

/** A full group whose ports are to be cut by address; the engine stops before the call of this number, if one is given. */
function fullGroup(stopBefore = Infinity) {
  const stop = new AbortController();
  let calls = 0;
  const ambush = (operation: string): TransportAnswer | null => {
    if (operation.startsWith('Describe')) return null;
    calls += 1;
    if (calls === stopBefore - 1) stop.abort();
    return null;
  };
  const planOptions = { ...OPTIONS, ruleQuota: STRIPES.length, fallback: 'refuse' } as const;
  const { engine, ...world } = emulatedEngine({ rules: BY_PORT, ambush, parts: { planOptions } });
  const reconcile = async (signal = new AbortController().signal) => {
    const policy = policyOf(BY_ADDRESS);
    const request = { policy, cause: 'drift', memory: newGroupMemory(0), revision: 'r1', approvedPlan: null };
    return (await reconcileGroup(engine, { ...request, cause: 'drift' }, signal)).outcome;
  };
  return { ...world, reconcile, stop: stop.signal };
}

it('cuts the ports of a full group by address with a rule that is modified twice', async () => {
  const { reconcile, rules, writes } = fullGroup();
  expect((await reconcile()).kind).toBe('converged');
  expect(rules()).toEqual(WANTED);
  expect(writes).toEqual(CALLS);
});

it.each([2, 3, 4, 5])('goes on hitlessly after a crash before call %i of such a plan', async (call) => {
  const { reconcile, rules, stop } = fullGroup(call);
  expect((await reconcile(stop)).kind).not.toBe('converged');
  expect(rules()).not.toEqual(WANTED);
  expect((await reconcile()).kind).toBe('converged');
  expect(rules()).toEqual(WANTED);
});
