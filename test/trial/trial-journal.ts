// The intents of a trial, as they stand in its database.
import { connectionsTo } from '../support/database.ts';
import type { JudgedIntent } from './trial-verdict.ts';

interface IntentRow {
  readonly token: string;
  readonly id: string;
  readonly at: number;
}

export async function readIntents(
  url: string,
  shardOfGroup: (id: string) => string,
): Promise<{ readonly open: readonly JudgedIntent[]; readonly closed: readonly JudgedIntent[] }> {
  const connections = connectionsTo(url);
  const read = async (table: 'intents' | 'history'): Promise<JudgedIntent[]> => {
    const rows = await connections.all(
      `SELECT client_token AS token, group_id AS id, opened_at_ms::float8 AS at FROM ${table}`,
    );
    return (rows as readonly IntentRow[]).map(({ token, id, at }) => ({
      ...{ clientToken: token, shard: shardOfGroup(id), openedAtMs: at },
    }));
  };
  try {
    return { open: await read('intents'), closed: await read('history') };
  } finally {
    await connections.close();
  }
}
