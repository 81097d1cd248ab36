// Idempotence: the first answer to a ClientToken is the answer to every repetition of that call within the window.
//
// A token's life: begin -> running (a twin is refused) -> settled (a twin gets the first answer), or forgotten if
// the call failed and errors are not remembered, or once the window is over.
import { createHash } from 'node:crypto';
import { type ActionAnswer, ApiError } from '../action.ts';
import { invalid, reject } from './refusals.ts';

/** Actions that take a ClientToken. Source: request models of the vendor's SDK, 7.11.6. */
const IDEMPOTENT_ACTIONS: ReadonlySet<string> = new Set([
  'AuthorizeSecurityGroup',
  'AuthorizeSecurityGroupEgress',
  'CreatePortRangeList',
  'CreatePrefixList',
  'CreateSecurityGroup',
  'ModifyPortRangeList',
  'ModifySecurityGroupEgressRule',
  'ModifySecurityGroupPolicy',
  'ModifySecurityGroupRule',
  'RevokeSecurityGroup',
  'RevokeSecurityGroupEgress',
]);

const MAX_TOKEN_LENGTH = 64;
/** When full, the oldest tokens are forgotten before their window is over. */
const CAPACITY = 50_000;

export interface FirstAnswer {
  readonly requestId: string;
  readonly result: ActionAnswer | ApiError;
}

/**
 * A first answer as it is kept. Of a refusal only the parts: an Error keeps its call stack alive, and that the request
 * with its connection.
 */
interface Kept {
  readonly requestId: string;
  readonly outcome:
    | { readonly kind: 'answer'; readonly answer: ActionAnswer }
    | { readonly kind: 'refusal'; readonly status: number; readonly code: string; readonly message: string };
}

const kept = ({ requestId, result }: FirstAnswer): Kept => {
  if (!(result instanceof ApiError)) return { requestId, outcome: { kind: 'answer', answer: result } };
  const { status, code, message } = result;
  return { requestId, outcome: { kind: 'refusal', status, code, message } };
};

const recalled = ({ requestId, outcome }: Kept): FirstAnswer => ({
  requestId,
  result:
    outcome.kind === 'answer' ? outcome.answer : new ApiError(outcome.status, outcome.code, outcome.message),
});

interface Entry {
  readonly fingerprint: string;
  readonly untilMs: number;
  /** Absent while the call is running. */
  first?: Kept;
}

export interface TokenUse {
  /** Names the token among all accounts. */
  readonly key: string;
  readonly fingerprint: string;
}

/** How a call uses its token; `undefined` if it has none, or its action takes none. Throws for a bad token. */
export function tokenUse(
  accountId: string,
  action: string,
  params: ReadonlyMap<string, string>,
): TokenUse | undefined {
  const token = params.get('ClientToken');
  if (token === undefined || token === '' || !IDEMPOTENT_ACTIONS.has(action)) return undefined;
  if (token.length > MAX_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(token)) throw invalid('ClientToken');
  return { key: `${accountId} ${token}`, fingerprint: fingerprintOf(action, params) };
}

function fingerprintOf(action: string, params: ReadonlyMap<string, string>): string {
  const pairs = [...params].sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([action, pairs]))
    .digest('base64');
}

export class ClientTokens {
  /** In order of first use. */
  readonly #entries = new Map<string, Entry>();

  /** The first answer if the call was made before; otherwise the token is running from now on. Throws for a twin. */
  begin(use: TokenUse, nowMs: number, windowSeconds: number): FirstAnswer | undefined {
    const known = this.#entries.get(use.key);
    if (known !== undefined && nowMs < known.untilMs) {
      if (known.fingerprint !== use.fingerprint) throw reject('IdempotentParameterMismatch');
      if (known.first === undefined) throw reject('IdempotentProcessing');
      return recalled(known.first);
    }
    this.#entries.delete(use.key);
    this.#entries.set(use.key, {
      fingerprint: use.fingerprint,
      untilMs: nowMs + windowSeconds * 1000,
    });
    this.#forgetOldest();
    return undefined;
  }

  /** The call is over: its answer is remembered, or without one the token is forgotten. */
  end(use: TokenUse, first: FirstAnswer | undefined): void {
    const entry = this.#entries.get(use.key);
    if (first === undefined) this.#entries.delete(use.key);
    else if (entry !== undefined) entry.first = kept(first);
  }

  #forgetOldest(): void {
    if (this.#entries.size <= CAPACITY) return;
    for (const key of this.#entries.keys()) {
      this.#entries.delete(key);
      return;
    }
  }
}
