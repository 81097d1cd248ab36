// How the connection to a database is kept secret.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { PostgresTarget } from '../../config/postgres-url.ts';

/** Reads the files that the URL names; throws as `readFileSync` does. */
export function tlsOptions({ tls, host }: PostgresTarget): ConnectionOptions | false {
  if (tls.mode === 'disable') return false;
  const { roots, certificate, key, mode } = tls;
  return {
    rejectUnauthorized: mode !== 'require',
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(roots === null ? {} : { ca: readFileSync(roots, 'utf8') }),
    ...(certificate === null ? {} : { cert: readFileSync(certificate, 'utf8') }),
    ...(key === null ? {} : { key: readFileSync(key, 'utf8') }),
  };
}
