// The last read of each group, by the digest of its answer. A group that stays as it is is then the very object that was read
// before: nothing is parsed, and whoever compares groups sees at once that they are one.
import { groupKey, type DescribedGroup, type GroupRef } from '../../reconciler/model/group.ts';
import type { WireGroup } from './convert/answer-schemas.ts';
import { changeSince } from './heads/head-entry.ts';

interface NotedRead {
  readonly digest: string;
  /** Kept alive by whoever works with it, and by nothing here. */
  readonly group: WeakRef<DescribedGroup>;
}

export interface KnownRead {
  readonly digest: string;
  readonly group: DescribedGroup;
}

/** Grows with the groups that are read, by some hundred bytes each. */
export class KnownReads {
  readonly #noted = new Map<string, NotedRead>();

  /** Null: none, or the head says something else now. */
  of(group: GroupRef, head: WireGroup): KnownRead | null {
    const noted = this.#noted.get(groupKey(group));
    const known = noted?.group.deref();
    if (noted === undefined || known === undefined || changeSince(known, head) !== null) return null;
    return { digest: noted.digest, group: known };
  }

  /** What a group without rules is taken for hangs on more than its answer, so it is not known. */
  note(group: DescribedGroup, digest: string | null): void {
    const key = groupKey(group);
    if (digest === null || group.rules.length === 0) this.#noted.delete(key);
    else this.#noted.set(key, { digest, group: new WeakRef(group) });
  }
}
