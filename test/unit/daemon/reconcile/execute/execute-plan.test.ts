import { describe, expect, it } from 'vitest';
import { stepRequest } from '../../../../../daemon/ecs/convert/requests.ts';
import { makeFailure, type FailureKind } from '../../../../../daemon/ecs/failures/failure.ts';
import { effectOf } from '../../../../../daemon/journal/effect.ts';
import { newGroupMemory } from '../../../../../daemon/learned/group-memory.ts';
import type { PacedWrite } from '../../../../../daemon/reconcile/engine.ts';
import { executePlan } from '../../../../../daemon/reconcile/execute/execute-plan.ts';
import { beginRun } from '../../../../../daemon/reconcile/group-run.ts';
import type { Planned } from '../../../../../daemon/reconcile/read.ts';
import type { DescribedGroup, DescribedRule } from '../../../../../reconciler/model/group.ts';
import { ok } from '../../../../../reconciler/model/result.ts';
import type { GroupPlan, Step } from '../../../../../reconciler/plan/plan.ts';
import { fakeEngine, REFUSING_ECS } from '../../../../support/fake-engine.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const WIDE = rule({ ports: '1-1024', peer: '10.0.0.0/8' });
const NARROW = rule({ ports: '443', peer: '10.0.0.0/8' });
const OLD = rule({ ports: '443', peer: '2001:db8::/32' });
const NEW = rule({ ports: '8443', peer: '10.0.0.0/8' });

const FAILURE = makeFailure({ kind: 'replan', code: 'Some.Code', message: 'the group has changed' });

interface Scene {
  readonly plan: GroupPlan;
  readonly before: DescribedGroup;
  readonly atCheckpoint: readonly DescribedRule[];
  /** The step whose call an earlier plan left open. */
  readonly leftOpen?: Step | undefined;
  /** What the cloud answers to the first calls; yes to the others. */
  readonly answers?: readonly Answer[];
}

type Answer = Awaited<ReturnType<PacedWrite>>;

const YES: Answer = { ok: true, value: { requestId: 'q' } };
const failure = (kind: FailureKind): Answer => ({ ok: false, error: { ...FAILURE, kind } });

/** Which operations were called when the group looks like this at the checkpoint. */
function callsSeeing(atCheckpoint: readonly DescribedRule[]) {
  const before = groupOf(described([WIDE, OLD]));
  return execute({ plan: planFor(policyOf([NARROW, NEW]), before, OPTIONS), before, atCheckpoint });
}

async function execute({ plan, before, atCheckpoint, leftOpen, answers = [] }: Scene) {
  const calls: string[] = [];
  const engine = fakeEngine({
    ecs: { ...REFUSING_ECS, describeGroup: () => Promise.resolve(ok(groupOf(atCheckpoint))) },
  });
  const { journal } = engine;
  if (leftOpen !== undefined) {
    const request = stepRequest(before, leftOpen, 'current');
    const of = { group: before, revision: 'r0', planHash: 'earlier', reconcileId: '0', step: 1 };
    await journal.openIntent({ ...of, ...request, effect: effectOf(leftOpen) });
  }
  const memory = newGroupMemory(0);
  const policy = policyOf([]);
  const request = { policy, revision: 'r1', cause: 'drift', memory, approvedPlan: null } as const;
  const learned = {
    quarantined: { desired: new Set<string>(), described: new Set<string>() },
    ruleLimit: null,
    legacyPriority: 'modify',
    listSizes: {},
    unreadLists: [],
  } as const;
  const input = { desired: policy, described: before, settings: OPTIONS, learned, nowMs: 0 };
  const planned: Planned = {
    kind: 'planned',
    plan,
    revision: request.revision,
    input,
    memory,
    waiting: null,
    closesOnly: false,
    readAtMs: 0,
    made: {
      ...{ key: '', fromMs: 0, untilMs: Infinity, plan },
      ...{ policy: { of: policy, digest: '' }, group: { of: new WeakRef(before), digest: '' } },
    },
    mark: null,
    isSettled: false,
  };
  const run = beginRun(engine, request, new AbortController().signal);
  const { progress } = await executePlan(run, planned, ({ operation }) => {
    calls.push(operation);
    return Promise.resolve(answers[calls.length - 1] ?? YES);
  });
  return { calls, progress, open: (await journal.openIntents(before)).length };
}

describe('a checkpoint between the halves of a plan', () => {
  const added: DescribedRule = { rule: NEW, id: 'sgr-new', selector: {} };

  it('lets the plan go on when the group is as it was, with what the plan added', async () => {
    const { calls, progress } = await callsSeeing([...described([WIDE, OLD]), added]);
    expect(calls).toEqual(['AuthorizeSecurityGroup', 'RevokeSecurityGroup', 'ModifySecurityGroupRule']);
    expect(progress.stop).toBeNull();
  });

  it.each([
    { what: 'a rule that was to be narrowed is gone', rules: described([WIDE, OLD]).slice(1) },
    { what: 'a rule that was to be revoked is another by now', rules: described([WIDE, NARROW]) },
    { what: 'nothing is left of the old rules', rules: [] },
  ])('ends the plan when $what', async ({ rules }) => {
    const { calls, progress } = await callsSeeing([...rules, added]);
    expect(calls).toEqual(['AuthorizeSecurityGroup']);
    expect(progress).toMatchObject({ stop: { kind: 'stopped', failure: null }, refusals: [] });
    expect(progress).toHaveProperty('stop.reason', expect.stringContaining('not as they were'));
  });

  it('ends the plan when what it added is not there', async () => {
    const { calls, progress } = await callsSeeing(described([WIDE, OLD]));
    expect(calls).toEqual(['AuthorizeSecurityGroup']);
    expect(progress).toHaveProperty('stop.reason', expect.stringContaining('are not there'));
  });
});

describe('a call that an earlier plan left open', () => {
  // The drop limits the accept, so it comes first, in a call of its own.
  const DROP = rule({ protocol: 'icmp', peer: '10.0.0.0/9', action: 'drop' });
  const ACCEPT = rule({ protocol: 'icmp', peer: '0.0.0.0/0', priority: 50 });
  const before = groupOf([]);
  const plan = planFor(policyOf([ACCEPT, DROP]), before, OPTIONS);
  const [first, last] = plan.steps;
  const scene: Scene = { plan, before, atCheckpoint: [] };
  const AUTHORIZE = 'AuthorizeSecurityGroup';

  it('is not in the way of a plan that does not make it', async () => {
    const [other] = planFor(policyOf([NEW]), before, OPTIONS).steps;
    const { calls, progress } = await execute({ ...scene, leftOpen: other });
    expect(calls).toEqual([AUTHORIZE, AUTHORIZE]);
    expect(progress.stop).toBeNull();
  });

  // The old answer says that the drop came, and someone may have removed it since: the accept would open.
  it.each([
    { what: 'yes', answer: YES },
    { what: 'that it was so already', answer: failure('done') },
  ])('is closed and ends the plan when the cloud says $what', async ({ answer }) => {
    const { calls, progress, open } = await execute({ ...scene, leftOpen: first, answers: [answer] });
    expect(calls).toEqual([AUTHORIZE]);
    expect(progress).toMatchObject({ stop: { kind: 'stopped', failure: { kind: 'replan' } }, refusals: [] });
    expect(open).toBe(0);
  });

  it('may be the last one of a plan, which is read back anyway', async () => {
    const { calls, progress, open } = await execute({ ...scene, leftOpen: last });
    expect(calls).toEqual([AUTHORIZE, AUTHORIZE]);
    expect(progress.stop).toBeNull();
    expect(open).toBe(0);
  });

  it('may be half of a batch that is refused: the other half counts on it', async () => {
    const inOneCall = planFor(policyOf([ACCEPT, DROP]), before, { ...OPTIONS, batchesAtomic: true });
    const { calls, progress, open } = await execute({
      ...scene,
      plan: inOneCall,
      leftOpen: first,
      answers: [failure('rejected')],
    });
    expect(inOneCall.steps).toHaveLength(1);
    expect(calls).toEqual([AUTHORIZE, AUTHORIZE]);
    expect(progress).toMatchObject({ stop: { kind: 'stopped', failure: { kind: 'replan' } }, refusals: [] });
    expect(open).toBe(0);
  });
});
