// Divides the accounts and regions into another number of shards. Only where no replica holds one: two that count with
// different numbers would look after the same group.
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import type { PostgresTarget } from '../../config/postgres-url.ts';
import { targetName } from '../../config/postgres-url.ts';
import { JournalError, type JournalOpenFailure } from '../journal.ts';
import { Connections, type Statements } from './connection.ts';
import { migrateDatabase } from './migrate.ts';
import { databaseFailure } from './postgres-trouble.ts';

/** From how many parts of each account and region to how many. */
export interface Resharded {
  readonly before: number;
  readonly after: number;
}

/** Changes nothing if a lease is held: the failure names the shard, its owner, and how long it holds. */
export async function reshardDatabase(
  target: PostgresTarget,
  shards: number,
): Promise<Result<Resharded, JournalOpenFailure>> {
  const connections = new Connections(target);
  const name = targetName(target);
  try {
    const known = await migrateDatabase(connections, { create: null, name });
    return known.ok ? await connections.transaction((within) => reshard(within, shards)) : known;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return err(databaseFailure(error.trouble, `the journal in ${name} cannot be changed: ${error.message}`));
  } finally {
    await connections.close();
  }
}

async function reshard(within: Statements, after: number): Promise<Result<Resharded, JournalOpenFailure>> {
  // Whoever takes a lease locks this row first, for as long as that takes.
  const meta = (await within.get('SELECT shards FROM meta FOR UPDATE')) as { readonly shards: number };
  const held = (await within.get(
    `SELECT l.shard, l.owner, r.host, ceil(extract(epoch FROM l.until - clock_timestamp()))::integer AS seconds
     FROM leases l LEFT JOIN replicas r ON r.id = l.owner
     WHERE l.owner IS NOT NULL AND l.until > clock_timestamp() ORDER BY l.shard LIMIT 1`,
  )) as HeldRow | undefined;
  if (held !== undefined) return err(stillHeld(held));
  await within.run('UPDATE meta SET shards = $1', after);
  return ok({ before: meta.shards, after });
}

interface HeldRow {
  readonly shard: string;
  readonly owner: string;
  readonly host: string | null;
  readonly seconds: number;
}

function stillHeld({ shard, owner, host, seconds }: HeldRow): JournalOpenFailure {
  const who = host === null ? owner : `${owner} on ${host}`;
  return {
    trouble: 'locked',
    message: `${who} looks after ${shard}, at least for another ${seconds} s`,
    advice: 'stop every replica, and run this again',
  };
}
