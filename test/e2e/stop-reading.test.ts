// SIGTERM while the endpoint does not answer: a read needs no finishing, so the daemon ends without waiting for one.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configFor, policyFor } from '../support/estate.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';

let workspace: Workspace;
let silent: Server;
let url: string;

beforeEach(async () => {
  workspace = new Workspace();
  silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  workspace.write('policies/web.yaml', policyFor('sg-web', ['protocol: tcp, ports: 443, from: 0.0.0.0/0']));
});
afterEach(async () => {
  await workspace.dispose();
  silent.close();
});

/** Stops it, and what was told of calls between the signal and the end. */
async function callsWhileStopping(daemon: RampartProcess): Promise<unknown[]> {
  daemon.kill('SIGTERM');
  expect((await daemon.finished).code).toBe(0);
  const events = daemon.lines.map(({ event }) => event);
  expect(events.at(-1)).toBe('daemon.stopped');
  return events.slice(events.indexOf('daemon.stopping')).filter((event) => event.startsWith('call.'));
}

it('a daemon whose endpoint takes connections and says nothing stops without waiting for an answer', async () => {
  workspace.write('config.yaml', configFor(url));
  const connected = once(silent, 'connection');
  const daemon = workspace.start(['run']);
  await connected;
  expect(await callsWhileStopping(daemon)).toEqual([]);
});

it('a daemon whose endpoint is gone stops without waiting for its next attempt', async () => {
  silent.close();
  workspace.write('config.yaml', configFor(url));
  const daemon = workspace.start(['run']);
  await daemon.event('call.retried');
  expect(await callsWhileStopping(daemon)).toEqual([]);
});
