// `POST /api/reconcile`: the one request at the daemon's own port that is more than a question. It comes from a command on
// this machine, never from a page in its browser nor through a proxy; and all it brings about is that groups are read sooner.
import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';

export const RECONCILE_PATH = '/api/reconcile';

/** No page of another origin can send it without being asked for leave first, and this server gives none. */
export const RECONCILE_HEADER = 'x-rampart-request';
export const RECONCILE_WORD = 'reconcile';

/** Headers that browsers and proxies add, and the command does not. */
const OF_OTHERS = ['origin', 'referer', 'sec-fetch-site', 'forwarded', 'x-forwarded-for', 'via'] as const;

/** Why it is refused; null if it is not. */
export function webRefusal({ headers, socket }: IncomingMessage): string | null {
  if (!isLoopbackAddress(socket.remoteAddress ?? ''))
    return 'only commands on the machine itself may ask for this';
  if (OF_OTHERS.some((name) => headers[name] !== undefined))
    return 'neither a web page nor a proxy may ask for this';
  return headers[RECONCILE_HEADER] === RECONCILE_WORD ? null : 'use `rampart reconcile` to ask for this';
}

/** Of which group: the `group` of the query; null: of all. */
export const askedGroup = (url: string): string | null =>
  new URL(url, 'http://localhost').searchParams.get('group');

function isLoopbackAddress(address: string): boolean {
  const bare = address.replace(/^::ffff:/, '');
  return isIPv4(bare) ? bare.startsWith('127.') : bare === '::1';
}
