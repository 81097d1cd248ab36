// What PostgreSQL, its client and the network report, as the kinds of trouble that a person can do something about.
import { DatabaseError } from 'pg';
import { JournalError, type JournalOpenFailure, type JournalTrouble } from '../journal.ts';

/**
 * By SQLSTATE, or its class of two characters: https://www.postgresql.org/docs/current/errcodes-appendix.html
 * What is not in the table is a bug.
 */
const TROUBLE_OF_STATE: Readonly<Record<string, JournalTrouble>> = {
  '08': 'unavailable', // connection exceptions
  '25006': 'unavailable', // a server that is only read from: a standby, until it is promoted
  '25P03': 'unavailable', // idle_in_transaction_session_timeout
  '28': 'unavailable', // the password is another one by now
  '3D000': 'unavailable', // no such database
  '40': 'unavailable', // rolled back for the sake of another transaction
  '42501': 'readOnly', // insufficient privilege
  '42P01': 'missing', // undefined table
  '3F000': 'missing', // no schema to write to
  '53100': 'full',
  '53': 'unavailable', // no memory, too many connections
  '55P03': 'unavailable', // lock_timeout
  '57': 'unavailable', // shut down, starting up, statement_timeout
  '58030': 'io',
  '58': 'unavailable', // system error
  XX001: 'corrupt',
  XX002: 'corrupt',
};

/** Null for what is not a failure of the database but a bug. `error` is one that a call of the client threw. */
function databaseTrouble(error: unknown): JournalTrouble | null {
  if (error instanceof DatabaseError) {
    const state = error.code ?? '';
    return TROUBLE_OF_STATE[state] ?? TROUBLE_OF_STATE[state.slice(0, 2)] ?? null;
  }
  // The client's own errors (time-outs, a connection that ended) have no code; those of sockets and TLS are plain as well.
  return error instanceof Error && !isBug(error) ? 'unavailable' : null;
}

const isBug = (error: Error): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;

/** Whether waiting for a database that is not there yet would be in vain. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof JournalError ? error.cause : error;
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return false;
  return (
    /^(28|3D)/.test(cause.code) || /CERT|ERR_TLS|ALTNAME|SELF_SIGNED|ENOTDIR|ENOENT|EACCES/.test(cause.code)
  );
}

/** Runs statements. A failure of the database rejects with `JournalError`, a bug as it is. */
export async function withDatabaseTrouble<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const trouble = error instanceof JournalError ? null : databaseTrouble(error);
    if (trouble === null) throw error;
    throw new JournalError(trouble, `the journal's database failed: ${errorText(error)}`, { cause: error });
  }
}

/** An AggregateError, of a name with several addresses, has no message of its own. */
function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** What a person can do about it. */
export const DATABASE_ADVICE: Readonly<Record<JournalTrouble, string>> = {
  locked: 'wait until the other process is done',
  readOnly: 'let the user of `journal.url` own the database, or make it one of its schema `public`',
  full: 'free space on the disk of the database and start again',
  corrupt: 'keep the data folder of the server for inspection, then restore a backup of the database',
  missing:
    'restore a backup of the database; an empty database begins a new journal, without history and pauses',
  foreign:
    'name a database of its own for Rampart in `journal.url`, or install the newest Rampart on every replica',
  unavailable:
    'check that the server runs and answers, `journal.url`, PGPASSFILE or PGPASSWORD, and the network between',
  io: 'check the disk and the log of the database server',
};

export const databaseFailure = (trouble: JournalTrouble, message: string): JournalOpenFailure => ({
  trouble,
  message,
  advice: DATABASE_ADVICE[trouble],
});
