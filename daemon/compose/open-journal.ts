// The journal of a config: ours alone while we write to the cloud, or as commands use it beside a running daemon. What
// is wrong with it is told in a sentence.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import {
  JournalError,
  type Journal,
  type JournalDesk,
  type JournalOpenFailure,
  type Pause,
} from '../journal/journal.ts';
import { RETENTION } from '../journal/sqlite/retention.ts';
import { openSqliteShares } from '../journal/sqlite/call-shares.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite.ts';
import { openSqliteDesk } from '../journal/sqlite/sqlite-desk.ts';
import { PostgresShares } from '../journal/postgres/call-shares.ts';
import { DATABASE_ADVICE } from '../journal/postgres/postgres-trouble.ts';
import { ADVICE, type Opened } from '../journal/trouble.ts';
import {
  databaseOf,
  openPostgresDesk,
  openPostgresJournal,
  openReplicaJournal,
  type DatabaseWait,
} from '../journal/postgres/open.ts';
import type { LeaseStore } from '../journal/leases.ts';
import type { SharePorts, ShareStore } from '../shares/share-store.ts';
import { LeaseKeeper } from '../schedule/leases/keeper.ts';
import { soleLeases, type ShardLeases } from '../schedule/leases/shard-leases.ts';
import { packageVersion } from '../cli/version.ts';
import { CALL_TIMEOUT_MS, randomByte } from './assemble.ts';
import { line, UsageError, type Io } from '../cli/io.ts';

/**
 * The durable journal of this config, ours alone while we run, or in a database whose leases say which groups are ours;
 * rejects with a UsageError that says how to go on.
 */
export async function openJournal(config: Config): Promise<Journal> {
  const target = databaseOf(config.journal);
  const journal =
    target === null
      ? openSqliteJournal(config.journal.url, { clock: systemClock, randomByte, retention: RETENTION })
      : await openPostgresJournal(target, config.journal, randomByte);
  if (!journal.ok) throw notOpened(journal.error);
  return journal.value;
}

export interface OwnJournal {
  readonly journal: Journal;
  /** Which groups are this process's to look after. */
  readonly leases: ShardLeases;
}

/** For the daemon, which may be one of several replicas: as `openJournal`; a database that does not answer is waited for. */
async function openOwnJournal(config: Config, wait: DatabaseWait): Promise<OwnJournal> {
  const target = databaseOf(config.journal);
  if (target === null) {
    return { journal: await openJournal(config), leases: soleLeases({ owner: 'sole', epoch: 1 }) };
  }
  const { shards, leaseSeconds } = config.journal;
  const host = hostname();
  const keeperOf = (store: LeaseStore): LeaseKeeper =>
    new LeaseKeeper({
      store,
      replica: { id: `${host}-${randomUUID().slice(0, 8)}`, host, version: packageVersion() },
      clock: systemClock,
      telemetry: wait.telemetry,
      leaseMs: leaseSeconds * 1000,
      shardsPerPlace: shards,
      // To connect, and then to be answered.
      callMs: 2 * CALL_TIMEOUT_MS,
    });
  const opened = await openReplicaJournal(target, config.journal, { randomByte, wait, keeperOf });
  if (!opened.ok) throw notOpened(opened.error);
  return opened.value;
}

export interface DaemonJournal extends OwnJournal {
  /** Where it agrees with others on how many calls each may start. */
  readonly shares: SharePorts;
}

/** As `openOwnJournal`, with what stands beside it. */
export async function openDaemonJournal(config: Config, wait: DatabaseWait): Promise<DaemonJournal> {
  const own = await openOwnJournal(config, wait);
  try {
    return { ...own, shares: openShares(config) };
  } catch (error) {
    await own.journal.close();
    throw error;
  }
}

/** As a command uses it beside who writes. Null: there is none yet, as nothing has run here. */
export async function openDesk({ journal }: Config): Promise<Opened<JournalDesk> | null> {
  const target = databaseOf(journal);
  if (target === null) return existsSync(journal.url) ? openSqliteDesk(journal.url) : null;
  const desk = await openPostgresDesk(target);
  return !desk.ok && desk.error.trouble === 'missing' ? null : desk;
}

/** What the user is told of a journal that fails while we work. */
export function journalFailed({ journal }: Config, { message, trouble }: JournalError): UsageError {
  const advice = databaseOf(journal) === null ? ADVICE : DATABASE_ADVICE;
  return new UsageError(`nothing more is written to the cloud, since ${message}. ${advice[trouble]}`);
}

const notOpened = ({ message, advice }: JournalOpenFailure): UsageError =>
  new UsageError(`${message}. ${advice}`);

/** Opens the journal of this config, and closes it after the work. A UsageError if there is none, or it fails. */
export async function withDesk<T>(config: Config, work: (desk: JournalDesk) => Promise<T>): Promise<T> {
  const target = databaseOf(config.journal);
  const desk = target === null ? openSqliteDesk(config.journal.url) : await openPostgresDesk(target);
  if (!desk.ok) throw notOpened(desk.error);
  return workAndClose(desk.value, work);
}

async function workAndClose<T>(desk: JournalDesk, work: (desk: JournalDesk) => Promise<T>): Promise<T> {
  try {
    return await work(desk);
  } catch (error) {
    throw error instanceof JournalError ? new UsageError(error.message) : error;
  } finally {
    await desk.close();
  }
}

/**
 * Works with what the journal of a daemon beside us knows, and with nothing known where there is none, or none that
 * can be read: that is said, and whoever writes will find out.
 */
export async function withKnownFacts<T>(
  config: Config,
  { stderr }: Io,
  work: (desk: JournalDesk | null) => Promise<T>,
): Promise<T> {
  const desk = await openDesk(config);
  if (desk === null) return work(null);
  if (!desk.ok) {
    line(stderr, `pauses, approvals and what was in force are not known: ${desk.error.message}`);
    return work(null);
  }
  return workAndClose(desk.value, work);
}

/**
 * The pauses in force. None without a journal: then no daemon has run here. If the journal cannot be read, for
 * example by another user than the daemon's, that is said, and whoever writes will find out.
 */
export async function pausesInForce(config: Config, { stderr }: Io): Promise<readonly Pause[]> {
  const notKnown = (why: string): [] => {
    line(stderr, `whether groups are paused is not known: ${why}`);
    return [];
  };
  const desk = await openDesk(config);
  if (desk === null) return [];
  if (!desk.ok) return notKnown(notOpened(desk.error).message);
  try {
    return await workAndClose(desk.value, (opened) => opened.pauses(systemClock.nowMs()));
  } catch (error) {
    if (error instanceof UsageError) return notKnown(error.message);
    throw error;
  }
}

/** Once the journal is open. A UsageError if the file cannot be made; a database is not asked yet. */
function openShares({ journal }: Config): SharePorts {
  const target = databaseOf(journal);
  if (target !== null) return sharesOf(new PostgresShares(target), 'standing');
  const opened = openSqliteShares(journal.url);
  if (!opened.ok) throw notOpened(opened.error);
  return sharesOf(opened.value, 'rate');
}

/** For a command that ends by itself. Null: there is no journal, or none that it can use, and it keeps the limits alone. */
export async function openSharesBeside({ journal }: Config): Promise<SharePorts | null> {
  const target = databaseOf(journal);
  if (target !== null) return ifItAnswers(new PostgresShares(target));
  const opened = existsSync(journal.url) ? openSqliteShares(journal.url) : null;
  return opened?.ok === true ? sharesOf(opened.value, 'rate') : null;
}

async function ifItAnswers(store: PostgresShares): Promise<SharePorts | null> {
  try {
    await store.check();
    return sharesOf(store, 'standing');
  } catch (error) {
    await store.close();
    if (error instanceof JournalError) return null;
    throw error;
  }
}

const sharesOf = (store: ShareStore, unshared: SharePorts['unshared']): SharePorts => ({
  store,
  holder: randomUUID(),
  unshared,
});
