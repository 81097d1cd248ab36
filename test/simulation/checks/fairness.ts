// Fairness: a group that someone changed is looked at within a bounded time, whatever else there is to do. Time during
// which nothing could be read is not counted: the process was down or asleep, or calls were refused.
import type { Check, Fail, Landing, SentCall } from '../facts.ts';

export interface FairnessLimits {
  /** A group that is as it should be is looked at so often. */
  readonly resyncMs: number;
  /** Retries, back-off and the calls of other groups come on top. */
  readonly patienceMs: number;
  /** Whether a group may be left alone for longer just now: no policy names it, it is paused, or flaps. */
  readonly mayWait: (group: string) => boolean;
}

export class FairnessCheck implements Check {
  readonly #limits: FairnessLimits;
  readonly #fail: Fail;
  /** By group, since when a change is there that no reading was asked for after. */
  readonly #unseenSinceMs = new Map<string, number>();
  #readableSinceMs = 0;

  constructor(limits: FairnessLimits, fail: Fail) {
    this.#limits = limits;
    this.#fail = fail;
  }

  /** Its first moments are no one's: the groups are found first. */
  started(): void {
    this.#unseenSinceMs.clear();
  }

  unreadable(untilMs: number): void {
    this.#readableSinceMs = Math.max(this.#readableSinceMs, untilMs);
  }

  /** What was changed while no policy named it was no one's to look at. */
  named(group: string, atMs: number): void {
    if (this.#unseenSinceMs.has(group)) this.#unseenSinceMs.set(group, atMs);
  }

  landed({ call, atMs, before, after }: Landing): void {
    const group = after.SecurityGroupId;
    if (call === null && before !== after && !this.#unseenSinceMs.has(group))
      this.#unseenSinceMs.set(group, atMs);
  }

  sent({ operation, group, atMs }: SentCall): void {
    if (operation === 'DescribeSecurityGroupAttribute') this.#unseenSinceMs.delete(group);
    const { resyncMs, patienceMs, mayWait } = this.#limits;
    for (const [changed, sinceMs] of this.#unseenSinceMs) {
      const waitedMs = atMs - Math.max(sinceMs, this.#readableSinceMs);
      if (waitedMs <= resyncMs + patienceMs || mayWait(changed)) continue;
      this.#fail(
        'fairness',
        `${changed} was changed and not looked at for ${waitedMs} ms, though other calls went out`,
      );
    }
  }
}
