// How a fault shows on the connection, once the call itself is over.
import type { Fault } from './faults.ts';
import type { Outcome, Reply } from '../wire/wire.ts';

const PROXY_PAGE =
  '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

/** The outcome in place of the plain reply. */
export function spoiled(fault: Fault, reply: Reply): Outcome {
  switch (fault.kind) {
    case 'resetBefore':
    case 'resetAfter':
      return { kind: 'reset' };
    case 'hang':
      return { kind: 'hang' };
    case 'truncate':
      return { kind: 'truncated', reply };
    case 'html':
      return { kind: 'reply', reply: bare(fault.status ?? 502, 'text/html', PROXY_PAGE) };
    case 'empty':
      return { kind: 'reply', reply: bare(fault.status ?? 200, 'text/plain', '') };
    case 'throttle':
    case 'error':
    case 'slow':
      return { kind: 'reply', reply };
  }
}

/** An answer that is not the gateway's own: no request id. */
function bare(status: number, contentType: string, body: string): Reply {
  return { status, headers: { 'content-type': contentType }, body };
}

/** HTTP status that the client is sent; 0 if it is sent none. */
export function statusOf(outcome: Outcome): number {
  return outcome.kind === 'reply' || outcome.kind === 'truncated' ? outcome.reply.status : 0;
}
