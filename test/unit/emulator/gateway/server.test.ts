import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../emulator/cloud.ts';
import { type HttpServer, type ServerOptions, startServer } from '../../../../emulator/gateway/server.ts';
import { makeCertificate } from '../../../../emulator/tls/certificate.ts';
import type { Outcome, WireRequest } from '../../../../emulator/wire/wire.ts';

const REPLY = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"Answer":"ünlimited"}',
};

let server: HttpServer | undefined;
afterEach(() => server?.close());

async function serve(handle: ServerOptions['handle'], parts: Partial<ServerOptions> = {}): Promise<string> {
  const onBug = (error: unknown) => {
    throw error;
  };
  server = await startServer({ host: '127.0.0.1', port: 0, clock: systemClock, onBug, handle, ...parts });
  return server.url;
}

/** What a client that trusts nothing sees of one call. */
function seen(url: string): Promise<{ status: number; body: string; error: string }> {
  return new Promise((resolve) => {
    let status = 0;
    let body = '';
    const done = (error: string) => resolve({ status, body, error });
    httpRequest(url, { agent: false }, (response) => {
      status = response.statusCode ?? 0;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => done(''));
      response.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? ''));
    })
      .on('error', (error: NodeJS.ErrnoException) => done(error.code ?? ''))
      .end();
  });
}

/** Sends raw bytes and resolves with everything that comes back until the connection ends. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

describe('what a client sees', () => {
  it.each<[Outcome, { status: number; body: string; error: string }]>([
    [
      { kind: 'reply', reply: REPLY },
      { status: 200, body: REPLY.body, error: '' },
    ],
    [{ kind: 'reset' }, { status: 0, body: '', error: 'ECONNRESET' }],
    [
      { kind: 'truncated', reply: REPLY },
      { status: 200, body: '{"Answer":"', error: 'ECONNRESET' },
    ],
    [
      { kind: 'later', delayMs: 1, finish: () => ({ kind: 'reply', reply: REPLY }) },
      { status: 200, body: REPLY.body, error: '' },
    ],
  ])('of $kind', async (outcome, expected) => {
    const url = await serve(() => outcome);
    const { status, body, error } = await seen(url);
    expect({ status, error }).toEqual({ status: expected.status, error: expected.error });
    expect(outcome.kind === 'truncated' ? body.slice(0, 11) : body).toBe(expected.body);
    if (outcome.kind === 'truncated') expect(body.length).toBeLessThan(REPLY.body.length);
  });

  it('of a defect: an InternalError, and someone is told', async () => {
    const bugs: unknown[] = [];
    const bug = new TypeError('a defect');
    const throwIt = () => {
      throw bug;
    };
    const outcomes: Array<() => Outcome> = [throwIt, () => ({ kind: 'later', delayMs: 0, finish: throwIt })];
    const url = await serve(() => (outcomes.shift() ?? throwIt)(), { onBug: (error) => bugs.push(error) });
    for (let call = 0; call < 2; call += 1) {
      const { status, body } = await seen(url);
      expect([status, (JSON.parse(body) as { Code: string }).Code]).toEqual([500, 'InternalError']);
    }
    expect(bugs).toEqual([bug, bug]);
  });
});

describe('what is handed over', () => {
  const record = () => {
    const requests: WireRequest[] = [];
    const handle = (request: WireRequest): Outcome => {
      requests.push(request);
      return { kind: 'reply', reply: REPLY };
    };
    return { requests, handle };
  };

  it('is the request as it was sent', async () => {
    const { requests, handle } = record();
    const url = await serve(handle);
    await fetch(`${url}/?A=%2a`, { method: 'POST', body: 'B=ü', headers: { 'X-Acs-Action': 'Z' } });
    expect(requests).toMatchObject([
      { method: 'POST', target: '/?A=%2a', headers: { 'x-acs-action': 'Z' }, remoteAddress: '127.0.0.1' },
    ]);
    expect(requests[0]?.body.toString()).toBe('B=ü');
  });

  it('is no body over the limit, and the connection goes on', async () => {
    const { requests, handle } = record();
    const url = await serve(handle);
    await fetch(url, { method: 'POST', body: Buffer.alloc(1024 * 1024) });
    await fetch(url, { method: 'POST', body: Buffer.alloc(1024 * 1024 + 1) });
    await fetch(`${url}/_emulator/state`, { method: 'PUT', body: Buffer.alloc(1024 * 1024 + 1) });
    expect(requests.map(({ body }) => body.length)).toEqual([
      1024 * 1024,
      'tooLarge'.length,
      1024 * 1024 + 1,
    ]);
    expect(requests[1]?.body).toBe('tooLarge');
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n', '400 Bad Request'],
    ['headers over the limit', `GET / HTTP/1.1\r\nx: ${'y'.repeat(1_100_000)}\r\n\r\n`, '431 '],
    ['a bad length', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n', '400 Bad Request'],
  ])('is nothing that is no request: %s', async (_name, bytes, status) => {
    const { requests, handle } = record();
    const url = await serve(handle);
    const answer = await raw(url, bytes).catch((error: unknown) => String(error));
    // A server that answers before it has read everything may reset the connection under its own answer.
    if (!answer.includes('ECONNRESET')) expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(requests).toEqual([]);
    expect((await seen(url)).status).toBe(200);
  });

  it('a URL as long as a full batch', async () => {
    const { requests, handle } = record();
    const url = await serve(handle);
    const target = `/?${'Permissions.100.Description=%E5%AE%89%E5%85%A8&'.repeat(15_000)}`;
    expect((await fetch(`${url}${target}`, { method: 'POST' })).status).toBe(200);
    expect(requests[0]?.target.length).toBe(target.length);
  });
});

describe('a client that goes away', () => {
  it('does not stop its slow call, nor the server', async () => {
    let wake: () => void = () => undefined;
    const slept = new Promise<void>((resolve) => (wake = resolve));
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const leaving = new AbortController();
    const outcomes: Outcome[] = [
      {
        kind: 'later',
        delayMs: 1,
        finish: () => {
          finish();
          return { kind: 'truncated', reply: REPLY };
        },
      },
    ];
    const clock = {
      nowMs: () => 0,
      sleep: () => {
        leaving.abort();
        return slept;
      },
    };
    const url = await serve(() => outcomes.shift() ?? { kind: 'reply', reply: REPLY }, { clock });
    await expect(fetch(url, { signal: leaving.signal })).rejects.toThrow();
    wake();
    await finished;
    expect((await seen(url)).status).toBe(200);
  });
});

describe('closing', () => {
  it('ends connections that have not said whether they speak TLS, or are in its handshake', async () => {
    const tls = await makeCertificate(['127.0.0.1'], new Date());
    const port = Number(new URL(await serve(() => ({ kind: 'hang' }), { tls })).port);
    const silent = connect(port, '127.0.0.1');
    const half = connect(port, '127.0.0.1', () => half.write(Buffer.from([0x16, 3, 1, 2, 0])));
    const ended = [silent, half].map((socket) => {
      socket.on('error', () => undefined);
      return new Promise((resolve) => socket.on('close', resolve));
    });
    await Promise.all(
      [silent, half].map((socket) => new Promise((resolve) => socket.on('connect', resolve))),
    );
    await server?.close();
    await Promise.all(ended);
  });

  it('ends calls that hang and calls that are slow, without their effect, and may be repeated', async () => {
    let finished = 0;
    let arrived = 0;
    let bothArrived: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (bothArrived = resolve));
    const finish = (): Outcome => {
      finished += 1;
      return { kind: 'hang' };
    };
    const url = await serve(() => {
      arrived += 1;
      if (arrived === 2) bothArrived();
      return arrived === 1 ? { kind: 'hang' } : { kind: 'later', delayMs: 3_600_000, finish };
    });
    const calls = [seen(url), seen(url)];
    await waiting;
    await Promise.all([server?.close(), server?.close()]);
    await server?.close();
    expect((await Promise.all(calls)).map(({ error }) => error)).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(finished).toBe(0);
  });
});

describe('starting', () => {
  it('fails if the port is taken', async () => {
    const url = await serve(() => ({ kind: 'hang' }));
    const options = { host: '127.0.0.1', port: Number(new URL(url).port), clock: systemClock };
    const second = startServer({ ...options, handle: () => ({ kind: 'hang' }), onBug: () => undefined });
    await expect(second).rejects.toThrow('EADDRINUSE');
  });
});
