// What the daemon's port offers beside plain answers: the stream of events, and the request to reconcile now.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../../../../daemon/http/listener.ts';
import { EventStreams, STREAM_BOUNDS } from '../../../../../daemon/http/local/event-streams.ts';
import {
  RECONCILE_HEADER,
  RECONCILE_PATH,
  RECONCILE_WORD,
} from '../../../../../daemon/http/local/reconcile-request.ts';
import { startHttp } from '../../../../../daemon/http/server.ts';

const STREAMS = 2;
const OWN_HEADER = { [RECONCILE_HEADER]: RECONCILE_WORD };

let events: EventStreams;
let asked: Array<string | null>;
let server: HttpServer;

beforeEach(async () => {
  events = new EventStreams({ ...STREAM_BOUNDS, streams: STREAMS, unreadBytes: 64 * 1024 });
  asked = [];
  const started = await startHttp(
    { host: '127.0.0.1', port: 0 },
    {
      view: () => {
        throw new Error('not asked for here');
      },
      pages: () => Promise.reject(new Error('not asked for here')),
      ready: () => true,
      metrics: () => Promise.resolve({ text: '', contentType: 'text/plain' }),
      events,
      reconcileNow: (group) => {
        asked.push(group);
        return group === null ? 7 : 1;
      },
    },
  );
  if (!started.ok) throw new Error(started.error);
  server = started.value;
});
afterEach(() => server.close());

const post = (query = '', headers: Readonly<Record<string, string>> = OWN_HEADER) =>
  fetch(new URL(`${RECONCILE_PATH}${query}`, server.url), { method: 'POST', headers });

describe('POST /api/reconcile', () => {
  it('reconciles all groups, or the one that the query names, and says how many', async () => {
    const [all, one] = [await post(), await post('?group=sg-web')];
    expect([all.status, await all.json()]).toEqual([202, { version: 1, groups: 7 }]);
    expect([one.status, await one.json()]).toEqual([202, { version: 1, groups: 1 }]);
    expect(asked).toEqual([null, 'sg-web']);
  });

  it.each([
    ['without the header of the command', {}],
    ['with another word in it', { [RECONCILE_HEADER]: 'yes' }],
    ['from a web page', { ...OWN_HEADER, origin: 'http://127.0.0.1' }],
    ['through a proxy', { ...OWN_HEADER, 'x-forwarded-for': '203.0.113.7' }],
  ])('is refused %s', async (_, headers) => {
    expect((await post('', headers)).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is not done by %s', async (method) => {
    const got = await fetch(new URL(RECONCILE_PATH, server.url), { method, headers: OWN_HEADER });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect(asked).toEqual([]);
  });
});

/** Of a stream that stands: what it sends, as it comes. */
async function listen(): Promise<{ next: () => Promise<string | undefined>; leave: () => void }> {
  const gone = new AbortController();
  const response = await fetch(new URL('/api/events', server.url), { signal: gone.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toMatch(/^retry: \d+\n: connected\n\n$/);
  return { next: async () => (await reader.read()).value, leave: () => gone.abort() };
}

describe('/api/events', () => {
  it('sends each line to all who read, as a message', async () => {
    const [one, other] = [await listen(), await listen()];
    events.write('{"event":"group.converged"}\n');
    const message = 'data: {"event":"group.converged"}\n\n';
    expect([await one.next(), await other.next()]).toEqual([message, message]);
  });

  it('refuses one reader too many, and has room again when one has left', async () => {
    const [one] = [await listen(), await listen()];
    const refused = await fetch(new URL('/api/events', server.url));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    one.leave();
    await until(() => !events.isFull);
    await listen();
  });

  it('drops a reader that is too far behind', async () => {
    await listen();
    const line = `${'x'.repeat(64 * 1024)}\n`;
    for (let sent = 0; events.hasReaders && sent < 1000; sent += 1) {
      events.write(line);
      await new Promise(setImmediate);
    }
    expect(events.hasReaders).toBe(false);
  });

  it('ends with the daemon, at once', async () => {
    const reader = await listen();
    await server.close();
    expect(await reader.next()).toBeUndefined();
  });

  it('answers HEAD without becoming a reader', async () => {
    const head = await fetch(new URL('/api/events', server.url), { method: 'HEAD' });
    expect([head.status, events.hasReaders]).toEqual([200, false]);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
