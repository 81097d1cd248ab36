// The daemon's door for machines and people: health, metrics, status and events. It answers questions; all that can be
// asked for here is that groups are read sooner. Loopback unless the config says otherwise, and everything bounded.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ok, type Result } from '../../reconciler/model/result.ts';
import { isLoopbackHost } from '../config/accounts/endpoint.ts';
import { hostInUrl, type ListenAddress } from '../config/listen.ts';
import { boundedServer, SERVER_BOUNDS, type ServerBounds } from './bounded-server.ts';
import { listenOn, namesLoopback, type HttpServer } from './listener.ts';
import type { EventStreams } from './local/event-streams.ts';
import { askedGroup, RECONCILE_PATH, webRefusal } from './local/reconcile-request.ts';
import { statusText } from './local/status-text.ts';
import type { DaemonView } from './status.ts';
import { PAGE_SECURITY_POLICY, type Pages } from './page/pages.ts';

export interface HttpPorts {
  readonly view: () => DaemonView;
  readonly pages: Pages;
  /** Policies are loaded and every group has been tried. */
  readonly ready: () => boolean;
  /** Prometheus text and its content type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  readonly events: EventStreams;
  /** Reconciles the groups of this id, or all, as soon as their turn comes; answers how many there are. */
  readonly reconcileNow: (group: string | null) => number;
}

interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** What `body` begins goes on; GET alone. */
  readonly stream?: true;
}

/** Answers once the port is taken; the error is a sentence that names the address. */
export async function startHttp(
  listen: ListenAddress,
  ports: HttpPorts,
  bounds: ServerBounds = SERVER_BOUNDS,
): Promise<Result<HttpServer, string>> {
  const onlyLoopback = isLoopbackHost(hostInUrl(listen.host));
  const server = boundedServer(
    bounds,
    (request, response) => void handle(request, response, ports, onlyLoopback),
  );
  const listening = await listenOn(listen, server);
  if (!listening.ok) return listening;
  const opened = listening.value;
  const close = (): Promise<void> => {
    ports.events.close();
    return opened.close();
  };
  return ok({ url: opened.url, close });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  ports: HttpPorts,
  onlyLoopback: boolean,
): Promise<void> {
  const answer = await answerTo(request, ports, onlyLoopback);
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
  if (answer.status === 405) response.setHeader('Allow', allowedAt(request));
  if (answer.status === 503 && answer.stream === true) response.setHeader('Retry-After', '5');
  // No one reads a body that comes along, so the connection cannot be used again.
  if (!isRead(request)) response.setHeader('Connection', 'close');
  if (answer.stream === true && answer.status === 200 && request.method === 'GET') {
    ports.events.open(response);
    return;
  }
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

async function answerTo(
  request: IncomingMessage,
  ports: HttpPorts,
  onlyLoopback: boolean,
): Promise<HttpAnswer> {
  const { host } = request.headers;
  if (onlyLoopback && host !== undefined && !namesLoopback(host)) {
    // A web page whose name was made to point here would come with its own name.
    return plain(421, 'this address is for the machine itself');
  }
  const path = routePath(request);
  if (path === RECONCILE_PATH) return answerToReconcile(request, ports);
  const route = ROUTES.get(path);
  if (isRead(request)) return route === undefined ? pageAnswer(request, ports) : route(ports);
  const isKnown = route !== undefined || path === '/';
  return isKnown ? plain(405, 'this address only answers GET and HEAD') : plain(404, 'not found');
}

async function pageAnswer({ url = '' }: IncomingMessage, { pages }: HttpPorts): Promise<HttpAnswer> {
  // A whole URL is for proxies.
  return url.startsWith('/') ? pages(url) : plain(404, 'not found');
}

function answerToReconcile(request: IncomingMessage, { reconcileNow }: HttpPorts): HttpAnswer {
  if (request.method !== 'POST') return plain(405, 'this address only answers POST');
  const refusal = webRefusal(request);
  if (refusal !== null) return plain(403, refusal);
  const groups = reconcileNow(askedGroup(request.url ?? ''));
  return {
    status: 202,
    contentType: 'application/json',
    body: `${JSON.stringify({ version: 1, groups })}\n`,
  };
}

const routePath = ({ url = '' }: IncomingMessage): string => url.split('?')[0] ?? '';

const allowedAt = (request: IncomingMessage): string =>
  routePath(request) === RECONCILE_PATH ? 'POST' : 'GET, HEAD';

type HttpRoute = (ports: HttpPorts) => HttpAnswer | Promise<HttpAnswer>;

const ROUTES: ReadonlyMap<string, HttpRoute> = new Map<string, HttpRoute>([
  ['/healthz', () => plain(200, 'ok')],
  [
    '/readyz',
    ({ ready }) =>
      ready()
        ? plain(200, 'ready')
        : plain(503, 'not ready: policies are not loaded, or some group has not been looked at yet'),
  ],
  [
    '/metrics',
    async ({ metrics }) => {
      const { text, contentType } = await metrics();
      return ok200(contentType, text);
    },
  ],
  ['/api/status', async ({ view }) => ok200('application/json', `${await statusText(view())}\n`)],
  [
    '/api/events',
    ({ events }) =>
      events.isFull
        ? { ...plain(503, 'too many read the events already'), stream: true }
        : { status: 200, contentType: 'text/event-stream; charset=utf-8', body: '', stream: true },
  ],
]);

const SECURITY_HEADERS: ReadonlyArray<readonly [string, string]> = [
  ['Content-Security-Policy', PAGE_SECURITY_POLICY],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Cache-Control', 'no-store'],
];

const ok200 = (contentType: string, body: string): HttpAnswer => ({ status: 200, contentType, body });

const plain = (status: number, text: string): HttpAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${text}\n`,
});

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';
