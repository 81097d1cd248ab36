// Whole reconciles of one group over the emulator in this process.
import { describe, expect, it } from 'vitest';
import { newGroupMemory, type GroupMemory } from '../../../../daemon/learned/group-memory.ts';
import { NO_LISTS } from '../../../../daemon/learned/list-sizes.ts';
import type { Engine } from '../../../../daemon/reconcile/engine.ts';
import type { Cause } from '../../../../daemon/reconcile/group-run.ts';
import { reconcileGroup } from '../../../../daemon/reconcile/reconcile.ts';
import { desiredHash } from '../../../../reconciler/plan/hash.ts';
import type { GroupPolicy } from '../../../../reconciler/plan/plan.ts';
import {
  emulatedEngine,
  refusal,
  type Ambush,
  type EmulatedEngineOptions,
} from '../../../support/emulated-engine.ts';
import { instantClock } from '../../../support/fake-engine.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { guardrail } from '../../../support/judge/demands.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../support/rule-sets.ts';

const SSH = rule({ ports: '22', peer: '10.0.0.0/8' });
const WEB = rule({ ports: '80', peer: '10.0.0.0/8' });
const TLS = rule({ ports: '443', peer: '10.0.0.0/8' });
const HERE = { account: 'default', region: 'cn-hangzhou', id: SELF };

interface Asked {
  readonly policy?: GroupPolicy;
  readonly cause?: Cause;
  readonly memory?: GroupMemory;
  readonly approvedPlan?: string;
  readonly signal?: AbortSignal;
}

const reconcile = (
  engine: Engine,
  { policy = policyOf([WEB, TLS]), cause = 'drift', memory = newGroupMemory(0), ...more }: Asked = {},
) =>
  reconcileGroup(
    engine,
    { policy, cause, memory, revision: 'r1', approvedPlan: more.approvedPlan ?? null },
    more.signal ?? new AbortController().signal,
  );

const setUp = (options: EmulatedEngineOptions = {}) => emulatedEngine({ rules: [SSH, WEB], ...options });

const BOTH = ['443/443 10.0.0.0/8', '80/80 10.0.0.0/8'];

describe('a group that differs from its policy', () => {
  it('is brought to where the policy wants it', async () => {
    const { engine, rules, held } = setUp();
    const { outcome } = await reconcile(engine);
    expect(outcome).toEqual({ kind: 'converged', changes: 1, rules: 2, next: 'resync' });
    expect(rules()).toEqual(BOTH);
    expect(held()).toBe(0);
  });

  it('leaves in the journal what was attempted and applied, and no open intent', async () => {
    const { engine } = setUp();
    await reconcile(engine);
    expect(await engine.journal.marks(HERE)).toEqual({ attempted: 'r1', applied: 'r1' });
    expect(await engine.journal.openIntents(HERE)).toEqual([]);
  });

  it('is taken over also where a rule is left out, for naming a group that does not exist', async () => {
    const { engine, rules } = setUp();
    const nowhere = rule({ ports: '8080', peer: 'sg-nowhere' });
    const policy = policyOf([WEB, TLS, nowhere], { bySelector: true });
    const lists = { of: () => Promise.resolve({ ...NO_LISTS, absent: new Set(['sg-nowhere']) }) };
    const { outcome } = await reconcile({ ...engine, lists }, { policy });
    expect(outcome).toMatchObject({ kind: 'blocked', blocks: [{ kind: 'denied' }] });
    expect(rules()).toEqual(BOTH);
    expect(await engine.journal.facts(HERE)).toMatchObject({ takenOver: true });
  });

  it('emits its events in order, from the difference to the end, under one id', async () => {
    const { engine, log } = setUp();
    await reconcile(engine);
    expect(log.events.map(({ event }) => event)).toEqual([
      'group.described',
      'drift.detected',
      'plan.made',
      'group.described',
      'group.converged',
    ]);
    expect(new Set(log.events.map(({ reconcileId }) => reconcileId)).size).toBe(1);
  });

  it('is judged once more when it has converged, and not again while nothing differs', async () => {
    const { engine } = setUp();
    const changed = await reconcile(engine);
    const first = await reconcile(engine, { memory: changed.memory });
    const second = await reconcile(engine, { memory: first.memory });
    expect(changed.memory.lastPlan).toBeNull();
    expect(first.memory.lastPlan?.plan.status).toBe('converged');
    expect(second.memory.lastPlan?.plan).toBe(first.memory.lastPlan?.plan);
  });

  it('leaves the memory that was handed in as it was', async () => {
    const { engine } = setUp({ ambush: refusing('443') });
    const memory = newGroupMemory(0);
    const before = structuredClone(memory);
    const after = await reconcile(engine, { memory });
    expect(memory).toEqual(before);
    expect(after.memory).not.toEqual(before);
  });
});

describe('a group that is as its policy wants it', () => {
  it('is read and not written to, and its open intents are superseded', async () => {
    const { engine, writes } = setUp({ rules: [WEB, TLS] });
    await openIntent(engine);
    const { outcome } = await reconcile(engine);
    expect(outcome).toEqual({ kind: 'converged', changes: 0, rules: 2, next: 'resync' });
    expect(writes).toEqual([]);
    const history = await engine.journal.history({ group: HERE, sinceMs: null, limit: 9 });
    expect(history.map(({ result }) => result)).toEqual(['superseded']);
  });
});

describe('a group that may not be changed now', () => {
  it('is left alone when it is only observed, and its open intents are abandoned', async () => {
    const { engine, writes } = setUp();
    await openIntent(engine);
    const { outcome } = await reconcile(engine, { policy: policyOf([WEB, TLS], { mode: 'observe' }) });
    expect(outcome).toEqual({ kind: 'observed', next: 'resync' });
    expect(writes).toEqual([]);
    const history = await engine.journal.history({ group: HERE, sinceMs: null, limit: 9 });
    expect(history.map(({ result }) => result)).toEqual(['abandoned']);
  });

  it.each([
    { untilMs: 5000, afterMs: 5000, when: 'the pause ends' },
    { untilMs: 600_000, afterMs: 60_000, when: 'the resync interval is over, if the pause is longer' },
  ])('waits until $when', async ({ untilMs, afterMs }) => {
    const { engine, writes } = setUp();
    await engine.journal.pause({ group: null, reason: 'audit', pausedAtMs: 0, untilMs });
    const { outcome } = await reconcile(engine);
    expect(outcome).toMatchObject({ kind: 'blocked', next: { afterMs } });
    expect(writes).toEqual([]);
  });

  it('ends without a call, and needs help, when only another plan may be carried out', async () => {
    const { engine, writes } = setUp();
    const { outcome } = await reconcile(engine, { approvedPlan: 'another' });
    const reason = 'the group has changed since its plan was approved';
    expect(outcome).toMatchObject({ kind: 'not-converged', reason, next: 'needsHelp' });
    expect(writes).toEqual([]);
  });

  it('says so when the plan is another one because the cloud refused for lack of room', async () => {
    const { engine, writes } = setUp();
    const quota = { limit: 100, refusals: 1, retryAtMs: Number.MAX_SAFE_INTEGER };
    const memory = { ...newGroupMemory(0), quota };
    const { outcome } = await reconcile(engine, { approvedPlan: 'another', memory });
    expect(outcome).toMatchObject({ kind: 'not-converged', next: 'needsHelp' });
    const reason = outcome.kind === 'not-converged' ? outcome.reason : '';
    expect(reason).toMatch(
      /^planned again, because the cloud refused for lack of room: .*reconcile\.ruleQuota/,
    );
    expect(writes).toEqual([]);
  });

  it('ends without a call when no room for its calls comes before the stop', async () => {
    const { engine, writes } = setUp({ parts: { reserve: () => Promise.resolve(null) } });
    const { outcome } = await reconcile(engine);
    expect(outcome).toEqual({ kind: 'aborted', next: 'resync' });
    expect(writes).toEqual([]);
  });
});

describe('a group that cannot be read', () => {
  it.each([
    { code: 'Forbidden.RAM', status: 403, next: 'needsHelp' },
    { code: 'InternalError', status: 500, next: 'backoff' },
  ])('is tried again by "$next" after $code', async ({ code, status, next }) => {
    const { engine, log } = setUp({ ambush: () => refusal(code, status) });
    const { outcome } = await reconcile(engine);
    expect(outcome).toMatchObject({ kind: 'not-converged', failure: { code }, next });
    expect(log.events).toMatchObject([{ event: 'group.describe_failed', code }]);
  });
});

describe('a rule that the cloud refuses', () => {
  it('is quarantined, and what is left is done by the next reconcile', async () => {
    const { engine, rules } = setUp({ ambush: refusing('443') });
    const policy = policyOf([WEB, TLS, rule({ ports: '8443', peer: '10.1.0.0/16' })]);
    const first = await reconcile(engine, { policy });
    expect(first.outcome).toMatchObject({ kind: 'not-converged', failure: null, next: 'retry' });
    const second = await reconcile(engine, { policy, memory: first.memory });
    expect(second.outcome).toMatchObject({ kind: 'quarantined', next: 'resync' });
    const [block, ...others] = second.outcome.kind === 'quarantined' ? second.outcome.blocks : [];
    expect(block).toMatchObject({ kind: 'quarantined', liftedBy: 'time', override: '' });
    // The rule that was to become it stays, and is not one that the cloud refuses.
    expect(block?.message).toMatch(
      /^the cloud refuses to add, change or remove 1 rule, .*: ingress accept tcp 443\/443 .* \(web\.yaml:2: refused: InvalidPortRange\.Malformed; tried again at \d{4}-\S+Z\)$/,
    );
    expect(second.outcome).toMatchObject({ reason: block?.message });
    expect(rules()).toContain('22/22 10.0.0.0/8');
    expect(others).toEqual([]);
    expect(rules()).toContain('8443/8443 10.1.0.0/16');
  });

  it('shows that the group is full when that is why: the next plan has room for what the group holds', async () => {
    const full = refusal('AuthorizationLimitExceed');
    const { engine } = setUp({
      rules: [WEB],
      ambush: (operation) => (operation === 'AuthorizeSecurityGroup' ? full : null),
    });
    const first = await reconcile(engine, { policy: policyOf([WEB, TLS]) });
    expect(first.outcome).toMatchObject({ kind: 'not-converged', next: 'backoff' });
    expect(first.memory.quota).toMatchObject({ limit: null, refusals: 1 });
    const second = await reconcile(engine, { policy: policyOf([WEB, TLS]), memory: first.memory });
    expect(second.memory.quota).toMatchObject({ limit: 1 });
    expect(second.outcome.kind).toBe('blocked');
  });

  it('shows which API the endpoint speaks when it may not have understood the call', async () => {
    const { engine, rules } = emulatedEngine({ quirks: { apiLevel: 'legacy2019' } });
    const first = await reconcile(engine);
    expect(first.outcome).toMatchObject({ kind: 'not-converged', next: 'backoff' });
    const second = await reconcile(engine, { memory: first.memory });
    expect(second.outcome).toMatchObject({ kind: 'converged', changes: 2 });
    expect(rules()).toEqual(BOTH);
  });
});

describe('a plan that came to its end', () => {
  it('has not converged when the group differs from it all the same', async () => {
    let isAdded = false;
    const scene = setUp({
      rules: [WEB],
      ambush: (operation) => {
        if (isAdded && operation === 'DescribeSecurityGroupAttribute') scene.setRules([WEB]);
        isAdded ||= operation === 'AuthorizeSecurityGroup';
        return null;
      },
    });
    const { outcome } = await reconcile(scene.engine);
    expect(outcome).toEqual({
      kind: 'not-converged',
      reason: 'verification failed: the group differs from the plan',
      failure: null,
      next: 'backoff',
    });
    expect(await scene.engine.journal.marks(HERE)).toEqual({ attempted: 'r1', applied: null });
  });
});

describe('a plan that waited long for its calls', () => {
  it('is replaced by one for the group as it is by then', async () => {
    const clock = instantClock();
    const scene = setUp({ parts: { clock } });
    const { reserve } = scene.engine;
    const slow: Engine['reserve'] = async (...asked) => {
      await clock.sleep(6000);
      scene.setRules([WEB, TLS]);
      return reserve(...asked);
    };
    const { outcome } = await reconcile({ ...scene.engine, reserve: slow });
    expect(outcome).toMatchObject({ kind: 'converged', changes: 0 });
    expect(scene.writes).toEqual([]);
    expect(scene.held()).toBe(0);
  });
});

describe('a group whose policy in force breaks a guardrail that came later', () => {
  it('is closed where a person has opened it, and is not taken for what its policy says', async () => {
    const open = rule({ ports: '22' });
    const policy = policyOf([WEB, open]);
    const { engine, setRules, rules } = setUp({ rules: [WEB, open] });
    await reconcile(engine, { policy });
    const { lastConverged } = await engine.journal.facts(HERE);
    engine.demands.set({ guardrails: [guardrail({})], expectations: [] });
    setRules([WEB, rule({ ports: '6379' })]);
    const { outcome } = await reconcile(engine, { policy });
    expect(outcome).toMatchObject({ kind: 'blocked', kept: { changes: 1, closesOnly: true } });
    expect(rules()).toEqual(['80/80 10.0.0.0/8']);
    expect((await engine.journal.facts(HERE)).lastConverged).toEqual(lastConverged);
    expect(await engine.journal.marks(HERE)).toMatchObject({ applied: null });
    expect(await engine.journal.openIntents(HERE)).toEqual([]);
  });
});

describe('an approval', () => {
  const given = (planHash: string, policy: GroupPolicy) => ({
    ...{ planHash, desiredHash: desiredHash(policy), group: HERE, losing: [], opening: [] },
    ...{ by: 'ann@desk', reason: 'ticket 7', atMs: 0, untilMs: 3_600_000 },
  });

  it('is used up when the group is as its policy says, and not by a look at the policy before', async () => {
    const [now, next] = [policyOf([WEB, TLS]), policyOf([WEB])];
    const { engine } = setUp();
    await engine.journal.approve(given('f01', next));
    await engine.journal.approve(given('f02', now));
    await reconcile(engine, { policy: now });
    expect(await engine.journal.approvals(0, HERE)).toMatchObject([{ planHash: 'f01' }]);
    await reconcile(engine, { policy: next });
    expect(await engine.journal.approvals(0, HERE)).toEqual([]);
  });
});

describe('a clock that was set back', () => {
  const HOUR_MS = 3_600_000;

  it('stretches neither an approval nor the hour of a loss: both end after their own time from then on', async () => {
    const { journal } = setUp().engine;
    const atMs = 10 * HOUR_MS;
    const approval = {
      ...{ planHash: 'f01', desiredHash: desiredHash(policyOf([WEB])), group: HERE, losing: [], opening: [] },
      ...{ by: 'ann@desk', reason: 'ticket 7', atMs, untilMs: atMs + HOUR_MS },
    };
    await journal.approve(approval);
    await journal.setFacts(HERE, { losses: [{ atMs, rules: ['a'], isDone: true }] });
    await reconcile(setUp({ parts: { journal, clock: instantClock(HOUR_MS) } }).engine);
    expect(await journal.approvals(2 * HOUR_MS - 1, HERE)).toEqual([
      { ...approval, atMs: HOUR_MS, untilMs: 2 * HOUR_MS },
    ]);
    expect((await journal.facts(HERE)).losses).toMatchObject([{ atMs: HOUR_MS, rules: ['a'] }]);
    await reconcile(setUp({ parts: { journal, clock: instantClock(1.5 * HOUR_MS) } }).engine);
    expect(await journal.approvals(2 * HOUR_MS, HERE)).toEqual([]);
  });
});

describe('drift that is repaired again and again', () => {
  /** Someone makes the group so before each of the reconciles, which are half a minute apart. */
  async function undone(rounds: number, rules: (round: number) => readonly Rule[]) {
    const clock = instantClock();
    const scene = setUp({ parts: { clock } });
    let memory = newGroupMemory(0);
    const outcomes = [];
    for (let round = 0; round < rounds; round += 1) {
      scene.setRules(rules(round));
      const reconciled = await reconcile(scene.engine, { memory });
      ({ memory } = reconciled);
      outcomes.push(reconciled.outcome);
      await clock.sleep(30_000);
    }
    return { ...scene, outcomes };
  }

  it('lets a rule rest that someone keeps taking away, and says so; the group is read at the usual pace', async () => {
    const { outcomes, log, rules } = await undone(6, () => [WEB]);
    expect(outcomes.map(({ kind, next }) => [kind, next])).toEqual([
      ...Array<unknown>(5).fill(['converged', 'resync']),
      ['blocked', 'resync'],
    ]);
    expect(outcomes.at(-1)).toMatchObject({ blocks: [{ kind: 'flapping', liftedBy: 'time' }] });
    expect(log.events.filter(({ event }) => event === 'group.flapping')).toMatchObject([{ rounds: 5 }]);
    expect(rules()).toEqual(['80/80 10.0.0.0/8']);
  });

  it('repairs the rest of the group meanwhile, and the rule again when it has rested', async () => {
    const other = rule({ ports: '2222', peer: '192.0.2.0/24' });
    const { outcomes, rules } = await undone(6, (round) => (round === 5 ? [WEB, other] : [WEB]));
    expect(outcomes.at(-1)).toMatchObject({ kind: 'blocked', kept: { changes: 1 } });
    expect(rules()).toEqual(['80/80 10.0.0.0/8']);
    expect((await undone(8, () => [WEB])).outcomes.map(({ kind }) => kind)).toEqual([
      ...Array<string>(5).fill('converged'),
      'blocked',
      'converged',
      'blocked',
    ]);
  });

  it('removes a rule that opens traffic at every read, however often it comes back', async () => {
    const { outcomes, rules } = await undone(12, () => [WEB, TLS, SSH]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array<string>(12).fill('converged'));
    expect(rules()).toEqual(BOTH);
  });

  it('is no flapping when the policy has changed each time', async () => {
    const { engine, setRules } = setUp();
    let memory = newGroupMemory(0);
    for (let round = 0; round < 6; round += 1) {
      setRules([SSH, WEB]);
      const reconciled = await reconcile(engine, { memory, cause: 'policy' });
      expect(reconciled.outcome.next).toBe('resync');
      ({ memory } = reconciled);
    }
  });
});

describe('a run that is to end', () => {
  it('ends before the next step, gives back its calls, and says nothing of convergence', async () => {
    const stop = new AbortController();
    const { engine, held, writes, log } = setUp({
      rules: [SSH],
      ambush: (operation) => {
        if (operation.startsWith('Authorize')) stop.abort();
        return null;
      },
    });
    const policy = policyOf([WEB, TLS, rule({ ports: '8443', peer: '10.1.0.0/16', priority: 3 })]);
    const { outcome } = await reconcile(engine, { policy, signal: stop.signal });
    expect(outcome).toEqual({ kind: 'aborted', next: 'resync' });
    expect(writes).toEqual(['AuthorizeSecurityGroup']);
    expect(held()).toBe(0);
    expect(log.events.map(({ event }) => event)).not.toContain('group.converged');
  });
});

/** Refuses calls that add a rule of this port. */
function refusing(port: string): Ambush {
  return (_operation, params) =>
    Object.entries(params).some(([name, value]) => name.endsWith('PortRange') && value === `${port}/${port}`)
      ? refusal('InvalidPortRange.Malformed')
      : null;
}

const openIntent = (engine: Engine) =>
  engine.journal.openIntent({
    group: HERE,
    revision: 'r0',
    planHash: 'earlier',
    reconcileId: '0',
    step: 1,
    operation: 'RevokeSecurityGroup',
    params: {},
    effect: { adds: [], removes: [] },
  });
