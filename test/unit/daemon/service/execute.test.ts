import { describe, expect, it } from 'vitest';
import { openMemoryJournal } from '../../../../daemon/journal/memory.ts';
import type { Engine } from '../../../../daemon/service/engine.ts';
import { NO_LISTS } from '../../../../daemon/service/known-lists.ts';
import { executePlan } from '../../../../daemon/service/execute.ts';
import type { PlanRun } from '../../../../daemon/service/run-context.ts';
import type { DescribedRule } from '../../../../reconciler/model/group.ts';
import { planGroup } from '../../../../reconciler/plan/plan-group.ts';
import { described, groupOf, OPTIONS, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const WIDE = rule({ ports: '1-1024', peer: '10.0.0.0/8' });
const NARROW = rule({ ports: '443', peer: '10.0.0.0/8' });
const OLD = rule({ ports: '443', peer: '2001:db8::/32' });
const NEW = rule({ ports: '8443', peer: '10.0.0.0/8' });

/** Which operations were called when the group looks like this at the checkpoint. */
async function callsSeeing(atCheckpoint: readonly DescribedRule[]) {
  const before = groupOf(described([WIDE, OLD]));
  const plan = planGroup(policyOf([NARROW, NEW]), before, OPTIONS);
  const calls: string[] = [];
  const clock = { nowMs: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() };
  const engine: Engine = {
    ecs: {
      describeGroup: () => Promise.resolve({ ok: true, value: groupOf(atCheckpoint) }),
      findGroups: () => Promise.reject(new Error('nobody asks')),
      listSizes: () => Promise.reject(new Error('no rule names a list')),
      write: () => Promise.reject(new Error('writes go through the run')),
    },
    reserve: () => Promise.reject(new Error('the plan has its calls')),
    journal: openMemoryJournal({ clock, randomByte: () => 7 }),
    telemetry: { emit: () => undefined },
    clock,
    planOptions: OPTIONS,
    lists: { of: () => Promise.resolve(NO_LISTS) },
    patience: { settleMs: 0, lagMs: 0 },
    newReconcileId: () => '1',
  };
  const run: PlanRun = {
    group: before,
    revision: 'r1',
    reconcileId: '1',
    planHash: plan.hash,
    apiLevel: 'current',
    levelIsGuess: false,
    write: ({ operation }) => {
      calls.push(operation);
      return Promise.resolve({ ok: true, value: { requestId: 'q' } });
    },
  };
  const execution = await executePlan(engine, run, plan, new AbortController().signal);
  return { calls, execution };
}

describe('a checkpoint between the halves of a plan', () => {
  const brought: DescribedRule = { rule: NEW, id: 'sgr-new', selector: {} };

  it('lets the plan go on when the group is as it was, with what the plan brought', async () => {
    const { calls, execution } = await callsSeeing([...described([WIDE, OLD]), brought]);
    expect(calls).toEqual(['AuthorizeSecurityGroup', 'RevokeSecurityGroup', 'ModifySecurityGroupRule']);
    expect(execution.kind).toBe('finished');
  });

  it.each([
    { what: 'a rule that was to be narrowed is gone', rules: described([WIDE, OLD]).slice(1) },
    { what: 'a rule that was to be revoked is another by now', rules: described([WIDE, NARROW]) },
    { what: 'nothing is left of the old rules', rules: [] },
  ])('ends the plan when $what', async ({ rules }) => {
    const { calls, execution } = await callsSeeing([...rules, brought]);
    expect(calls).toEqual(['AuthorizeSecurityGroup']);
    expect(execution).toMatchObject({ kind: 'stopped', failure: null, refusals: [] });
    expect(execution).toHaveProperty('reason', expect.stringContaining('not as they were'));
  });

  it('ends the plan when what it brought is not there', async () => {
    const { calls, execution } = await callsSeeing(described([WIDE, OLD]));
    expect(calls).toEqual(['AuthorizeSecurityGroup']);
    expect(execution).toHaveProperty('reason', expect.stringContaining('are not there'));
  });
});
