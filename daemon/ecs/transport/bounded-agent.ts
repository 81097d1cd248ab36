// Agents whose answers are bounded. pop-core and httpx keep all that an endpoint sends, and inflate what says that it is
// compressed; so each answer is counted on its way to them, before and after that, and cut off where it grows too long.
// Node hands every request of an agent to `addRequest`, which its types leave out; a test against a real server tells if
// that should change.
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import type { AnswerTap } from './answer-tap.ts';

/** Far more than a full page of the vendor's, which is 1,000 rules. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The vendor's side closes idle connections after about 10 s (alicloud PR 10635): ours are closed before. */
export const FREE_SOCKET_MS = 8000;

/** The answer was cut off; it never comes to who asked. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/** The options of a request, as they come to its agent. */
interface RequestOptions {
  readonly tap?: AnswerTap;
}

interface TakesRequests {
  addRequest(request: ClientRequest, options: RequestOptions, ...rest: unknown[]): void;
}

/** Agents for both kinds of URL. Connections that are free for so long are closed. */
export function boundedAgents(
  maxSockets: number,
  freeMs = FREE_SOCKET_MS,
): { readonly http: HttpAgent; readonly https: HttpsAgent } {
  const options = { keepAlive: true, maxSockets, timeout: freeMs };
  return { http: bounded(new HttpAgent(options)), https: bounded(new HttpsAgent(options)) };
}

function bounded<Agent extends HttpAgent>(agent: Agent): Agent {
  const inner = agent as Agent & TakesRequests;
  const add = inner.addRequest.bind(inner);
  inner.addRequest = (request, options, ...rest) => {
    request.prependListener('response', (response) => {
      // What is held back counts, too: so the tap comes after the counting.
      options.tap?.listen(response);
      boundAnswer(response);
    });
    add(request, options, ...rest);
  };
  return agent;
}

function boundAnswer(response: IncomingMessage): void {
  countPushed(response);
  const pipe = response.pipe.bind(response);
  // An answer that is compressed httpx pipes through a stream that inflates it.
  response.pipe = (inflating, options) => {
    if (inflating instanceof Readable) countPushed(inflating);
    return pipe(inflating, options);
  };
}

/** Ends the stream where what is pushed into it, to be read, grows too long. */
function countPushed(stream: Readable): void {
  const push = stream.push.bind(stream);
  let bytes = 0;
  stream.push = (chunk: unknown, encoding) => {
    bytes += chunk instanceof Uint8Array ? chunk.length : 0;
    if (bytes <= MAX_ANSWER_BYTES) return push(chunk, encoding);
    stream.destroy(new AnswerTooLong());
    return false;
  };
}
