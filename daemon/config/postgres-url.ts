// Which database a `postgres://` URL names, and how the connection to it is kept secret.
import { isIP } from 'node:net';
import { err, ok, type Result } from '../../reconciler/model/result.ts';

/** Safe to show: a password is never part of it. */
export interface PostgresTarget {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Null: PGUSER, or the user of this process. */
  readonly user: string | null;
  readonly tls: PostgresTls;
}

/** As libpq means it: `require` encrypts for whoever answers, `verify-ca` and `verify-full` ask who that is. */
export type PostgresTls =
  | { readonly mode: 'disable' }
  | {
      readonly mode: 'require' | 'verify-ca' | 'verify-full';
      /** Paths of PEM files; null for the roots: those of Node.js. */
      readonly roots: string | null;
      readonly certificate: string | null;
      readonly key: string | null;
    };

const DEFAULT_PORT = 5432;

const PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const;

export const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\//i.test(text);

/**
 * `postgres://USER@HOST:PORT/DATABASE?sslmode=…`. Without `sslmode` it is `verify-full`, and `disable` on this machine.
 * The error says what is wrong, and shows no password.
 */
export function readPostgresUrl(text: string): Result<PostgresTarget, string> {
  if (!URL.canParse(text)) return err('is not a URL of the form postgres://USER@HOST:PORT/DATABASE');
  const url = new URL(text);
  const wrong = wrongIn(url);
  if (wrong !== null) return err(wrong);
  const host = hostOf(url);
  const database = decoded(url.pathname.slice(1));
  if (host === '' || host.includes(',')) return err('must name one host');
  if (database === '' || database.includes('/')) return err('must name a database: postgres://HOST/DATABASE');
  const tls = readTls(url.searchParams, host);
  if (!tls.ok) return tls;
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  const user = url.username === '' ? null : decoded(url.username);
  return ok({ host, port, database, user, tls: tls.value });
}

function wrongIn({ password, searchParams }: URL): string | null {
  if (password !== '' || searchParams.has('password')) {
    return 'must hold no password: write it to a file that PGPASSFILE names (HOST:PORT:DATABASE:USER:PASSWORD, mode 0600), or give it in PGPASSWORD';
  }
  const unknown = [...searchParams.keys()].find((name) => !PARAMETERS.some((known) => known === name));
  return unknown === undefined
    ? null
    : `has the unknown parameter ${unknown}; known are ${PARAMETERS.join(', ')}`;
}

const hostOf = ({ searchParams, hostname }: URL): string =>
  searchParams.get('host') ?? decoded(hostname.replace(/^\[(.*)\]$/, '$1'));

function readTls(asked: URLSearchParams, host: string): Result<PostgresTls, string> {
  const mode = asked.get('sslmode') ?? (isThisMachine(host) ? 'disable' : 'verify-full');
  const roots = asked.get('sslrootcert');
  const files = { roots, certificate: asked.get('sslcert'), key: asked.get('sslkey') };
  switch (mode) {
    case 'disable':
      return ok({ mode });
    case 'require':
      // libpq: with a root file, whoever answers must be known to it.
      return ok({ mode: roots === null ? mode : 'verify-ca', ...files });
    case 'verify-ca':
    case 'verify-full':
      return ok({ mode, ...files });
    default:
      return err(
        `has sslmode=${mode}; specify one of disable, require, verify-ca, verify-full (no other keeps the connection secret for certain)`,
      );
  }
}

const isThisMachine = (host: string): boolean =>
  host.startsWith('/') ||
  host === 'localhost' ||
  host === '::1' ||
  (isIP(host) === 4 && host.startsWith('127.'));

/** For messages. */
export const targetName = ({ host, port, database }: PostgresTarget): string =>
  `database ${database} on ${host.includes(':') ? `[${host}]` : host}:${port}`;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
