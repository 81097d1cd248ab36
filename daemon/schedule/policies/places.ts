// Every account and region that the policies ever named, each with the resolver of its selectors.
import { groupBy } from '../../../reconciler/model/collections.ts';
import { placeKey, type DesiredGroup, type DesiredState } from '../../../reconciler/model/group.ts';
import { PlaceResolver, type PlaceResolverParts } from '../place-resolver.ts';

export class Places {
  readonly #parts: PlaceResolverParts;
  /** By account and region. */
  readonly #resolvers = new Map<string, PlaceResolver>();
  /** The groups that the resolvers work on now, and those of them that have some. */
  #groups: readonly DesiredGroup[] = [];
  #named: readonly PlaceResolver[] = [];

  constructor(parts: PlaceResolverParts) {
    this.#parts = parts;
  }

  /**
   * Has the resolvers work on these groups; gives those with something to resolve. A place without groups is told so.
   * `isSure`: no file is broken or unread.
   */
  set(
    { groups, revision }: Pick<DesiredState, 'groups' | 'revision'>,
    isSure: boolean,
  ): readonly PlaceResolver[] {
    const named = groupBy(groups, placeKey);
    for (const [key, [group]] of named) {
      if (group === undefined || this.#resolvers.has(key)) continue;
      const { account, region } = group;
      this.#resolvers.set(key, new PlaceResolver({ account, region }, this.#parts));
    }
    for (const [key, resolver] of this.#resolvers) {
      resolver.setGroups(named.get(key) ?? [], { revision, isSure });
    }
    this.#groups = groups;
    this.#named = [...this.#resolvers].flatMap(([key, resolver]) => (named.has(key) ? [resolver] : []));
    return this.#named;
  }

  /** This replica looks after other groups than before: what was handed over is not all. */
  expectMore(): void {
    for (const resolver of this.#resolvers.values()) resolver.expectMore();
  }

  /** Whether they work on this list of groups, and the controller got the targets of each place of it at least once. */
  wereHandedOver(groups: readonly DesiredGroup[]): boolean {
    return groups === this.#groups && this.#named.every(({ wasHandedOver }) => wasHandedOver);
  }
}
