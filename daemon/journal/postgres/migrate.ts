// Brings the database of a journal to the newest schema, all or nothing, and one replica at a time; one of a newer
// Rampart, or of something else, is refused before anything is written.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { JournalOpenFailure } from '../journal.ts';
import type { Connections, Statements } from './connection.ts';
import { databaseFailure } from './postgres-trouble.ts';
import { POSTGRES_MIGRATIONS } from './schema.ts';

/** The one row of `meta` that lasts. */
export interface DatabaseMeta {
  /** Random, for the life of the journal. */
  readonly install: string;
  readonly version: number;
  /** How many parts each account and region has; set at the first start. */
  readonly shards: number;
}

/** What a database gets that has no journal yet. */
export interface NewJournal {
  readonly install: string;
  readonly shards: number;
}

export interface MigrateOptions {
  /** Null: only a daemon makes a journal, and only a daemon migrates one. */
  readonly create: NewJournal | null;
  /** For messages. */
  readonly name: string;
  /** Every migration that this Rampart knows. */
  readonly migrations?: readonly string[];
}

/** "rampart" as a number: whoever holds this lock of the server is the one that migrates. */
const MIGRATION_LOCK = 7_597_132;

export async function migrateDatabase(
  connections: Connections,
  options: MigrateOptions,
): Promise<Result<DatabaseMeta, JournalOpenFailure>> {
  const { create, name, migrations = POSTGRES_MIGRATIONS } = options;
  // The usual case takes no lock.
  const known = await readMeta(connections);
  if (known?.version === migrations.length) return ok(known);
  if (create === null) return err(notMigrated(known, name, migrations.length));
  return connections.transaction(async (statements) => {
    await statements.get('SELECT pg_advisory_xact_lock($1)', MIGRATION_LOCK);
    const before = await readMeta(statements);
    const refusal =
      before === null ? await strangers(statements, name) : newer(before, name, migrations.length);
    if (refusal !== null) return err(refusal);
    for (const migration of migrations.slice(before?.version ?? 0)) await statements.all(migration);
    await statements.run(
      `INSERT INTO meta (id, install, schema_version, shards) VALUES (1, $1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET schema_version = EXCLUDED.schema_version`,
      create.install,
      migrations.length,
      create.shards,
    );
    return ok({ ...create, ...before, version: migrations.length });
  });
}

/** Null: there is no journal in the database. */
export async function readMeta(statements: Statements): Promise<DatabaseMeta | null> {
  const table = (await statements.get(
    `SELECT count(*) AS columns FROM information_schema.columns WHERE table_schema = current_schema()
     AND table_name = 'meta' AND column_name IN ('install', 'schema_version', 'shards')`,
  )) as { readonly columns: number };
  if (table.columns !== 3) return null;
  const row = await statements.get('SELECT install, schema_version AS version, shards FROM meta');
  return (row as DatabaseMeta | undefined) ?? null;
}

/** A database with tables of others, where ours would mix with them. */
async function strangers(statements: Statements, name: string): Promise<JournalOpenFailure | null> {
  const row = (await statements.get(
    'SELECT tablename AS table FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1 LIMIT 1',
  )) as { readonly table: string } | undefined;
  if (row === undefined) return null;
  return databaseFailure(
    'foreign',
    `the ${name} is not a journal of Rampart: it holds the table ${row.table}`,
  );
}

function newer(meta: DatabaseMeta, name: string, known: number): JournalOpenFailure | null {
  if (meta.version <= known) return null;
  const versions = `schema ${meta.version}, we know ${known}`;
  return databaseFailure('foreign', `the journal in ${name} was migrated by a newer Rampart (${versions})`);
}

function notMigrated(meta: DatabaseMeta | null, name: string, known: number): JournalOpenFailure {
  if (meta === null)
    return databaseFailure('missing', `there is no journal in ${name}; start \`rampart run\` once`);
  return (
    newer(meta, name, known) ??
    databaseFailure('foreign', `the journal in ${name} is of an older Rampart; start \`rampart run\` once`)
  );
}
