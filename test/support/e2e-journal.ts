// The end-to-end tests on another kind of journal: where RAMPART_E2E_POSTGRES_URL names a server, a config that would keep its
// journal in a file of the workspace gets a database of its own there.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Client } from 'pg';
import { fileChanges } from './file-change.ts';
import { readJournalTokens, type JournalTokens } from './journal-file.ts';

const IN_FILE = 'journal: {url: .rampart/journal.db}';

/** Sends one statement; a process of its own, as tests write their files without waiting. */
const MAKE_DATABASE = `const { Client } = require('pg');
const client = new Client({ connectionString: process.argv[1] });
client.connect().then(() => client.query('CREATE DATABASE ' + process.argv[2])).then(() => client.end());`;

/** One workspace: all its configs share the database. */
export class WorkspaceJournal {
  #url: string | null = null;

  /** Where a git source keeps its mirror, below the workspace. */
  get mirrorFolder(): string {
    return this.#url === null ? '.rampart/journal.db.mirror' : 'config.yaml.mirror';
  }

  /** The text of a file as it is to be written. */
  placed(text: string): string {
    const server = process.env.RAMPART_E2E_POSTGRES_URL ?? '';
    if (server === '' || !text.includes(IN_FILE)) return text;
    this.#url ??= freshDatabaseOn(server);
    return text.replace(IN_FILE, `journal: {url: "${this.#url}"}`);
  }

  /** As a config names it. @param folder of the workspace */
  place(folder: string): string {
    return this.#url ?? fileIn(folder);
  }

  /** A hand in it. */
  async change(folder: string, sql: string): Promise<void> {
    if (this.#url !== null) {
      await onDatabase(this.#url, (client) => client.query(sql));
      return;
    }
    const file = new DatabaseSync(fileIn(folder));
    file.exec(sql);
    file.close();
  }

  /** Those that it knows; none if there is no journal yet. @param folder of the workspace */
  async tokens(folder: string): Promise<JournalTokens> {
    return this.#url === null ? readJournalTokens(fileIn(folder)) : readDatabaseTokens(this.#url);
  }

  /** Waits for so many changes of the file; of a database, which tells no one, for so many lines of the log. */
  changes(folder: string, count: number, lines: (count: number) => Promise<unknown>): Promise<unknown> {
    return this.#url === null ? fileChanges(path.dirname(fileIn(folder)), count) : lines(count);
  }
}

function freshDatabaseOn(server: string): string {
  const name = `rampart_${randomBytes(6).toString('hex')}`;
  execFileSync(process.execPath, ['-e', MAKE_DATABASE, server, name], { timeout: 30_000 });
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

const fileIn = (folder: string): string => path.join(folder, '.rampart', 'journal.db');

async function onDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const readDatabaseTokens = (url: string): Promise<JournalTokens> =>
  onDatabase(url, async (client) => {
    const made = await client.query<{ history: string | null }>(`SELECT to_regclass('history') AS history`);
    if (made.rows[0]?.history === null) return { open: new Set(), closed: new Set() };
    const { rows } = await client.query<{ token: string; closed: boolean }>(
      `SELECT client_token AS token, false AS closed FROM intents
       UNION ALL SELECT client_token, true FROM history`,
    );
    const tokens = (isClosed: boolean) =>
      new Set(rows.filter(({ closed }) => closed === isClosed).map(({ token }) => token));
    return { open: tokens(false), closed: tokens(true) };
  });
