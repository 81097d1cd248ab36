// The daemon's HTTP over a real socket on loopback.
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../../../daemon/http/listener.ts';
import { EventStreams } from '../../../../daemon/http/local/event-streams.ts';
import { createPages } from '../../../../daemon/http/page/pages.ts';
import { startHttp } from '../../../../daemon/http/server.ts';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import type { DaemonStatus } from '../../../../daemon/http/status.ts';
import { viewOf } from '../../../support/daemon-view.ts';

const EVIL = `<script>alert("x")</script>&'`;

const NOT_BLOCKED = { nextAttemptMs: null, blockedBy: [], planHash: null, kept: false, closing: false };

const STATUS: DaemonStatus = {
  version: 1,
  rampart: '0.1.0',
  startedAt: '2026-05-01T10:00:00.000Z',
  ready: true,
  config: {
    file: '/etc/rampart/<config>.yaml',
    mode: 'enforce',
    brake: 'off',
    accounts: [{ name: 'default', endpoint: 'https://ecs.REGION.aliyuncs.com' }],
    policies: { source: 'directory', path: '/etc/rampart/policies' },
    journal: '/var/lib/rampart/journal.db',
  },
  policies: { revision: '4fff8c0', problems: 0, held: null, commit: null, remote: null, notes: [] },
  management: { managed: [], released: [] },
  hooks: null,
  groups: [
    {
      account: 'default',
      region: 'cn-hangzhou',
      id: 'sg-1',
      outcome: 'converged',
      reason: '',
      revision: '4fff8c0',
      lastAttemptMs: 1_777_629_600_000,
      lastConvergedMs: 1_777_629_600_000,
      failures: 0,
      attribution: null,
      ...NOT_BLOCKED,
    },
    {
      account: EVIL,
      region: EVIL,
      id: EVIL,
      outcome: 'not-converged',
      reason: EVIL,
      revision: EVIL,
      lastAttemptMs: null,
      lastConvergedMs: null,
      failures: 3,
      attribution: {
        isAsking: false,
        told: [
          {
            foundMs: 0,
            reason: '',
            write: {
              actor: EVIL,
              actorType: 'ram-user',
              sourceIp: EVIL,
              userAgent: EVIL,
              eventName: EVIL,
              requestId: EVIL,
              eventTime: '2026-05-01T10:00:00.000Z',
            },
          },
        ],
      },
      ...NOT_BLOCKED,
    },
  ],
  lanes: [
    {
      account: 'default',
      region: 'cn-hangzhou',
      operation: 'AuthorizeSecurityGroup',
      waiting: 3,
      mode: 'closed',
      callsPerMinute: 20,
      started: 7,
    },
  ],
  resyncs: [],
  leases: null,
};

let status: DaemonStatus;
let server: HttpServer;

beforeEach(async () => {
  status = STATUS;
  server = await mustStart('127.0.0.1');
});
afterEach(() => server.close());

async function mustStart(host: string, port = 0): Promise<HttpServer> {
  const started = await startHttp(
    { host, port },
    {
      view: () => viewOf(status),
      pages: createPages({
        view: () => viewOf(status),
        record: () => null,
        desk: openMemoryJournal({ clock: { nowMs: () => 0 }, randomByte: () => 7 }),
        nowMs: () => 0,
      }),
      ready: () => status.ready,
      metrics: () => Promise.resolve({ text: 'rampart_up 1\n', contentType: 'text/plain; version=0.0.4' }),
      events: new EventStreams(),
      reconcileNow: () => 0,
    },
  );
  if (!started.ok) throw new Error(started.error);
  return started.value;
}

interface Got {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

function ask(path: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, server.url), { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

describe('the answers', () => {
  it.each([
    ['/healthz', 200, 'text/plain; charset=utf-8', 'ok\n'],
    ['/readyz', 200, 'text/plain; charset=utf-8', 'ready\n'],
    ['/metrics', 200, 'text/plain; version=0.0.4', 'rampart_up 1\n'],
    ['/healthz?verbose=1', 200, 'text/plain; charset=utf-8', 'ok\n'],
    ['/nothing', 404, 'text/plain; charset=utf-8', 'not found\n'],
    ['/healthz/', 404, 'text/plain; charset=utf-8', 'not found\n'],
    ['/..%2fhealthz', 404, 'text/plain; charset=utf-8', 'not found\n'],
  ])('the answers: %s: %i', async (path, code, type, body) => {
    const got = await ask(path);
    expect({ code: got.status, type: got.headers['content-type'], body: got.body }).toEqual({
      code,
      type,
      body,
    });
  });

  it('say that the daemon is not ready while it is not', async () => {
    status = { ...STATUS, ready: false };
    expect((await ask('/readyz')).status).toBe(503);
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('give the status as one document', async () => {
    const got = await ask('/api/status');
    expect(got.headers['content-type']).toBe('application/json');
    expect(got.body).toBe(`${JSON.stringify(STATUS, null, 2)}\n`);
    status = { ...STATUS, groups: [] };
    expect((await ask('/api/status')).body).toBe(`${JSON.stringify(status, null, 2)}\n`);
  });

  it('to HEAD are those to GET without the body', async () => {
    const full = await ask('/api/status');
    const head = await ask('/api/status', { method: 'HEAD' });
    expect(head.body).toBe('');
    expect(head.status).toBe(200);
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(full.body)));
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'refuse %s where GET is answered',
    async (method) => {
      const got = await ask('/api/status', {
        method,
        body: 'x'.repeat(100_000),
        headers: { 'content-length': '100000' },
      });
      expect(got.status).toBe(405);
      expect(got.headers.allow).toBe('GET, HEAD');
      expect(got.headers.connection).toBe('close');
    },
  );

  it.each(['/hooks/git', '/hooks/events'])('know no %s yet', async (path) => {
    expect((await ask(path, { method: 'POST', body: '{}' })).status).toBe(404);
  });
});

describe('the door', () => {
  it.each(['/', '/healthz', '/metrics', '/api/status', '/nothing'])(
    'sends its headers with %s',
    async (path) => {
      expect((await ask(path)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'") as string,
      });
    },
  );

  it.each([
    ['localhost', 200],
    ['localhost:80', 200],
    ['127.0.0.1:8481', 200],
    ['[::1]:8481', 200],
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example:80', 421],
  ])('on loopback answers a call for %j with %i', async (host, code) => {
    expect((await ask('/api/status', { headers: { host } })).status).toBe(code);
  });

  it('elsewhere answers to every name', async () => {
    await server.close();
    server = await mustStart('0.0.0.0');
    const { port } = new URL(server.url);
    server = { ...server, url: `http://127.0.0.1:${port}` };
    expect((await ask('/healthz', { headers: { host: 'rampart.monitoring.svc' } })).status).toBe(200);
  });

  it('says which address is taken', async () => {
    const { port } = new URL(server.url);
    await expect(mustStart('127.0.0.1', Number(port))).rejects.toThrow(
      new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE`),
    );
  });

  it('refuses headers beyond eight kilobytes', async () => {
    expect((await ask('/healthz', { headers: { filler: 'x'.repeat(9000) } })).status).toBe(431);
  });

  it('survives what is not HTTP', async () => {
    const { port } = new URL(server.url);
    const heard = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('\x16\x03\x01 GET constructor\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(heard).toMatch(/^HTTP\/1\.1 400/);
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('closes although a client keeps its connection open, and twice', async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    const gone = new Promise((resolve) => socket.resume().on('close', resolve));
    await new Promise((resolve) => socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n', resolve));
    await Promise.all([server.close(), server.close()]);
    await gone;
    await expect(ask('/healthz')).rejects.toThrow('ECONNREFUSED');
  });
});
