// A pool of connections to a database of `postgres.ts`, for tests that work below the journal.
import { Connections, POOL_BOUNDS } from '../../daemon/journal/postgres/connection.ts';
import { readPostgresUrl } from '../../daemon/journal/postgres/target.ts';

/** Whoever calls this also calls `close`. */
export function connectionsTo(url: string, bounds = POOL_BOUNDS): Connections {
  const target = readPostgresUrl(url);
  if (!target.ok) throw new Error(`${url} ${target.error}`);
  return new Connections(target.value, bounds);
}
