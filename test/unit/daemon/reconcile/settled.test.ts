// A group that stays as it is costs the journal nothing; over the emulator in this process.
import { afterEach, expect, it } from 'vitest';
import type { Journal } from '../../../../daemon/journal/journal.ts';
import { newGroupMemory } from '../../../../daemon/learned/group-memory.ts';
import { reconcileGroup } from '../../../../daemon/reconcile/reconcile.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { emulatedEngine } from '../../../support/emulated-engine.ts';
import { instantClock } from '../../../support/fake-engine.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const WEB = rule({ ports: '80', peer: '10.0.0.0/8' });
const TLS = rule({ ports: '443', peer: '10.0.0.0/8' });

let notes: string[] = [];
afterEach(() => {
  notes = [];
});

const WRITING: ReadonlySet<string | symbol> = new Set(['setFacts', 'setWaiting', 'useUpApprovals', 'mark']);

/** The journal, and in `notes` what was asked of it that may write. */
function watched(journal: Journal): Journal {
  return new Proxy(journal, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return (...given: unknown[]): unknown => {
        if (WRITING.has(name)) notes.push(String(name));
        return Reflect.apply(method, target, given);
      };
    },
  });
}

function scene() {
  const clock = instantClock();
  const journal = watched(openMemoryJournal({ clock, randomByte: () => 7 }));
  const world = emulatedEngine({ rules: [WEB], parts: { clock, journal } });
  let memory = newGroupMemory(0);
  /** What a look notes. */
  const look = async (policy = POLICY, revision = 'r1'): Promise<readonly string[]> => {
    notes = [];
    const request = { policy, cause: 'drift', memory, revision, approvedPlan: null } as const;
    const done = await reconcileGroup(world.engine, request, new AbortController().signal);
    expect(done.outcome.kind).toBe('converged');
    memory = done.memory;
    return notes;
  };
  return { ...world, journal, look };
}

const POLICY = policyOf([WEB]);

it('what a look finds as the last one left it is not noted a second time', async () => {
  const { look } = scene();
  await look();
  await look();
  expect(await look()).toEqual([]);
  expect(await look()).toEqual([]);
});

it('another revision is noted', async () => {
  const revision = 'r2';
  const { look, journal } = scene();
  for (let looks = 0; looks < 3; looks += 1) await look();
  expect(await look(POLICY, revision)).not.toEqual([]);
  expect(await journal.facts(POLICY)).toMatchObject({ inForceRevision: revision });
});

it('another policy, and what a person did to the group, is carried out and noted', async () => {
  const { look, journal, rules, setRules } = scene();
  for (let looks = 0; looks < 3; looks += 1) await look();
  const both = policyOf([WEB, TLS]);
  expect(await look(both)).not.toEqual([]);
  for (let looks = 0; looks < 3; looks += 1) await look(both);
  setRules([WEB]);
  await look(both);
  expect(rules()).toEqual(['443/443 10.0.0.0/8', '80/80 10.0.0.0/8']);
  expect((await journal.facts(both)).lastConverged).toHaveLength(2);
});

it('what someone else changed in the journal is noted again', async () => {
  const { look, journal } = scene();
  for (let looks = 0; looks < 3; looks += 1) await look();
  await journal.setFacts(POLICY, { lastConverged: null });
  expect(await look()).not.toEqual([]);
  expect((await journal.facts(POLICY)).lastConverged).toHaveLength(1);
});
