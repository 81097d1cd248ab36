// A port that nothing listens on, for a daemon whose address must stand in its config.
import { createServer } from 'node:net';

/** Below those that the system gives out by itself: none of these goes to another process before it is used. */
const FIRST = 10_000;
const COUNT = 20_000;

/** Processes begin in different places, and each gives out a port once. */
const order = { next: Math.floor(Math.random() * COUNT) };

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries += 1) {
    order.next += 1;
    const port = FIRST + (order.next % COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port of ${FIRST} to ${FIRST + COUNT - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
