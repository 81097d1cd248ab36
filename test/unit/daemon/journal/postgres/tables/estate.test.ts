// The facts of the estate where several replicas write them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connections } from '../../../../../../daemon/journal/postgres/connection.ts';
import { PostgresEstate } from '../../../../../../daemon/journal/postgres/tables/estate.ts';
import { migrateDatabase } from '../../../../../../daemon/journal/postgres/migrate.ts';
import type { DesiredGroup, DesiredState } from '../../../../../../reconciler/model/group.ts';
import { connectionsTo } from '../../../../../support/database.ts';
import { postgresOfFile } from '../../../../../support/postgres.ts';
import { desired as desiredRule } from '../../../../../support/plan-inputs.ts';
import { rule } from '../../../../../support/rule-sets.ts';

const SOURCE = { file: 'web.yaml', line: 1, column: 1 };

const group = (id: string, ports: string): DesiredGroup => ({
  account: 'default',
  region: 'cn-hangzhou',
  selector: { kind: 'id', id },
  mode: null,
  alone: false,
  ignore: [],
  rules: { ingress: [desiredRule(rule({ ports }))], egress: null },
  source: SOURCE,
});

const stateOf = (revision: string, groups: readonly DesiredGroup[]): DesiredState => ({
  revision,
  groups,
  expectations: [],
  guardrails: [],
});

const MANY = Array.from({ length: 450 }, (_, at) => group(`sg-${String(at).padStart(3, '0')}`, '443'));

describe('the facts of the estate on PostgreSQL', () => {
  const postgres = postgresOfFile();
  let connections: Connections;
  let estate: PostgresEstate;
  let other: PostgresEstate;

  beforeEach(async () => {
    connections = connectionsTo(await postgres.freshDatabase());
    await migrateDatabase(connections, { create: { install: 'a1', shards: 1 }, name: 'database x' });
    estate = new PostgresEstate(connections);
    other = new PostgresEstate(connections);
  });
  afterEach(() => connections.close());

  const rowsWritten = async (work: () => Promise<void>): Promise<number> => {
    const sql = 'SELECT part, xmin::text AS at FROM estate_parts';
    const before = new Set((await connections.all(sql)).map((row) => JSON.stringify(row)));
    await work();
    return (await connections.all(sql)).filter((row) => !before.has(JSON.stringify(row))).length;
  };

  it('come back as they were written, by whichever replica, and as the same object while they stay', async () => {
    const desired = stateOf('r1', MANY);
    await estate.write({ desired });
    expect((await estate.read()).desired).toBe(desired);
    const read = (await other.read()).desired;
    expect(read).toEqual(desired);
    expect((await other.read()).desired).toBe(read);
  });

  it('are seen as another replica wrote them last', async () => {
    await estate.write({ desired: stateOf('r1', MANY) });
    await other.write({ desired: stateOf('r2', MANY.slice(1)) });
    expect((await estate.read()).desired).toEqual(stateOf('r2', MANY.slice(1)));
    await other.write({ desired: null });
    await other.write({ desired: stateOf('r3', [group('sg-1', '22')]) });
    expect((await estate.read()).desired).toEqual(stateOf('r3', [group('sg-1', '22')]));
  });

  it('are written again by no replica that comes to the same', async () => {
    await estate.write({ desired: stateOf('r1', MANY) });
    const same = structuredClone(stateOf('r1', MANY));
    expect(await rowsWritten(() => other.write({ desired: same }))).toBe(0);
    expect((await other.read()).desired).toBe(same);
  });

  it('cost the parts that differ', async () => {
    await estate.write({ desired: stateOf('r1', MANY) });
    const edited = [group('sg-000', '22'), ...structuredClone(MANY.slice(1))];
    expect(await rowsWritten(() => other.write({ desired: stateOf('r2', edited) }))).toBe(1);
    expect((await estate.read()).desired).toEqual(stateOf('r2', edited));
  });

  it('are whole after two replicas wrote at once', async () => {
    const one = stateOf('r1', MANY);
    const two = stateOf('r2', [group('sg-1', '22')]);
    await Promise.all([estate.write({ desired: one }), other.write({ desired: two })]);
    const { desired } = await new PostgresEstate(connections).read();
    expect([one, two]).toContainEqual(desired);
    expect((await estate.read()).desired).toEqual(desired);
    expect((await other.read()).desired).toEqual(desired);
  });
});
