// One owner at a time: a call that changes a group is sent only while the database says that the lease of its shard is the
// sender's, and once the next owner has begun a call of its own there, no call of an earlier one takes effect.
// What the next owner found open and sent again with its own token is that same call.
import type { HeldLease } from '../../../daemon/journal/ownership.ts';
import { isWrite, type Check, type Fail, type Landing, type SentCall } from '../facts.ts';
import { TRUSTED_WINDOW_SECONDS } from './tokens.ts';

export interface OwnersWorld {
  /** The lease under which the process believes to have sent the call; null: it believes in none. */
  readonly leaseOf: (call: SentCall) => HeldLease | null;
  /** Whether the database says so at this instant. */
  readonly isHeld: (lease: HeldLease) => boolean;
  readonly tokenWindowSeconds: number;
}

/** The last to take a shard that has sent a call to the group. */
interface Owner {
  readonly life: number;
  readonly epoch: number;
  /** Of what it has sent. */
  readonly tokens: Set<string>;
}

export class OwnersCheck implements Check {
  readonly #world: OwnersWorld;
  readonly #fail: Fail;
  readonly #newest = new Map<string, Owner>();
  /** By life and token: the epoch under which the call was sent first. */
  readonly #epochs = new Map<string, number>();

  constructor(world: OwnersWorld, fail: Fail) {
    this.#world = world;
    this.#fail = fail;
  }

  sent(call: SentCall): void {
    if (!isWrite(call.operation)) return;
    const { group, life, token } = call;
    const lease = this.#world.leaseOf(call);
    if (lease === null || !this.#world.isHeld(lease)) {
      const which =
        lease === null ? 'no lease' : `epoch ${lease.epoch} of ${lease.shard}, which it does not hold`;
      this.#fail('owner', `process ${life} sends ${call.operation} of ${group} under ${which}`);
      return;
    }
    const { epoch } = lease;
    const name = `${life} ${token}`;
    if (!this.#epochs.has(name)) this.#epochs.set(name, epoch);
    const newest = this.#newest.get(group);
    if (newest?.life === life) newest.tokens.add(token);
    else if (newest === undefined || newest.epoch < epoch)
      this.#newest.set(group, { life, epoch, tokens: new Set([token]) });
  }

  landed({ call, before, after }: Landing): void {
    if (call === null || before === after || !isWrite(call.operation)) return;
    const { group, life, token } = call;
    const newest = this.#newest.get(group);
    const epoch = this.#epochs.get(`${life} ${token}`) ?? 0;
    if (newest === undefined || newest.life === life || newest.epoch <= epoch) return;
    // A cloud that has forgotten the token works the call off once more, whoever sent it.
    const isForgotten = newest.tokens.has(token) && this.#world.tokenWindowSeconds < TRUSTED_WINDOW_SECONDS;
    if (isForgotten || [...newest.tokens].every((each) => each === token)) return;
    this.#fail(
      'owner',
      `${call.operation} of ${group} with ${token}, sent by process ${life} under epoch ${epoch}, takes effect ` +
        `after process ${newest.life} began under epoch ${newest.epoch}`,
    );
  }
}
