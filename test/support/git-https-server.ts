// A git host in small: `git http-backend` behind https with a certificate of its own, for those who know the token.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';

/** A request that was read to its end. */
export interface GitRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

export interface GitHost {
  /** Of the folder that the repositories lie in. */
  readonly url: string;
  /** The certificate, which signed itself. */
  readonly caFile: string;
  /** `Authorization` of each request, in order. */
  readonly seen: ReadonlyArray<string | undefined>;
  /** Answers in the place of the host, if it says so; null: nothing does. */
  answer: ((asked: GitRequest, response: ServerResponse) => boolean) | null;
  /** Shows another certificate of the same key from now on, which was good until yesterday; or the good one. */
  showExpired(isExpired: boolean): void;
  close(): Promise<void>;
}

export async function startGitHost(folder: string, token: string): Promise<GitHost> {
  const caFile = path.join(folder, 'host-cert.pem');
  const keyFile = path.join(folder, 'host-key.pem');
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...[
        '-subj',
        '/CN=127.0.0.1',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        keyFile,
        '-out',
        caFile,
      ],
    ],
    { stdio: 'ignore' },
  );
  const seen: Array<string | undefined> = [];
  const expected = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  const options = { key: readFileSync(keyFile), cert: readFileSync(caFile) };
  const server = createServer(options, (request, response) => {
    seen.push(request.headers.authorization);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = { request, body: Buffer.concat(chunks) };
      if (host.answer?.(asked, response) === true) return;
      if (request.headers.authorization === expected) serve(folder, asked, response);
      else response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const host: GitHost = {
    url: `https://127.0.0.1:${port}`,
    caFile,
    seen,
    answer: null,
    showExpired: (isExpired) => {
      const cert = isExpired ? expiredCertificate(caFile, keyFile) : options.cert;
      server.setSecureContext({ ...options, cert });
    },
    close: () => closed(server),
  };
  return host;
}

function expiredCertificate(certificate: string, key: string): Buffer {
  return execFileSync('openssl', ['x509', '-in', certificate, '-signkey', key, '-days', '-1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** One request through the CGI program that comes with git. */
function serve(folder: string, { request, body }: GitRequest, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://127.0.0.1');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    },
  });
  child.stdin.on('error', () => undefined).end(body);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf('\r\n\r\n');
    const headers = whole.subarray(0, end).toString().split('\r\n');
    const status = headers.find((line) => line.startsWith('Status: '));
    for (const line of headers) {
      const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(line) ?? [];
      if (name !== '' && name !== 'Status') response.setHeader(name, value);
    }
    response.writeHead(status === undefined ? 200 : Number(status.slice(8, 11)));
    response.end(whole.subarray(end + 4));
  });
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
