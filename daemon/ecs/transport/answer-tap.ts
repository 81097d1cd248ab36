// Whether an answer is the one that is known, told from its bytes before anything parses them: of a group that stays as it
// is, reading the same rules from JSON again took most of the work of a look. Only a whole answer with HTTP 200 is looked
// at, and a known digest is of one that was accepted; so nothing that is cut off, refused or of another form is ever known.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What pop-core, which parses whatever comes, gets in the place of a known answer. */
const IN_PLACE = Buffer.from('{}');

/** The one field that differs in each answer, and how the vendor writes it: without anything that JSON escapes. */
const REQUEST_ID = Buffer.from('"RequestId":"');
const ID_TEXT = /^[\w-]{1,64}$/;

export class AnswerTap {
  readonly #known: string | null;
  #digest: string | null = null;

  /** `known`: the digest of an answer to the same call; null: there is none. */
  constructor(known: string | null) {
    this.#known = known;
  }

  /** SHA-256 of the answer but for its request id; null: it has not come, or has another form. */
  get digest(): string | null {
    return this.#digest;
  }

  /** Whether the answer is the known one. Who reads its body then gets an empty object. */
  get isKnown(): boolean {
    return this.#digest !== null && this.#digest === this.#known;
  }

  /** Holds the body back until it is whole. To be called before any of it was read. */
  listen(response: IncomingMessage): void {
    if (response.statusCode !== 200 || 'content-encoding' in response.headers) return;
    const push = response.push.bind(response);
    const held: Uint8Array[] = [];
    response.push = (chunk: unknown, encoding) => {
      if (chunk instanceof Uint8Array) {
        held.push(chunk);
        return true;
      }
      const body = Buffer.concat(held.splice(0));
      this.#digest = response.complete ? digestOfAnswer(body) : null;
      const read = this.isKnown ? IN_PLACE : body;
      if (read.length > 0) push(read);
      return push(chunk, encoding);
    };
  }
}

/** Null where the request id is not written as usual: then it could not be told from the rest for sure. */
function digestOfAnswer(body: Buffer): string | null {
  const from = body.indexOf(REQUEST_ID) + REQUEST_ID.length;
  const to = body.indexOf('"', from);
  const isThere = from >= REQUEST_ID.length && to >= 0;
  if (!isThere || !ID_TEXT.test(body.toString('latin1', from, to))) return null;
  return createHash('sha256').update(body.subarray(0, from)).update(body.subarray(to)).digest('base64');
}
