// What a replica does with the intents of the one that looked after a group before it.
import { describe, expect, it } from 'vitest';
import { stepRequest } from '../../../../daemon/ecs/convert/requests.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { soleOwner } from '../../../../daemon/journal/ownership.ts';
import { LeaseLost, type Intent } from '../../../../daemon/journal/journal.ts';
import { newGroupMemory } from '../../../../daemon/learned/group-memory.ts';
import type { Engine } from '../../../../daemon/reconcile/engine.ts';
import { reconcileGroup } from '../../../../daemon/reconcile/reconcile.ts';
import type { Step } from '../../../../reconciler/plan/plan.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { emulatedEngine } from '../../../support/emulated-engine.ts';
import { instantClock } from '../../../support/fake-engine.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../support/rule-sets.ts';
import { wrappedJournal } from '../../../support/wrapped-journal.ts';

const WEB = rule({ ports: '80', peer: '10.0.0.0/8' });
const TLS = rule({ ports: '443', peer: '10.0.0.0/8' });
const DNS = rule({ ports: '53', peer: '10.0.0.0/8' });
const HERE = { account: 'default', region: 'cn-hangzhou', id: SELF };
const CALL_MS = 13_000;

/** A group with WEB, taken over while calls of the earlier owner may still be under way, for so long. */
function setUp(leftMs: number) {
  const clock = instantClock();
  const state = { leftMs, mayWrite: true };
  const ownership = {
    ...soleOwner({ owner: 'b', epoch: 2 }),
    mayWrite: () => state.mayWrite,
    earlierCallsEndInMs: () => state.leftMs,
  };
  const journal = openMemoryJournal({ clock, randomByte: () => 7 });
  return { ...emulatedEngine({ rules: [WEB], parts: { clock, ownership, journal } }), state };
}

const reconcile = (engine: Engine, wanted: readonly Rule[]) =>
  reconcileGroup(
    engine,
    {
      policy: policyOf(wanted),
      cause: 'drift',
      memory: newGroupMemory(0),
      revision: 'r1',
      approvedPlan: null,
    },
    new AbortController().signal,
  );

function leaveOpen({ journal }: Engine, added: Rule): Promise<Intent> {
  const rules = policyOf([added]).rules.ingress ?? [];
  const step: Step = { kind: 'authorize', direction: 'ingress', rules, checkpoint: false };
  const { operation, params } = stepRequest(HERE, step, 'current');
  return journal.openIntent({
    ...{ group: HERE, revision: 'r0', planHash: 'f00', reconcileId: 'earlier', step: 1 },
    ...{ operation, params, effect: { adds: [], removes: [] } },
  });
}

describe('an intent that an earlier owner left open', () => {
  it('stays open while its call may still arrive, and the group is read again when it cannot', async () => {
    const { engine, state } = setUp(CALL_MS);
    await leaveOpen(engine, TLS);
    const first = await reconcile(engine, [WEB]);
    expect(first.outcome).toMatchObject({ kind: 'converged', next: { afterMs: CALL_MS } });
    expect(await engine.journal.openIntents(HERE)).toHaveLength(1);
    state.leftMs = 0;
    expect((await reconcile(engine, [WEB])).outcome).toMatchObject({ kind: 'converged', next: 'resync' });
    expect(await engine.journal.openIntents(HERE)).toEqual([]);
  });

  it('keeps other calls waiting until its own can arrive no more', async () => {
    const { engine, writes, state } = setUp(CALL_MS);
    await leaveOpen(engine, TLS);
    writes.length = 0;
    const { outcome } = await reconcile(engine, [WEB, DNS]);
    expect(outcome).toMatchObject({ kind: 'not-converged', next: { afterMs: CALL_MS } });
    expect(writes).toEqual([]);
    state.leftMs = 0;
    expect((await reconcile(engine, [WEB, DNS])).outcome).toMatchObject({ kind: 'converged' });
  });

  it('is sent again at once with its own token where the plan begins with the same call', async () => {
    const { engine, rules } = setUp(CALL_MS);
    const { clientToken } = await leaveOpen(engine, TLS);
    await reconcile(engine, [WEB, TLS]);
    expect(rules()).toEqual(['443/443 10.0.0.0/8', '80/80 10.0.0.0/8']);
    const closed = await engine.journal.history({ group: HERE, sinceMs: null, limit: 9 });
    expect(closed).toMatchObject([{ clientToken, result: 'applied' }]);
  });

  it('is not sent again while another one is open, whose call may arrive after it', async () => {
    const { engine, writes, state } = setUp(CALL_MS);
    await leaveOpen(engine, DNS);
    await leaveOpen(engine, TLS);
    writes.length = 0;
    const { outcome } = await reconcile(engine, [WEB, TLS]);
    expect(outcome).toMatchObject({ kind: 'not-converged', next: { afterMs: CALL_MS } });
    expect(writes).toEqual([]);
    state.leftMs = 0;
    await reconcile(engine, [WEB, TLS]);
    expect((await reconcile(engine, [WEB, TLS])).outcome).toMatchObject({ kind: 'converged' });
  });
});

describe('a replica that lost the lease of a group', () => {
  it('sends no call once the deadline has passed, and leaves the intent to who has the lease', async () => {
    const { engine, rules, state } = setUp(0);
    const journal = wrappedJournal(engine.journal, {
      openIntent: async (draft) => {
        const intent = await engine.journal.openIntent(draft);
        state.mayWrite = false;
        return intent;
      },
    });
    const { outcome } = await reconcile({ ...engine, journal }, [WEB, TLS]);
    expect(outcome.kind).toBe('aborted');
    expect(rules()).toEqual(['80/80 10.0.0.0/8']);
    expect(await engine.journal.openIntents(HERE)).toHaveLength(1);
  });

  it('ends the reconcile as aborted where the journal refuses the intent', async () => {
    const { engine, rules, held } = setUp(0);
    const journal = wrappedJournal(engine.journal, {
      openIntent: () => Promise.reject(new LeaseLost('default/cn-hangzhou')),
    });
    const { outcome } = await reconcile({ ...engine, journal }, [WEB, TLS]);
    expect(outcome).toEqual({ kind: 'aborted', next: 'resync' });
    expect(rules()).toEqual(['80/80 10.0.0.0/8']);
    expect(held()).toBe(0);
  });
});
