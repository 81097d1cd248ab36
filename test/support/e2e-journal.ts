// The end-to-end tests on another kind of journal: where RAMPART_E2E_POSTGRES_URL names a server, a config that would keep its
// journal in a file of the workspace gets a database of its own there.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

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
}

function freshDatabaseOn(server: string): string {
  const name = `rampart_${randomBytes(6).toString('hex')}`;
  execFileSync(process.execPath, ['-e', MAKE_DATABASE, server, name], { timeout: 30_000 });
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
