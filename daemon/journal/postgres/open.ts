// The journal of a config in a database: for who writes to the cloud, and for commands beside it.
import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { systemClock, type Clock } from '../../clock.ts';
import type { JournalConfig } from '../../config/config.ts';
import { readPostgresUrl, targetName, type PostgresTarget } from '../../config/postgres-url.ts';
import { JournalError, type Journal, type JournalDesk, type JournalOpenFailure } from '../journal.ts';
import { Connections } from './connection.ts';
import type { LeaseStore } from '../leases.ts';
import type { LeaseSource } from './fence.ts';
import { PostgresLeases } from './leases.ts';
import { migrateDatabase, type DatabaseMeta } from './migrate.ts';
import { databaseFailure, isRefusal } from './postgres-trouble.ts';
import { PostgresDesk } from './postgres-desk.ts';
import { PostgresJournal } from './postgres.ts';
import { ShardsOnDemand } from './shards-on-demand.ts';
import { RETENTION } from '../sqlite/retention.ts';
import { randomPart } from '../token.ts';
import type { Opened } from '../trouble.ts';
import type { Telemetry } from '../../telemetry/events.ts';

/** Null: the journal is in a file. */
export function databaseOf({ url }: JournalConfig): PostgresTarget | null {
  const target = readPostgresUrl(url);
  return target.ok ? target.value : null;
}

export interface PostgresJournalOpening {
  readonly randomByte: () => number;
  readonly wait: DatabaseWait | null;
  /** Absent: this process takes each shard when it first writes to a group of it, and keeps it. */
  readonly keptBy?: (store: LeaseStore) => LeaseSource;
}

/** Of whoever waits for a database that does not answer yet. */
export interface DatabaseWait {
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
}

/** What the pool tells as it goes up and down. */
function availabilityTo(telemetry: Telemetry | undefined) {
  return (error: JournalError | null): void => {
    if (error === null) telemetry?.emit('journal.available', {});
    else telemetry?.emit('journal.unavailable', { err: error.message });
  };
}

/**
 * Makes and migrates the journal if need be. With `wait`, a database that does not answer is waited for until the signal;
 * without, that is a failure.
 */
export async function openPostgresJournal(
  target: PostgresTarget,
  { shards, leaseSeconds }: JournalConfig,
  { randomByte, wait, keptBy }: PostgresJournalOpening,
): Promise<Opened<Journal>> {
  const connections = new Connections(target, { onAvailability: availabilityTo(wait?.telemetry) });
  const create = { install: randomPart(randomByte), shards };
  const opened = await openedOnceAnswered(connections, { target, create }, wait);
  if (!opened.ok) return closed(connections, opened.error);
  const meta = opened.value;
  if (meta.shards !== shards) return closed(connections, otherShards(meta, target, shards));
  const ports = { clock: systemClock, randomByte, maxAgeMs: RETENTION.maxAgeMs };
  const store = new PostgresLeases(connections, shards);
  if (keptBy !== undefined)
    return ok(new PostgresJournal(connections, { ...ports, meta, leases: keptBy(store) }));
  const leases = new ShardsOnDemand({
    store,
    clock: systemClock,
    owner: randomUUID(),
    shardsPerPlace: shards,
    leaseMs: leaseSeconds * 1000,
  });
  return ok(new PostgresJournal(connections, { ...ports, meta, leases, onClose: () => leases.close() }));
}

/** Beside who writes to the cloud, from any machine. Fails with `missing` where there is no journal yet. */
export async function openPostgresDesk(target: PostgresTarget): Promise<Opened<JournalDesk>> {
  const connections = new Connections(target);
  const opened = await orTrouble(connections, { target, create: null });
  return opened.ok ? ok(new PostgresDesk(connections)) : closed(connections, opened.error);
}

interface WantedJournal {
  readonly target: PostgresTarget;
  readonly create: { readonly install: string; readonly shards: number } | null;
}

const FIRST_TRY_AGAIN_MS = 500;
const LAST_TRY_AGAIN_MS = 10_000;

async function openedOnceAnswered(
  connections: Connections,
  wanted: WantedJournal,
  wait: DatabaseWait | null,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<Result<DatabaseMeta, JournalOpenFailure>> {
  for (let delayMs = FIRST_TRY_AGAIN_MS; ; delayMs = Math.min(LAST_TRY_AGAIN_MS, delayMs * 2)) {
    const opened = await orTrouble(connections, wanted);
    if (opened.ok || wait === null || wait.signal.aborted || !opened.error.mayPass) return opened;
    await clock.sleep(delayMs, wait.signal);
  }
}

async function orTrouble(
  connections: Connections,
  { target, create }: WantedJournal,
): Promise<Result<DatabaseMeta, JournalOpenFailure & { readonly mayPass?: boolean }>> {
  const name = targetName(target);
  try {
    return await migrateDatabase(connections, { create, name });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const failure = databaseFailure(
      error.trouble,
      `the journal in ${name} cannot be opened: ${error.message}`,
    );
    return err({ ...failure, mayPass: error.trouble === 'unavailable' && !isRefusal(error) });
  }
}

async function closed(connections: Connections, failure: JournalOpenFailure): Promise<Opened<never>> {
  await connections.close();
  return err(failure);
}

function otherShards(meta: DatabaseMeta, target: PostgresTarget, shards: number): JournalOpenFailure {
  const failure = databaseFailure(
    'foreign',
    `the journal in ${targetName(target)} has journal.shards ${meta.shards}, and this config says ${shards}`,
  );
  return {
    ...failure,
    advice: `write \`journal.shards: ${meta.shards}\`, or stop every replica and run \`rampart journal reshard --shards ${shards}\``,
  };
}
