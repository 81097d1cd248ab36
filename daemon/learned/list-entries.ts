// Entries of the lists that rules name, read when a group needs them and believed for a while. What could not be read is
// not known, which is not the same as empty: verdicts then say that they hang on it.
import type { KnownPrefixList, ReadLists } from '../../reconciler/exposure/engine/context.ts';
import type { PortRange } from '../../reconciler/model/ports.ts';
import type { Result } from '../../reconciler/model/result.ts';
import type { Clock } from '../clock.ts';
import type { EcsApi, Place } from '../ecs/api.ts';
import type { Failure } from '../ecs/failures/failure.ts';

export type ReadsEntries = Pick<EcsApi, 'prefixListEntries' | 'portListEntries'>;

export interface EntriesOfLists {
  readonly read: ReadLists;
  /** Ids that the cloud does not take: of lists that do not exist, or that are of another kind. */
  readonly rejected: readonly string[];
}

export class KnownEntries {
  readonly #ecs: ReadsEntries;
  readonly #prefixLists: Remembered<KnownPrefixList>;
  readonly #portLists: Remembered<readonly PortRange[]>;

  /** Entries, and that they may not be read, are believed for `keepMs`. */
  constructor(ecs: ReadsEntries, clock: Clock, keepMs: number) {
    this.#ecs = ecs;
    this.#prefixLists = new Remembered(clock, keepMs);
    this.#portLists = new Remembered(clock, keepMs);
  }

  async of(
    { account, region }: Place,
    ids: { readonly prefixList: readonly string[]; readonly portList: readonly string[] },
  ): Promise<EntriesOfLists> {
    const place = { account, region };
    const [prefixLists, portLists] = await Promise.all([
      this.#prefixLists.of(place, ids.prefixList, (id) => this.#ecs.prefixListEntries(place, id)),
      this.#portLists.of(place, ids.portList, (id) => this.#ecs.portListEntries(place, id)),
    ]);
    return {
      read: { prefixLists: prefixLists.known, portLists: portLists.known },
      rejected: [...prefixLists.rejected, ...portLists.rejected],
    };
  }
}

interface AskedList<T> {
  readonly askedMs: number;
  readonly answer: Promise<Result<T, Failure>>;
}

class Remembered<T> {
  readonly #clock: Clock;
  readonly #keepMs: number;
  /** By place and id. What is older than `keepMs` is forgotten, so it does not grow. */
  readonly #asked = new Map<string, AskedList<T>>();

  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** Those that could be read, by id. A failure that may pass, or that someone may end, is not remembered. */
  async of(
    place: Place,
    ids: readonly string[],
    read: (id: string) => Promise<Result<T, Failure>>,
  ): Promise<{ readonly known: Map<string, T>; readonly rejected: readonly string[] }> {
    const nowMs = this.#clock.monotonicMs();
    this.#forgetOld(nowMs);
    const answers = await Promise.all(
      ids.map(async (id) => {
        const key = JSON.stringify([place.account, place.region, id]);
        const asked = this.#asked.get(key) ?? { askedMs: nowMs, answer: read(id) };
        this.#asked.set(key, asked);
        const answer = await asked.answer;
        const isLasting = answer.ok || answer.error.kind === 'denied';
        if (!isLasting && this.#asked.get(key) === asked) this.#asked.delete(key);
        return { id, answer };
      }),
    );
    return {
      known: new Map(answers.flatMap(({ id, answer }) => (answer.ok ? [[id, answer.value] as const] : []))),
      rejected: answers.flatMap(({ id, answer }) =>
        !answer.ok && answer.error.kind === 'rejected' ? [id] : [],
      ),
    };
  }

  /** Stops at the first that is young: they are in the order in which they were asked for. */
  #forgetOld(nowMs: number): void {
    for (const [key, { askedMs }] of this.#asked) {
      if (nowMs - askedMs < this.#keepMs) return;
      this.#asked.delete(key);
    }
  }
}
