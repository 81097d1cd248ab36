// Whether a replica could begin or go on with the journal in a database, without changing it: for `rampart doctor`.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { targetName, type PostgresTarget } from '../../config/postgres-url.ts';
import { JournalError, type JournalOpenFailure } from '../journal.ts';
import { Connections } from './connection.ts';
import { migrateDatabase } from './migrate.ts';
import { databaseFailure } from './postgres-trouble.ts';

/** `shards` null: there is no journal yet, and the first start may make one. */
export interface InspectedDatabase {
  readonly name: string;
  readonly shards: number | null;
}

export async function inspectDatabase(
  target: PostgresTarget,
): Promise<Result<InspectedDatabase, JournalOpenFailure>> {
  const connections = new Connections(target);
  const name = targetName(target);
  try {
    const meta = await migrateDatabase(connections, { create: null, name });
    if (!meta.ok && meta.error.trouble !== 'missing') return meta;
    const may = meta.ok
      ? `has_table_privilege('intents', 'INSERT') AND has_table_privilege('intents', 'DELETE')`
      : `has_schema_privilege(current_schema(), 'CREATE')`;
    const row = (await connections.get(`SELECT ${may} AS may, current_user AS who`)) as {
      readonly may: boolean | null;
      readonly who: string;
    };
    if (row.may === true) return ok({ name, shards: meta.ok ? meta.value.shards : null });
    return err(databaseFailure('readOnly', `the user "${row.who}" may not write in ${name}`));
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return err(databaseFailure(error.trouble, `the journal in ${name} cannot be opened: ${error.message}`));
  } finally {
    await connections.close();
  }
}
