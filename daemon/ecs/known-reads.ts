// The last read of each group, by the digest of its answer. A group that stays as it is is then one that was read before:
// nothing is parsed, and whoever compares groups sees that they are one, mostly by the object itself.
import type { DescribedGroup, GroupRef } from '../../reconciler/model/group.ts';
import type { WireGroup } from './convert/answer-schemas.ts';
import { changeSince } from './heads/head-entry.ts';
import type { HeadStore } from './heads/head-store.ts';
import { HeldGroup } from './heads/held-group.ts';

export interface KnownRead {
  readonly digest: string;
  readonly group: DescribedGroup;
}

/** Kept beside the heads, and forgotten with them: those of groups that are followed, and others as long as someone works with them. */
export class KnownReads {
  readonly #heads: Pick<HeadStore, 'of'>;
  /** Of the groups that were given out and that someone still has. */
  readonly #reads = new WeakMap<DescribedGroup, HeldGroup>();

  constructor(heads: Pick<HeadStore, 'of'>) {
    this.#heads = heads;
  }

  /** Null: none, or the head says something else now. */
  of(group: GroupRef, head: WireGroup): KnownRead | null {
    const noted = this.#heads.of(group).lastRead(group.id);
    const known = noted?.held.group ?? null;
    if (noted === null || known === null || changeSince(known, head) !== null) return null;
    this.#reads.set(known, noted.held);
    return { digest: noted.digest, group: known };
  }

  /** See `EcsApi.sameness`. */
  sameness(group: DescribedGroup): object {
    return this.#reads.get(group) ?? group;
  }

  /** What a group without rules is taken for hangs on more than its answer, so it is not known. */
  note(group: DescribedGroup, digest: string | null): void {
    const heads = this.#heads.of(group);
    const isKnown = digest !== null && group.rules.length > 0;
    heads.noteRead(group.id, (isFollowed) => {
      if (!isKnown) return null;
      const held = new HeldGroup(group, isFollowed);
      this.#reads.set(group, held);
      return { digest, held };
    });
  }
}
