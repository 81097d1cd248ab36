// Takes a journal from its file to an empty database, so that several replicas can go on where one process was: history, plans,
// pauses, approvals, and all that is known of groups. All of it arrives, or nothing.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { Connections, Parameter, Statements } from '../postgres/connection.ts';
import { PostgresEstate } from '../postgres/tables/estate.ts';
import type { JournalOpenFailure } from '../journal.ts';
import { databaseFailure } from '../postgres/postgres-trouble.ts';
import type { Connection } from '../sqlite/connection.ts';
import { EstateTables } from '../sqlite/estate-facts.ts';

interface CopiedTable {
  readonly name: string;
  /** The same in both; what is computed has the expression of SQLite after it. */
  readonly columns: ReadonlyArray<string | readonly [column: string, sql: string]>;
  /** Numbers, as PostgreSQL calls their types. */
  readonly numbers?: Readonly<Record<string, 'integer' | 'bigint'>>;
  readonly order: string;
}

const GROUP = ['account', 'region', 'group_id'];
const INTENT = ['client_token', ...GROUP, 'revision', 'plan_hash', 'reconcile_id', 'step', 'operation'];
const CALL = [...INTENT, 'params', 'effect', 'opened_at_ms'];
const CALL_NUMBERS = {
  step: 'integer',
  opened_at_ms: 'bigint',
  closed_at_ms: 'bigint',
  number: 'bigint',
} as const;

const TABLES: readonly CopiedTable[] = [
  { name: 'intents', columns: CALL, numbers: CALL_NUMBERS, order: 'seq' },
  {
    name: 'history',
    columns: [...CALL, 'result', 'request_id', 'code', 'closed_at_ms', 'chain', 'number', 'hash'],
    numbers: CALL_NUMBERS,
    order: 'seq',
  },
  {
    name: 'chains',
    columns: ['chain', 'number', 'hash', 'anchor_number', 'anchor_hash'],
    numbers: { number: 'bigint', anchor_number: 'bigint' },
    order: 'chain',
  },
  {
    name: 'plans',
    columns: ['hash', 'body', 'saved_at_ms'],
    numbers: { saved_at_ms: 'bigint' },
    order: 'seq',
  },
  {
    name: 'pauses',
    columns: ['scope', ...GROUP, 'reason', 'paused_at_ms', 'until_ms'],
    numbers: { paused_at_ms: 'bigint', until_ms: 'bigint' },
    order: 'scope',
  },
  { name: 'marks', columns: ['group_key', 'attempted', 'applied'], order: 'group_key' },
  { name: 'group_facts', columns: [...GROUP, 'name', 'body'], order: 'account, region, group_id, name' },
  {
    name: 'approvals',
    columns: [
      ...['hash', 'scope', ...GROUP, 'body', 'at_ms', 'until_ms', 'used_at_ms'],
      ['desired_hash', "json_extract(body, '$.desiredHash')"],
    ],
    numbers: { at_ms: 'bigint', until_ms: 'bigint', used_at_ms: 'bigint' },
    order: 'seq',
  },
  { name: 'waiting', columns: ['scope', ...GROUP, 'body'], order: 'scope' },
];

const ROWS_AT_A_TIME = 500;

/** How many rows of each table were taken over. */
export type CopiedRows = Readonly<Record<string, number>>;

/** @param from of a journal that no process works on; @param to of a journal that was made, and holds nothing */
export async function copyJournal(
  from: Connection,
  to: Connections,
  name: string,
): Promise<Result<CopiedRows, JournalOpenFailure>> {
  const estate = await new EstateTables(from).read();
  return to.transaction(async (statements) => {
    const full = await firstFullTable(statements);
    if (full !== null) {
      const message = `the journal in ${name} is not empty: its table ${full} has rows; give it an empty database`;
      return err(databaseFailure('foreign', message));
    }
    const copied: Record<string, number> = {};
    for (const table of TABLES) copied[table.name] = await copyTable(from, statements, table);
    const { install } = from.get('SELECT install FROM meta') as { readonly install: string };
    await statements.run('UPDATE meta SET install = $1', install);
    await new PostgresEstate(to).writeWith(statements, estate);
    return ok(copied);
  });
}

async function firstFullTable(statements: Statements): Promise<string | null> {
  for (const { name } of TABLES) {
    if ((await statements.get(`SELECT 1 AS one FROM ${name} LIMIT 1`)) !== undefined) return name;
  }
  return null;
}

type FileRow = Readonly<Record<string, string | number | null>>;

async function copyTable(from: Connection, to: Statements, table: CopiedTable): Promise<number> {
  const { name, columns, numbers = {}, order } = table;
  const names = columns.map((column) => (typeof column === 'string' ? column : column[0]));
  const selected = columns.map((column) =>
    typeof column === 'string' ? column : `${column[1]} AS ${column[0]}`,
  );
  const read = `SELECT ${selected.join(', ')} FROM ${name} ORDER BY ${order} LIMIT ${ROWS_AT_A_TIME} OFFSET ?`;
  const lists = names.map((column, at) => `$${at + 1}::${numbers[column] ?? 'text'}[]`).join(', ');
  const write = `INSERT INTO ${name} (${names.join(', ')}) SELECT * FROM unnest(${lists})`;
  for (let offset = 0; ; offset += ROWS_AT_A_TIME) {
    const rows = from.all(read, offset) as readonly FileRow[];
    if (rows.length > 0) await to.run(write, ...names.map((column): Parameter => columnValues(rows, column)));
    if (rows.length < ROWS_AT_A_TIME) return offset + rows.length;
  }
}

const columnValues = (rows: readonly FileRow[], column: string): ReadonlyArray<string | null> =>
  rows.map((row) => {
    const value = row[column] ?? null;
    return value === null ? null : String(value);
  });
