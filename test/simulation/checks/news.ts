// Fairness of what people ask for: a group whose policy was edited is looked at within a time that does not grow with
// the estate, whatever else there is to read or hangs.
import type { Check, Fail, SentCall } from '../facts.ts';

export interface NewsLimits {
  /** From the edit: until the watchers are told, what the group is just busy with, and a call or two of others. */
  readonly boundMs: number;
  /** Whether the group may be looked at later: its reads hang, so that they are made less often. */
  readonly mayWait: (group: string) => boolean;
}

export class NewsCheck implements Check {
  readonly #limits: NewsLimits;
  readonly #fail: Fail;
  /** By group, since when a policy waits for its first look. */
  readonly #editedAtMs = new Map<string, number>();

  constructor(limits: NewsLimits, fail: Fail) {
    this.#limits = limits;
    this.#fail = fail;
  }

  /** A process that starts looks at everything. */
  started(): void {
    this.#editedAtMs.clear();
  }

  /** An edit beside one that waits may take it back, and then there is nothing to look at. */
  edited(group: string, atMs: number): void {
    if (!this.#editedAtMs.delete(group)) this.#editedAtMs.set(group, atMs);
  }

  sent({ operation, group, atMs }: SentCall): void {
    if (operation === 'DescribeSecurityGroupAttribute') this.#editedAtMs.delete(group);
    for (const [edited, sinceMs] of this.#editedAtMs) {
      if (atMs - sinceMs <= this.#limits.boundMs || this.#limits.mayWait(edited)) continue;
      this.#fail(
        'fairness',
        `the policy of ${edited} was edited, and ${edited} not looked at for ${atMs - sinceMs} ms`,
      );
    }
  }
}
