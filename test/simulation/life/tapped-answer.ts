// What the daemon's transport tells of an answer whose bytes it looks at: its digest, and whether it is the known one.
import { createHash } from 'node:crypto';
import type { CallManner, TransportAnswer } from '../../../daemon/ecs/transport/transport.ts';

/** A known answer has no body, as over the wire. */
export function tappedAnswer(answer: TransportAnswer, { known }: CallManner): TransportAnswer {
  if (known === undefined || answer.kind !== 'answered') return answer;
  const digest = digestOf(answer.body);
  return digest !== null && digest === known
    ? { ...answer, body: {}, digest, isKnown: true }
    : { ...answer, digest };
}

function digestOf(body: unknown): string | null {
  const { RequestId, ...rest } = body as { readonly RequestId?: unknown };
  if (typeof RequestId !== 'string') return null;
  return createHash('sha256').update(JSON.stringify(rest)).digest('base64');
}
