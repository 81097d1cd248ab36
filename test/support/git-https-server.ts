// A git host in small: `git http-backend` behind https with a certificate of its own, for those who know the token.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';

export interface GitHost {
  /** Of the folder that the repositories lie in. */
  readonly url: string;
  /** The certificate, which signed itself. */
  readonly caFile: string;
  /** `Authorization` of each request, in order. */
  readonly seen: ReadonlyArray<string | undefined>;
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
    if (request.headers.authorization === expected) serve(folder, request, response);
    else response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `https://127.0.0.1:${port}`, caFile, seen, close: () => closed(server) };
}

/** One request through the CGI program that comes with git. */
function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
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
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
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
