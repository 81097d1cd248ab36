// What is read of a group and planned for it, over the emulator in this process.
import { describe, expect, it } from 'vitest';
import { effectOf } from '../../../../daemon/journal/effect.ts';
import { newGroupMemory, type GroupMemory } from '../../../../daemon/learned/group-memory.ts';
import { EMPTY_QUARANTINE, quarantineRules } from '../../../../daemon/learned/quarantine.ts';
import { quotaAfterRefusal } from '../../../../daemon/learned/quota-estimate.ts';
import { stepRequest } from '../../../../daemon/ecs/convert/requests.ts';
import type { Engine } from '../../../../daemon/reconcile/engine.ts';
import { beginRun } from '../../../../daemon/reconcile/group-run.ts';
import { readAndPlan } from '../../../../daemon/reconcile/read.ts';
import type { GroupPolicy, Step } from '../../../../reconciler/plan/plan.ts';
import { emulatedEngine } from '../../../support/emulated-engine.ts';
import { instantClock } from '../../../support/fake-engine.ts';
import { desired, groupOf, policyOf } from '../../../support/plan-inputs.ts';
import { guardrail } from '../../../support/judge/demands.ts';
import { rule } from '../../../support/rule-sets.ts';

const SSH = rule({ ports: '22', peer: '10.0.0.0/8' });
const WEB = rule({ ports: '80', peer: '10.0.0.0/8' });
const MEMORY = newGroupMemory(0);

const adding: Step = {
  kind: 'authorize',
  direction: 'ingress',
  checkpoint: false,
  rules: [desired(WEB)],
};

interface Asked {
  readonly policy?: GroupPolicy;
  readonly memory?: GroupMemory;
  readonly stop?: AbortController;
}

function read(engine: Engine, { policy = policyOf([WEB]), memory = MEMORY, ...more }: Asked = {}) {
  const request = { policy, revision: 'r1', cause: 'drift', memory, approvedPlan: null } as const;
  const { signal } = more.stop ?? new AbortController();
  return readAndPlan(beginRun(engine, request, signal), memory);
}

describe('the plan for a group as it was read', () => {
  it('has the steps that are missing', async () => {
    const { engine, log } = emulatedEngine();
    expect(await read(engine)).toMatchObject({ kind: 'planned', plan: { steps: [{ kind: 'authorize' }] } });
    expect(log.events).toMatchObject([
      { event: 'group.described', rules: 0 },
      { event: 'drift.detected', missing: 1, surplus: 0, cause: 'drift' },
      { event: 'plan.made', steps: 1, add: 1 },
    ]);
  });

  it('has no steps where nothing is missing, and no drift is reported', async () => {
    const { engine, log } = emulatedEngine({ rules: [WEB] });
    expect(await read(engine)).toMatchObject({ kind: 'planned', plan: { status: 'converged', steps: [] } });
    expect(log.events.map(({ event }) => event)).toEqual(['group.described']);
  });

  it('tells of an ignored rule that opens more than is declared, once for as long as it is there', async () => {
    const open = { ...rule({ ports: '31000' }), description: 'acs/node' };
    const { engine, log } = emulatedEngine({ rules: [WEB, open] });
    const source = { file: 'web.yaml', line: 1, column: 1 };
    const policy = policyOf([WEB], { ignore: [{ description: 'acs/*', protocol: 'tcp', source }] });
    const first = await read(engine, { policy });
    expect(first).toMatchObject({ kind: 'planned', plan: { status: 'converged' } });
    const told = log.events.filter(({ event }) => event === 'ignored.opens');
    expect(told).toMatchObject([
      { count: 1, rules: [expect.stringContaining('tcp 31000/31000') as unknown] },
    ]);
    await read(engine, { policy, memory: first.memory });
    expect(log.events.filter(({ event }) => event === 'ignored.opens')).toHaveLength(1);
  });

  it('tells of a guardrail that is violated by what is there already, and plans all the same', async () => {
    const { engine, log } = emulatedEngine({ rules: [WEB, rule({ ports: '22' })] });
    engine.demands.set({ guardrails: [guardrail({ services: ['tcp/22'] })], expectations: [] });
    const policy = policyOf([WEB, rule({ ports: '22' })]);
    expect(await read(engine, { policy })).toMatchObject({ plan: { status: 'converged' } });
    expect(log.events.filter(({ event }) => event === 'guardrail.violated')).toMatchObject([
      {
        guardrail: 'no-ssh',
        severity: 'error',
        reason: expect.stringContaining('tcp 22/22 is exposed') as unknown,
      },
    ]);
  });

  it('leaves out what is quarantined, until it is time to try again', async () => {
    const { engine } = emulatedEngine();
    const { quarantine } = quarantineRules(EMPTY_QUARANTINE, [{ step: adding, reason: 'no' }], 0);
    const memory = { ...MEMORY, quarantine };
    expect(await read(engine, { memory })).toMatchObject({ plan: { steps: [] } });
    const later = emulatedEngine({ parts: { clock: instantClock(10 * 60_000) } });
    expect(await read(later.engine, { memory })).toMatchObject({ plan: { steps: [{ kind: 'authorize' }] } });
  });

  it('is for no more rules than a full group held, and that number is remembered', async () => {
    const { engine } = emulatedEngine({ rules: [SSH] });
    const memory = { ...MEMORY, quota: quotaAfterRefusal(null, 0) };
    const ended = await read(engine, { policy: policyOf([SSH, WEB]), memory });
    expect(ended).toMatchObject({ kind: 'ended', end: { kind: 'blocked' }, memory: { quota: { limit: 1 } } });
  });
});

describe('a group whose reads lag behind its writes', () => {
  /** The journal says that the last plan has added the rule. */
  async function afterPlan() {
    const clock = instantClock(1000);
    const scene = emulatedEngine({
      parts: { clock, patience: { settleMs: 0, lagMs: 30_000 } },
    });
    const { journal } = scene.engine;
    const group = groupOf([]);
    const of = { group, revision: 'r1', planHash: 'p', reconcileId: '0', step: 1 };
    const call = stepRequest(group, adding, 'current');
    const { clientToken } = await journal.openIntent({ ...of, ...call, effect: effectOf(adding) });
    await journal.closeIntent(clientToken, { result: 'applied', requestId: 'R', code: null });
    return { ...scene, clock };
  }

  it('is not planned for before it shows what the last plan did', async () => {
    const { engine, clock, setRules } = await afterPlan();
    const lagging: Engine['ecs'] = {
      ...engine.ecs,
      describeGroup: (...asked) => {
        if (clock.monotonicMs() > 5000) setRules([WEB]);
        return engine.ecs.describeGroup(...asked);
      },
    };
    expect(await read({ ...engine, ecs: lagging })).toMatchObject({ plan: { status: 'converged' } });
    expect(clock.monotonicMs()).toBeGreaterThan(5000);
  });

  it('is planned for as it is when it does not show it within the lag', async () => {
    const { engine, clock } = await afterPlan();
    expect(await read(engine)).toMatchObject({ plan: { steps: [{ kind: 'authorize' }] } });
    expect(clock.monotonicMs()).toBe(31_000);
  });
});

describe('a read in a run that is to end', () => {
  it('makes no plan', async () => {
    const { engine, log } = emulatedEngine();
    const stop = new AbortController();
    stop.abort();
    expect(await read(engine, { stop })).toMatchObject({ kind: 'ended', end: { kind: 'aborted' } });
    expect(log.events).toEqual([]);
  });

  it('makes no plan if that comes while the plan waits for its turn', async () => {
    const stop = new AbortController();
    const planningTurn = (): Promise<void> => {
      stop.abort();
      return Promise.resolve();
    };
    const { engine, log } = emulatedEngine({ parts: { planningTurn } });
    expect(await read(engine, { stop })).toMatchObject({ kind: 'ended', end: { kind: 'aborted' } });
    expect(log.events).toEqual([]);
  });
});

describe('a plan that waits for its turn', () => {
  it('heeds a pause that comes meanwhile', async () => {
    const pause = { group: null, reason: 'freeze', pausedAtMs: 0, untilMs: 60_000 };
    const { engine } = emulatedEngine({ parts: { planningTurn: () => engine.journal.pause(pause) } });
    expect(await read(engine)).toMatchObject({
      kind: 'ended',
      end: { kind: 'blocked', pausedForMs: 60_000 },
    });
  });
});
