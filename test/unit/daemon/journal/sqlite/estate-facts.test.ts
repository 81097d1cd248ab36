// The policies in force in a journal file, in parts: what a change writes, and what a crash leaves behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../../../daemon/journal/sqlite/connection.ts';
import { EstateTables } from '../../../../../daemon/journal/sqlite/estate-facts.ts';
import { MIGRATIONS } from '../../../../../daemon/journal/sqlite/schema.ts';
import type { DesiredGroup, DesiredState } from '../../../../../reconciler/model/group.ts';

let folder: string;
let db: Connection;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-estate-'));
  db = new Connection(join(folder, 'journal.db'), { readOnly: false, busyTimeoutMs: 0 });
  for (const migration of MIGRATIONS) db.exec(migration);
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const groupOf = (number: number, line = 1): DesiredGroup => ({
  account: 'default',
  region: 'cn-hangzhou',
  selector: { kind: 'id', id: `sg-${number}` },
  mode: null,
  alone: false,
  ignore: [],
  rules: { ingress: [], egress: null },
  source: { file: 'web.yaml', line, column: 1 },
});

const stateOf = (groups: readonly DesiredGroup[], revision = 'r1'): DesiredState => ({
  revision,
  groups,
  expectations: [],
  guardrails: [],
});

const versions = (): unknown[] => db.all('SELECT part, since FROM estate_parts ORDER BY since, part');
const desiredAfterRestart = async () => (await new EstateTables(db).read()).desired;

describe('the policies in force', () => {
  it('are written group by group: a change of one writes that one, and one that is gone takes its row with it', async () => {
    const estate = new EstateTables(db);
    const [one, two, three] = [groupOf(1), groupOf(2), groupOf(3)];
    await estate.write({ desired: stateOf([one, two, three]) });
    expect(versions()).toMatchObject([{ since: 1 }, { since: 1 }, { since: 1 }]);
    const next = stateOf([one, groupOf(2, 9)], 'r2');
    await estate.write({ desired: next });
    expect(versions()).toMatchObject([{ since: 1 }, { since: 2 }]);
    expect(await desiredAfterRestart()).toEqual(next);
  });

  it('are the very same object for whoever wrote them', async () => {
    const estate = new EstateTables(db);
    const state = stateOf([groupOf(1)]);
    await estate.write({ desired: state });
    expect((await estate.read()).desired).toBe(state);
    const restarted = new EstateTables(db);
    const first = await restarted.read();
    expect((await restarted.read()).desired).toBe(first.desired);
  });

  it('stay as they were where a write came to no end, and the next one leaves nothing of it', async () => {
    const estate = new EstateTables(db);
    const before = stateOf([groupOf(1), groupOf(2)]);
    await estate.write({ desired: before });
    const insert = "INSERT INTO estate_parts (fact, part, since, body) VALUES ('desired', ?, 2, NULL)";
    for (const { part } of versions() as ReadonlyArray<{ part: string }>) db.run(insert, part);
    expect(await desiredAfterRestart()).toEqual(before);
    const restarted = new EstateTables(db);
    const after = stateOf([groupOf(1), groupOf(2), groupOf(3)], 'r2');
    await restarted.write({ desired: after });
    expect(await desiredAfterRestart()).toEqual(after);
  });

  it('of more groups than are written in one turn come back whole and in order', async () => {
    const numbers = Array.from({ length: 450 }, (_, index) => 100_000 + index);
    const state = stateOf(numbers.map((number) => groupOf(number)));
    await new EstateTables(db).write({ desired: state });
    expect(await desiredAfterRestart()).toEqual(state);
  });

  it('of an earlier Rampart, in one row, are read, and written in parts from then on', async () => {
    const state = stateOf([groupOf(1), groupOf(2)]);
    db.run("INSERT INTO estate_facts (name, body) VALUES ('desired', ?)", JSON.stringify(state));
    const estate = new EstateTables(db);
    const read = (await estate.read()).desired;
    expect(read).toEqual(state);
    const next = { ...state, revision: 'r2' };
    await estate.write({ desired: next });
    expect(versions()).toHaveLength(2);
    expect(await desiredAfterRestart()).toEqual(next);
  });
});
