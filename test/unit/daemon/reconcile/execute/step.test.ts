// One step over a cloud that refuses some rules; what it took is its state.
import { describe, expect, it } from 'vitest';
import { makeFailure, type Failure, type FailureKind } from '../../../../../daemon/ecs/failures/failure.ts';
import { newGroupMemory } from '../../../../../daemon/learned/group-memory.ts';
import type { PacedWrite } from '../../../../../daemon/reconcile/engine.ts';
import { MAYBE_OLD_ANSWER, runStep } from '../../../../../daemon/reconcile/execute/step.ts';
import { beginRun } from '../../../../../daemon/reconcile/group-run.ts';
import { effectOf } from '../../../../../daemon/journal/effect.ts';
import { stepRequest } from '../../../../../daemon/ecs/convert/requests.ts';
import { NEVER_SENT_CODE } from '../../../../../daemon/queue/attempt.ts';
import { err, ok } from '../../../../../reconciler/model/result.ts';
import type { Step } from '../../../../../reconciler/plan/plan.ts';
import { fakeEngine } from '../../../../support/fake-engine.ts';
import { desired, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';
import { EventLog } from '../../../../support/service.ts';

const PORTS = ['22', '80', '443', '8443'];

function adding(ports: readonly string[] = PORTS): Step {
  const rules = ports.map((each) => desired(rule({ ports: each, peer: '10.0.0.0/8' })));
  return { kind: 'authorize', direction: 'ingress', checkpoint: false, rules };
}

const portsIn = (params: Readonly<Record<string, string>>): string[] =>
  Object.entries(params)
    .filter(([name]) => name.endsWith('.PortRange'))
    .map(([, value]) => value.split('/')[0] ?? '');

interface Scene {
  /** Ports that the cloud refuses, and how. */
  readonly refused?: Readonly<Record<string, Failure>>;
  readonly batchesAtomic?: boolean;
  readonly levelIsGuess?: boolean;
  /** The step whose call an earlier plan left open. */
  readonly leftOpen?: Step;
  readonly step?: Step;
}

const rejected = (code = 'InvalidPortRange.Malformed', kind: FailureKind = 'rejected'): Failure =>
  makeFailure({ kind, code, message: code });

async function run({ refused = {}, leftOpen, step = adding(), ...scene }: Scene) {
  const log = new EventLog();
  const planOptions = { ...OPTIONS, batchesAtomic: scene.batchesAtomic ?? false };
  const engine = fakeEngine({ planOptions, telemetry: log });
  const group = groupOf([]);
  if (leftOpen !== undefined) {
    const of = { group, revision: 'r0', planHash: 'earlier', reconcileId: '0', step: 1 };
    const call = stepRequest(group, leftOpen, 'current');
    await engine.journal.openIntent({ ...of, ...call, effect: effectOf(leftOpen) });
  }
  const taken: string[] = [];
  const tokens: string[] = [];
  const write: PacedWrite = ({ params, clientToken }) => {
    tokens.push(clientToken);
    const ports = portsIn(params);
    const failure = ports.flatMap((port) => refused[port] ?? []).at(0);
    if (failure === undefined) taken.push(...ports);
    return Promise.resolve(failure === undefined ? ok({ requestId: 'R' }) : err(failure));
  };
  const policy = policyOf([]);
  const memory = newGroupMemory(0);
  const request = { policy, revision: 'r1', cause: 'drift', memory, approvedPlan: null } as const;
  const result = await runStep(
    {
      ...beginRun(engine, request, new AbortController().signal),
      plan: planFor(policy, group),
      apiLevel: 'current',
      levelIsGuess: scene.levelIsGuess ?? false,
      write,
    },
    { step, number: 1 },
  );
  const history = await engine.journal.history({ group: {}, sinceMs: null, limit: 99 });
  return {
    result,
    taken,
    tokens,
    log,
    refusals: result.refusals.flatMap((refusal) =>
      refusal.step.kind === 'authorize' ? refusal.step.rules : [],
    ),
    closed: history.map((entry) => entry.result),
    open: (await engine.journal.openIntents(group)).length,
  };
}

describe('a step', () => {
  it('is one call that is closed in the journal when the cloud takes it', async () => {
    const { result, taken, closed, open } = await run({});
    expect(result).toEqual({ changes: 1, refusals: [], stop: null, adopted: false });
    expect(taken).toEqual(PORTS);
    expect([closed, open]).toEqual([['applied'], 0]);
  });

  it('has no effect and goes on when the cloud says that it was so already', async () => {
    const { result, closed, log } = await run({ refused: { '22': rejected('Already', 'done') } });
    expect(result).toMatchObject({ changes: 0, refusals: [], stop: null });
    expect(closed).toEqual(['noop']);
    expect(log.events).toMatchObject([{ event: 'step.noop', code: 'Already', step: 1 }]);
  });

  it.each<FailureKind>(['replan', 'denied', 'managed'])(
    'ends the plan and is closed as failed when the cloud answers with a failure of kind %s',
    async (kind) => {
      const { result, closed, open } = await run({ refused: { '22': rejected('Code', kind) } });
      expect(result).toMatchObject({ changes: 0, stop: { kind } });
      expect([closed, open]).toEqual([['failed'], 0]);
    },
  );

  it.each<FailureKind>(['retry', 'throttled', 'unknown'])(
    'ends the plan and leaves its intent open when the result is unknown after a failure of kind %s',
    async (kind) => {
      const { result, closed, open } = await run({ refused: { '22': rejected('Code', kind) } });
      expect(result).toMatchObject({ stop: { kind } });
      expect([closed, open]).toEqual([[], 1]);
    },
  );

  it('closes the intent of a call that was never sent', async () => {
    const { closed, open } = await run({ refused: { '22': rejected(NEVER_SENT_CODE, 'retry') } });
    expect([closed, open]).toEqual([['abandoned'], 0]);
  });

  it('leaves the intent open when the call that was never sent this time was left open before', async () => {
    const { closed, open } = await run({
      refused: { '22': rejected(NEVER_SENT_CODE, 'retry') },
      leftOpen: adding(),
    });
    expect([closed, open]).toEqual([[], 1]);
  });
});

describe('a batch that the cloud refuses', () => {
  it('is halved until the poison rule is alone, and all others are added', async () => {
    const { result, taken, refusals, log } = await run({ refused: { '443': rejected() } });
    expect(taken).toEqual(['22', '80', '8443']);
    expect(refusals.map(({ rule: { ports } }) => ports)).toMatchObject([{ first: 443 }]);
    expect(result).toMatchObject({ changes: 2, stop: null });
    expect(log.events).toMatchObject([
      { event: 'step.quarantined', rules: [expect.stringContaining('443')] },
    ]);
  });

  it('is attempted no further after the poison rule where batches are atomic', async () => {
    const { result, taken } = await run({ refused: { '22': rejected() }, batchesAtomic: true });
    expect(taken).toEqual([]);
    expect(result.refusals).toHaveLength(1);
  });

  it('has a token of its own for each of its parts', async () => {
    const { tokens } = await run({ refused: { '443': rejected() } });
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('ends with the first part that ends the plan, and keeps what was refused before', async () => {
    const { result, taken } = await run({
      refused: { '22': rejected(), '443': rejected('Gone', 'replan') },
    });
    // 22 refuses the whole and the first half; 443 is asked for in the second half.
    expect(taken).toEqual(['80']);
    expect(result).toMatchObject({ changes: 1, stop: { code: 'Gone' } });
    expect(result.refusals).toHaveLength(1);
  });
});

describe('a refusal that teaches something', () => {
  const FULL = rejected('AuthorizationLimitExceed');

  it('ends the plan instead of quarantining the last rule when the group is full', async () => {
    const { result } = await run({ refused: { '443': FULL, '8443': FULL } });
    expect(result).toMatchObject({ changes: 1, refusals: [], stop: { code: 'AuthorizationLimitExceed' } });
  });

  it('ends the plan when the level of the API was a guess and the call may not have been understood', async () => {
    const refused = { '22': rejected('MissingParameter') };
    expect((await run({ refused, levelIsGuess: true })).result).toMatchObject({ refusals: [], stop: {} });
    expect((await run({ refused })).result).toMatchObject({ refusals: [{}], stop: null });
  });
});

describe('a call that an earlier plan left open', () => {
  it('is sent again with its own token', async () => {
    const { result, tokens, open, log } = await run({ leftOpen: adding() });
    expect(result).toMatchObject({ changes: 1, adopted: true, stop: null });
    expect([tokens.length, open]).toEqual([1, 0]);
    expect(log.events).toMatchObject([{ event: 'intent.recovered', clientToken: tokens[0] }]);
  });

  it('ends the plan when it is a part of a batch and there are others after it', async () => {
    const { result, taken } = await run({ refused: { '443': rejected() }, leftOpen: adding(['22', '80']) });
    expect(taken).toEqual(['22', '80']);
    expect(result).toMatchObject({ changes: 1, stop: MAYBE_OLD_ANSWER, adopted: true });
  });
});
