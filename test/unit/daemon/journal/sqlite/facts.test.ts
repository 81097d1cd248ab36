// What the facts cost, and what a command beside the daemon does to them.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { factText } from '../../../../../daemon/journal/fact-text.ts';
import type { Journal } from '../../../../../daemon/journal/journal.ts';
import { Connection } from '../../../../../daemon/journal/sqlite/connection.ts';
import { RETENTION } from '../../../../../daemon/journal/sqlite/retention.ts';
import { openSqliteDesk } from '../../../../../daemon/journal/sqlite/sqlite-desk.ts';
import { openSqliteJournal } from '../../../../../daemon/journal/sqlite/sqlite.ts';
import { policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';
import { GROUP } from '../contract.ts';

let folder: string;
let path: string;
let journal: Journal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-journal-'));
  path = join(folder, 'journal.db');
  const opened = openSqliteJournal(path, {
    clock: { nowMs: () => 1_000_000 },
    randomByte: () => 7,
    retention: RETENTION,
  });
  if (!opened.ok) throw new Error(opened.error.message);
  journal = opened.value;
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

const logBytes = (): number => statSync(`${path}-wal`).size;

describe('the facts in a journal file', () => {
  it('cost no write while they stay as they are', async () => {
    const facts = { lastConverged: ['a'], inForce: policyOf([]), takenOver: true, losses: [] };
    const waiting = {
      ...{ planHash: 'f00', desiredHash: 'd00', revision: 'r', kinds: ['brake'] as const, messages: [] },
      ...{ losing: [], opening: [] },
    };
    const write = async () => {
      await journal.setFacts(GROUP, facts);
      await journal.setEstateFacts({
        desired: { revision: 'r', groups: [], expectations: [], guardrails: [] },
        held: null,
      });
      await journal.setWaiting(GROUP, waiting);
      await journal.useUpApprovals({ group: GROUP, desiredHash: 'd00' });
    };
    await write();
    const bytes = logBytes();
    await write();
    expect(logBytes()).toBe(bytes);
    await journal.setFacts(GROUP, { takenOver: false });
    expect(logBytes()).toBeGreaterThan(bytes);
  });

  it('tell which policy is in force where another process writes one while this one does', async () => {
    const [first, second] = [policyOf([]), policyOf([rule({ ports: '22' })])];
    const other = new Connection(path, { readOnly: false, busyTimeoutMs: 0 });
    const fresh = { ...first };
    // Read when the policy is made text, for which this process has read what is in force.
    Object.defineProperty(fresh, 'rules', {
      enumerable: true,
      get: () => {
        other.run("UPDATE group_facts SET body = ? WHERE name = 'inForce'", factText(second));
        return first.rules;
      },
    });
    await journal.setFacts(GROUP, { inForce: first });
    await journal.setFacts(GROUP, { inForce: fresh });
    other.close();
    expect((await journal.facts(GROUP)).inForce).toEqual(second);
  });

  it('tell which policy is in force, whoever has written it last', async () => {
    const [first, second] = [policyOf([]), policyOf([rule({ ports: '22' })])];
    const inForce = async () => (await journal.facts(GROUP)).inForce;
    await journal.setFacts(GROUP, { inForce: first });
    expect([await inForce(), await inForce()]).toEqual([first, first]);
    const other = new Connection(path, { readOnly: false, busyTimeoutMs: 0 });
    other.run("UPDATE group_facts SET body = ? WHERE name = 'inForce'", factText(second));
    expect([await inForce(), await inForce()]).toEqual([second, second]);
    other.run("DELETE FROM group_facts WHERE name = 'inForce'");
    expect(await inForce()).toBeNull();
    other.close();
    await journal.setFacts(GROUP, { inForce: second, takenOver: true });
    expect(await journal.facts(GROUP)).toMatchObject({ inForce: second, takenOver: true });
    await journal.setFacts(GROUP, { inForce: null });
    expect(await inForce()).toBeNull();
    await journal.setFacts(GROUP, { inForce: first });
    await journal.forget(GROUP);
    expect(await inForce()).toBeNull();
  });

  it('tell the daemon that a command beside it has changed something, and nothing of its own changes', async () => {
    const before = await journal.foreignChanges();
    await journal.setFacts(GROUP, { takenOver: true });
    expect(await journal.foreignChanges()).toBe(before);
    const desk = openSqliteDesk(path);
    if (!desk.ok) throw new Error(desk.error.message);
    await desk.value.pause({ group: null, reason: 'x', pausedAtMs: 1, untilMs: 2 });
    expect(await journal.foreignChanges()).not.toBe(before);
    await desk.value.close();
  });
});
