// Which changes of a group are ours, by the request ids in the journal: other processes that write to the same journal,
// and those before a restart, count too.
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import { HOUR_MS, type Clock } from '../../clock.ts';
import { JournalError, type JournalDesk } from '../../journal/journal.ts';

/** Events come minutes late, never this much. */
const KNOWN_FOR_MS = HOUR_MS;

/** More calls than the pace of a group allows within that time, unless it is allowed very many. */
const MOST_CALLS = 500;

/** The history of a group is read at most so often, however many events come. */
const HISTORY_FRESH_MS = 1000;

interface KnownIds {
  readonly readAtMs: number;
  readonly ids: Promise<ReadonlySet<string>>;
}

export class OwnRequests {
  readonly #journal: Pick<JournalDesk, 'history'>;
  readonly #clock: Clock;
  /** By group, in the order of reading. */
  readonly #known = new Map<string, KnownIds>();

  constructor(journal: Pick<JournalDesk, 'history'>, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** False for a call of ours that is younger than the last reading: that costs one reconcile. */
  async has(group: GroupRef, requestId: string): Promise<boolean> {
    this.#forgetOld();
    const key = groupKey(group);
    const known = this.#known.get(key) ?? { readAtMs: this.#clock.monotonicMs(), ids: this.#read(group) };
    this.#known.set(key, known);
    return (await known.ids).has(requestId);
  }

  async #read({ account, region, id }: GroupRef): Promise<ReadonlySet<string>> {
    try {
      const sinceMs = this.#clock.nowMs() - KNOWN_FOR_MS;
      const group = { account, region, id };
      const calls = await this.#journal.history({ group, sinceMs, limit: MOST_CALLS });
      return new Set(calls.flatMap(({ requestId }) => requestId ?? []));
    } catch (error) {
      // The reconcile that follows needs the journal too, and ends the daemon in the proper way.
      if (error instanceof JournalError) return new Set();
      throw error;
    }
  }

  #forgetOld(): void {
    const freshSinceMs = this.#clock.monotonicMs() - HISTORY_FRESH_MS;
    for (const [key, { readAtMs }] of this.#known) {
      if (readAtMs > freshSinceMs) return;
      this.#known.delete(key);
    }
  }
}
