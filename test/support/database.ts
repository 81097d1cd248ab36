// A pool of connections to a database of `postgres.ts`, for tests that work below the journal.
import { Connections, POOL_BOUNDS } from '../../daemon/journal/postgres/connection.ts';
import { readPostgresUrl } from '../../daemon/config/postgres-url.ts';

/** Whoever calls this also calls `close`. */
export function connectionsTo(url: string, bounds = POOL_BOUNDS): Connections {
  const target = readPostgresUrl(url);
  if (!target.ok) throw new Error(`${url} ${target.error}`);
  return new Connections(target.value, { bounds });
}

/** Of a journal: as it was when it was made. */
export async function emptyTables(connections: Connections): Promise<void> {
  const rows = (await connections.all(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'meta'",
  )) as ReadonlyArray<{ readonly name: string }>;
  for (const { name } of rows) await connections.run(`DELETE FROM ${name}`);
}
