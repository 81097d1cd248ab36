// (b) No ClientToken has two effects, comes with other parameters, or is sent once its outcome is known. A batch that
// the cloud refused when part of it was there already is no effect of its token: a cloud that forgets its refusals
// works the same call off once more, and adds what is missing.
// (g) Nothing is sent before its intent is durable: same token, same operation, same parameters.
import type { Intent } from '../../../daemon/journal/journal.ts';
import { isWrite, type Check, type Fail, type Landing, type SentCall } from '../facts.ts';

/** Retries may outlast a window that is shorter than this; then it is the vendor who forgets. */
export const TRUSTED_WINDOW_SECONDS = 3600;

export interface TokenWorld {
  /** The intent with this token in what a crash would leave behind, if it is open. */
  readonly durableIntent: (token: string) => Intent | undefined;
  readonly tokenWindowSeconds: number;
}

export class TokenCheck implements Check {
  readonly #world: TokenWorld;
  readonly #fail: Fail;
  readonly #calls = new Map<string, string>();
  readonly #effects = new Map<string, number>();

  constructor(world: TokenWorld, fail: Fail) {
    this.#world = world;
    this.#fail = fail;
  }

  sent(call: SentCall): void {
    if (!isWrite(call.operation)) return;
    const { token, operation, group } = call;
    if (token === '') this.#fail('(b) tokens', `${operation} without a ClientToken`);
    const told = fingerprint(operation, call.params);
    const before = this.#calls.get(token) ?? told;
    this.#calls.set(token, told);
    if (before !== told) this.#fail('(b) tokens', `${token} was used for ${before}, now for ${told}`);
    const intent = this.#world.durableIntent(token);
    if (intent === undefined) {
      this.#fail(
        '(g) intents',
        `${operation} of ${group} is sent, but no open intent has its token ${token}`,
      );
    } else if (fingerprint(intent.operation, intent.params) !== told) {
      this.#fail('(g) intents', `${operation} of ${group} is not what the intent of ${token} says`);
    }
  }

  landed({ call, before, after, code }: Landing): void {
    if (call === null || before === after || call.token === '' || code !== '') return;
    const effects = (this.#effects.get(call.token) ?? 0) + 1;
    this.#effects.set(call.token, effects);
    if (effects > 1 && this.#world.tokenWindowSeconds >= TRUSTED_WINDOW_SECONDS) {
      this.#fail('(b) tokens', `${call.token} has taken effect ${effects} times`);
    }
  }
}

function fingerprint(operation: string, params: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(params).filter(([name]) => name !== 'ClientToken');
  return JSON.stringify([operation, pairs.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
