// The port for hooks, and nothing else on it. Anyone may reach it, so everything is bounded, an answer says nothing that
// the sender did not know, and no text of the sender's goes on from here.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Result } from '../../../reconciler/model/result.ts';
import { isLoopbackHost } from '../../config/accounts/endpoint.ts';
import { hostInUrl } from '../../config/listen.ts';
import type { HooksConfig } from '../../config/sections/hooks-schema.ts';
import { boundedServer, SERVER_BOUNDS, type ServerBounds } from '../bounded-server.ts';
import { hostWithoutPort, listenOn, namesLoopback, type HttpServer } from '../listener.ts';
import type { DoorRecord } from './door-record.ts';
import { refusal, type Door, type HookVerdict, type RefusedBecause } from './hook.ts';
import { readBody } from './read-body.ts';

/** One door as the server needs it. */
export interface ServedDoor {
  readonly door: Door;
  readonly record: DoorRecord;
}

/** What one sender may take of the machine. */
export interface HookBounds extends ServerBounds {
  readonly bodyBytes: number;
}

export const HOOK_BOUNDS: HookBounds = { ...SERVER_BOUNDS, bodyBytes: 256 * 1024 };

/** `doors`: by path. Answers once the port is taken; the error is a sentence that names the address. */
export function startHooks(
  { listen, hosts }: Pick<HooksConfig, 'listen' | 'hosts'>,
  doors: ReadonlyMap<string, ServedDoor>,
  bounds: HookBounds = HOOK_BOUNDS,
): Promise<Result<HttpServer, string>> {
  const onLoopback = isLoopbackHost(hostInUrl(listen.host));
  const isOurs = (host: string): boolean =>
    hosts.includes(hostWithoutPort(host)) || (onLoopback && namesLoopback(host));
  const server = boundedServer(
    bounds,
    (request, response) => void handleHook(request, response, { doors, isOurs, bodyBytes: bounds.bodyBytes }),
  );
  return listenOn(listen, server);
}

interface Serving {
  readonly doors: ReadonlyMap<string, ServedDoor>;
  readonly isOurs: (host: string) => boolean;
  readonly bodyBytes: number;
}

async function handleHook(
  request: IncomingMessage,
  response: ServerResponse,
  serving: Serving,
): Promise<void> {
  const path = request.url?.split('?')[0] ?? '';
  const served = request.method === 'POST' ? serving.doors.get(path) : undefined;
  if (served === undefined) {
    answer(response, 404, 'not found');
    return;
  }
  const verdict = await verdictOn(request, served.door, serving);
  served.record.note(verdict);
  const [status, text] = answerFor(verdict);
  answer(response, status, text);
}

async function verdictOn(
  request: IncomingMessage,
  door: Door,
  { isOurs, bodyBytes }: Serving,
): Promise<HookVerdict> {
  const { headers } = request;
  if (headers.host === undefined || !isOurs(headers.host)) return refusal('host');
  const body = await readBody(request, bodyBytes);
  return typeof body === 'string' ? refusal(body) : door.take({ headers, body });
}

function answerFor(verdict: HookVerdict): readonly [status: number, text: string] {
  switch (verdict.kind) {
    case 'accepted':
      return [202, 'accepted'];
    case 'ignored':
      return [200, `ignored: ${verdict.reason}`];
    case 'refused':
      return REFUSALS[verdict.reason];
  }
}

const REFUSALS: Readonly<Record<RefusedBecause, readonly [status: number, text: string]>> = {
  host: [421, 'this address is not for that host'],
  'too-large': [413, 'the body is too large'],
  incomplete: [400, 'the body is incomplete'],
  'no-proof': [401, 'not authorized'],
  'wrong-proof': [401, 'not authorized'],
  'secret-unreadable': [503, 'not available'],
};

function answer(response: ServerResponse, status: number, text: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  // What was not read of a body would be taken for the next request.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  const body = `${text}\n`;
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
