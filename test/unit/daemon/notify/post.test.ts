import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { postWithin } from '../../../../daemon/notify/post.ts';

const NEVER = new AbortController().signal;
const MANY_SECONDS = 60_000;

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function requestTo(listener: RequestListener) {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/send?token=hunter2`), headers: {}, body: '{}' };
}

it('an endless answer is read up to a bound', async () => {
  const request = await requestTo((_, response) => {
    const more = (): void => {
      if (response.write('x'.repeat(4096)) && !response.destroyed) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  });
  const answer = await postWithin(MANY_SECONDS)(request, NEVER);
  expect(answer).toMatchObject({ ok: true, value: { status: 200 } });
  expect(answer.ok && answer.value.text.length).toBe(16 * 1024);
});

it('a redirect is an answer, and no one is asked elsewhere', async () => {
  let asked = 0;
  const request = await requestTo((_, response) => {
    asked += 1;
    response.writeHead(308, { Location: '/elsewhere', 'Retry-After': '7' }).end();
  });
  const answer = await postWithin(MANY_SECONDS)(request, NEVER);
  expect(answer).toEqual({ ok: true, value: { status: 308, retryAfter: '7', text: '' } });
  expect(asked).toBe(1);
});

it('a stop ends the wait for an answer', async () => {
  const stop = new AbortController();
  const request = await requestTo(() => stop.abort());
  expect(await postWithin(MANY_SECONDS)(request, stop.signal)).toEqual({
    ok: false,
    error: 'no answer before the stop',
  });
  expect(await postWithin(MANY_SECONDS)(request, stop.signal)).toMatchObject({ ok: false });
});

it('of a receiver that is not there the reason is told, and nothing of its address', async () => {
  const request = await requestTo((_, response) => response.end());
  await new Promise((resolve) => server?.close(resolve));
  expect(await postWithin(MANY_SECONDS)(request, NEVER)).toEqual({
    ok: false,
    error: 'it cannot be reached (ECONNREFUSED)',
  });
});
