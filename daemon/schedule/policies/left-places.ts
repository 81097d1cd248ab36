// Accounts and regions that the policies do not name: what was managed there is so no longer.
import { placeKey, type DesiredState, type GroupRef } from '../../../reconciler/model/group.ts';
import type { Engine } from '../../reconcile/engine.ts';
import type { Controller } from '../controller.ts';
import type { ManagedGroups } from '../managed-groups.ts';
import type { ReleasedGroups } from './released-groups.ts';

interface LeftPlacesParts {
  readonly engine: Pick<Engine, 'ownership' | 'heads'>;
  readonly controller: Pick<Controller, 'setTargets'>;
  readonly managed: ManagedGroups;
  readonly released: ReleasedGroups;
}

export class LeftPlaces {
  readonly #parts: LeftPlacesParts;
  /** The places that were named when all others were left, and whether it was sure then; null: not all were left. */
  #left: { readonly named: ReadonlySet<string>; readonly isSure: boolean } | null = null;

  constructor(parts: LeftPlacesParts) {
    this.#parts = parts;
  }

  /** Groups of an earlier process, or of another replica, have become known. */
  expectMore(): void {
    this.#left = null;
  }

  /** An edit within the places that are named already asks nothing of each group. `isSure`: no file is broken or unread. */
  async leave({ groups, revision }: DesiredState, isSure: boolean): Promise<void> {
    const { managed, released } = this.#parts;
    const named = new Set(groups.map(placeKey));
    const isNamed = (group: GroupRef): boolean => named.has(placeKey(group));
    if (this.#left?.isSure !== isSure || !isSameSet(named, this.#left.named)) {
      const isLeft = (group: GroupRef): boolean =>
        !isNamed(group) && this.#parts.engine.ownership.looksAfter(group);
      managed.update({ inPlace: isLeft, groups: new Map(), desired: groups, revision, isSure });
      this.#parts.controller.setTargets([], isLeft);
      this.#parts.engine.heads.follow([], isLeft);
      this.#left = { named, isSure };
    }
    if (isSure) await released.abandon(isNamed, managed.left);
  }
}

const isSameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((each) => b.has(each));
