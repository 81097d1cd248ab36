// The port for hooks over real sockets on loopback.
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../../daemon/clock.ts';
import { DoorRecord } from '../../../../../daemon/http/hooks/door-record.ts';
import { HOOK_BOUNDS, startHooks, type HookBounds } from '../../../../../daemon/http/hooks/hook-server.ts';
import type { HookRequest, HookVerdict } from '../../../../../daemon/http/hooks/hook.ts';
import type { HttpServer } from '../../../../../daemon/http/listener.ts';
import { EventLog } from '../../../../support/service.ts';

let verdict: HookVerdict;
let taken: HookRequest[];
let log: EventLog;
let record: DoorRecord;
let server: HttpServer;

async function start(
  bounds: Partial<HookBounds> = {},
  settings: { host?: string; hosts?: string[] } = {},
): Promise<HttpServer> {
  log = new EventLog();
  record = new DoorRecord('git', log, systemClock);
  const door = {
    take: (hook: HookRequest) => {
      taken.push(hook);
      return Promise.resolve(verdict);
    },
  };
  const { host = '127.0.0.1', hosts = ['hooks.example.com'] } = settings;
  const started = await startHooks(
    { listen: { host, port: 0 }, hosts },
    new Map([['/hooks/git', { door, record }]]),
    { ...HOOK_BOUNDS, ...bounds },
  );
  if (!started.ok) throw new Error(started.error);
  return started.value;
}

beforeEach(async () => {
  verdict = { kind: 'accepted' };
  taken = [];
  server = await start();
});
afterEach(() => server.close());

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** `STATUS BODY`; or the error's code where the connection ends without an answer. */
function send({
  path = '/hooks/git',
  method = 'POST',
  headers = {},
  body = '{}',
}: Sent = {}): Promise<string> {
  return new Promise((resolve) => {
    const call = request(new URL(path, server.url), { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(`${response.statusCode} ${Buffer.concat(chunks).toString().trim()}`));
    });
    call.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    call.end(body);
  });
}

/** All that comes back for these bytes until the server closes. */
async function raw(text: string): Promise<string> {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

describe('the answer', () => {
  it.each([
    [{ kind: 'accepted' }, '202 accepted'],
    [{ kind: 'ignored', reason: 'other-ref' }, '200 ignored: other-ref'],
    [{ kind: 'refused', reason: 'wrong-proof' }, '401 not authorized'],
    [{ kind: 'refused', reason: 'no-proof' }, '401 not authorized'],
    [{ kind: 'refused', reason: 'secret-unreadable', err: 'the file /run/x is empty' }, '503 not available'],
  ] as const)('to what is %o says no more than that', async (given, answer) => {
    verdict = given;
    expect(await send()).toBe(answer);
    expect(log.events).toHaveLength(1);
  });

  it('holds the body as it came, byte for byte', async () => {
    const body = Buffer.from([0, 255, 10, 13, 128]);
    await send({ body });
    expect(taken[0]?.body).toEqual(body);
  });

  it('to another path or method is 404, as if there were no door', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(await send({ method, body: '' })).toMatch(/^404/);
    }
    for (const path of [
      '/',
      '/hooks/events',
      '/hooks/git/',
      '/hooks',
      '/metrics',
      '/api/status',
      '/healthz',
    ]) {
      expect(await send({ path })).toBe('404 not found');
    }
    expect(taken).toEqual([]);
    expect(log.events).toEqual([]);
  });

  it('does not depend on a query', async () => {
    expect(await send({ path: '/hooks/git?x=/hooks/events' })).toBe('202 accepted');
  });
});

describe('the Host', () => {
  it.each(['hooks.example.com', 'HOOKS.example.com:443', 'localhost:1', '127.0.0.1', '[::1]:80'])(
    '%s is taken on loopback',
    async (host) => expect(await send({ headers: { host } })).toBe('202 accepted'),
  );

  it.each(['example.com', 'hooks.example.com.evil.test', 'evil.test:80', '10.0.0.1'])(
    '%j is refused before the body counts',
    async (host) => {
      expect(await send({ headers: { host } })).toBe('421 this address is not for that host');
      expect(taken).toEqual([]);
    },
  );

  it('of the machine is refused where the port is open to others', async () => {
    await server.close();
    server = await start({}, { host: '0.0.0.0' });
    expect(await send({ headers: { host: 'localhost' } })).toBe('421 this address is not for that host');
    expect(record.status).toMatchObject({ refused: 1, lastRefused: { reason: 'host' } });
    expect(await send({ headers: { host: 'hooks.example.com' } })).toBe('202 accepted');
  });

  it('must be there, also with an old protocol', async () => {
    const answer = await raw('POST /hooks/git HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}');
    expect(answer).toMatch(/^HTTP\/1.1 421 /);
  });
});

describe('the body', () => {
  const MOST = HOOK_BOUNDS.bodyBytes;

  it('of 256 KiB is taken, and of one byte more is not', async () => {
    expect(MOST).toBe(262_144);
    expect(await send({ body: Buffer.alloc(MOST, ' ') })).toBe('202 accepted');
    expect(await send({ body: Buffer.alloc(MOST + 1, ' ') })).toBe('413 the body is too large');
    expect(taken).toHaveLength(1);
    expect(record.status).toMatchObject({ refused: 1, lastRefused: { reason: 'too-large' } });
  });

  it('that does not say its length is cut while it is read', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const head = 'POST /hooks/git HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = await raw(head + chunk.repeat(4) + '1\r\nx\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 413 [\s\S]*\r\nConnection: close\r\n/);
    expect(taken).toEqual([]);
  });

  it('that stops half-way takes a connection for a bounded time', async () => {
    await server.close();
    server = await start({ headersMs: 1000, requestMs: 1500, checkMs: 20 });
    const answer = await raw(
      'POST /hooks/git HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"ref":',
    );
    expect(answer).toMatch(/^HTTP\/1.1 408 |^$/);
    await log.event('hook.refused', { reason: 'incomplete' });
    expect(taken).toEqual([]);
  });
});

describe('a slow sender', () => {
  it('of headers is cut off', async () => {
    await server.close();
    server = await start({ headersMs: 100, requestMs: 150, checkMs: 20 });
    expect(await raw('POST /hooks/git HTTP/1.1\r\nHost: local')).toMatch(/^HTTP\/1.1 408 |^$/);
    expect(log.events).toEqual([]);
  });

  it('of headers keeps no one else out', async () => {
    await server.close();
    server = await start({ connections: 2 });
    const { port, hostname } = new URL(server.url);
    const idle = [connect(Number(port), hostname), connect(Number(port), hostname)];
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expect(await send()).toMatch(/^202 /);
    for (const socket of idle) socket.destroy();
  });
});

describe('the port', () => {
  it('that is taken is named in a sentence', async () => {
    const port = Number(new URL(server.url).port);
    const second = await startHooks({ listen: { host: '127.0.0.1', port }, hosts: [] }, new Map());
    expect(second).toMatchObject({ ok: false });
    expect(JSON.stringify(second)).toContain(`cannot listen on 127.0.0.1:${port}`);
  });
});
