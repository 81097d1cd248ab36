// The journal of a config in a database: for who writes to the cloud, and for commands beside it.
import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { systemClock } from '../../clock.ts';
import type { JournalConfig } from '../../config/config.ts';
import { readPostgresUrl, targetName, type PostgresTarget } from '../../config/postgres-url.ts';
import { JournalError, type Journal, type JournalDesk, type JournalOpenFailure } from '../journal.ts';
import { Connections } from './connection.ts';
import type { LeaseStore } from '../leases.ts';
import { untilAnswered, type AnswerWait } from '../patient-journal.ts';
import type { LeaseSource } from './fence.ts';
import { PostgresLeases } from './leases.ts';
import { migrateDatabase, type DatabaseMeta } from './migrate.ts';
import { databaseFailure, isRefusal } from './postgres-trouble.ts';
import { PostgresDesk } from './postgres-desk.ts';
import { PostgresJournal, type PostgresJournalOptions } from './postgres.ts';
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
 * For a command that writes to the cloud: takes each shard when it first writes to a group of it, and keeps it. Makes and migrates
 * the journal if need be.
 */
export async function openPostgresJournal(
  target: PostgresTarget,
  config: JournalConfig,
  randomByte: () => number,
): Promise<Opened<Journal>> {
  const opened = await openOwnDatabase(target, config, { randomByte, wait: null });
  if (!opened.ok) return opened;
  const { connections, ports, store } = opened.value;
  const leases = new ShardsOnDemand({
    store,
    clock: systemClock,
    owner: randomUUID(),
    shardsPerPlace: config.shards,
    leaseMs: config.leaseSeconds * 1000,
  });
  return ok(new PostgresJournal(connections, { ...ports, leases, onClose: () => leases.close() }));
}

export interface ReplicaOpening<Leases extends LeaseSource> {
  readonly randomByte: () => number;
  readonly wait: DatabaseWait;
  /** Whoever takes the leases of this replica from where they are stored. */
  readonly keeperOf: (store: LeaseStore) => Leases;
}

export interface ReplicaJournal<Leases extends LeaseSource> {
  readonly journal: Journal;
  readonly leases: Leases;
}

/** For one of several replicas, as above; a database that does not answer is waited for until the signal. */
export async function openReplicaJournal<Leases extends LeaseSource>(
  target: PostgresTarget,
  config: JournalConfig,
  { randomByte, wait, keeperOf }: ReplicaOpening<Leases>,
): Promise<Opened<ReplicaJournal<Leases>>> {
  const opened = await openOwnDatabase(target, config, { randomByte, wait });
  if (!opened.ok) return opened;
  const { connections, ports, store } = opened.value;
  const leases = keeperOf(store);
  return ok({ journal: new PostgresJournal(connections, { ...ports, leases }), leases });
}

/** Beside who writes to the cloud, from any machine. Fails with `missing` where there is no journal yet. */
export async function openPostgresDesk(target: PostgresTarget): Promise<Opened<JournalDesk>> {
  const connections = new Connections(target);
  const opened = await orTrouble(connections, { target, create: null }, null);
  return opened.ok ? ok(new PostgresDesk(connections)) : closed(connections, opened.error);
}

interface WantedJournal {
  readonly target: PostgresTarget;
  readonly create: { readonly install: string; readonly shards: number } | null;
}

/** Open, ours, and of this config's shards. */
interface OpenDatabase {
  readonly connections: Connections;
  readonly ports: Omit<PostgresJournalOptions, 'leases' | 'onClose'>;
  readonly store: PostgresLeases;
}

async function openOwnDatabase(
  target: PostgresTarget,
  { shards }: JournalConfig,
  { randomByte, wait }: { readonly randomByte: () => number; readonly wait: DatabaseWait | null },
): Promise<Opened<OpenDatabase>> {
  const connections = new Connections(target, { onAvailability: availabilityTo(wait?.telemetry) });
  const create = { install: randomPart(randomByte), shards };
  const opened = await orTrouble(connections, { target, create }, wait);
  if (!opened.ok) return closed(connections, opened.error);
  const meta = opened.value;
  if (meta.shards !== shards) return closed(connections, otherShards(meta, target, shards));
  const ports = { clock: systemClock, randomByte, maxAgeMs: RETENTION.maxAgeMs, meta };
  return ok({ connections, ports, store: new PostgresLeases(connections, shards) });
}

async function orTrouble(
  connections: Connections,
  { target, create }: WantedJournal,
  wait: DatabaseWait | null,
): Promise<Result<DatabaseMeta, JournalOpenFailure>> {
  const name = targetName(target);
  const migrated = () => migrateDatabase(connections, { create, name });
  try {
    return await (wait === null ? migrated() : untilAnswered(migrated, waitUntil(wait.signal)));
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const message = `the journal in ${name} cannot be opened: ${error.message}`;
    return err(databaseFailure(error.trouble, message));
  }
}

const waitUntil = (stopping: AbortSignal): AnswerWait => ({
  clock: systemClock,
  stopping,
  mayPass: (error) => !isRefusal(error),
});

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
