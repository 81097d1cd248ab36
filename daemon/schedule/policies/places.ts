// Every account and region that the policies ever named, each with the resolver of its selectors.
import { groupBy } from '../../../reconciler/model/collections.ts';
import { placeKey, type DesiredGroup, type DesiredState } from '../../../reconciler/model/group.ts';
import { PlaceResolver, type PlaceResolverParts } from '../place-resolver.ts';

export class Places {
  readonly #parts: PlaceResolverParts;
  /** By account and region. */
  readonly #resolvers = new Map<string, PlaceResolver>();

  constructor(parts: PlaceResolverParts) {
    this.#parts = parts;
  }

  /** Has the resolvers work on these groups; gives those with something to resolve. A place without groups is told so. */
  set({ groups, revision }: Pick<DesiredState, 'groups' | 'revision'>): readonly PlaceResolver[] {
    const named = groupBy(groups, placeKey);
    for (const place of named.keys()) {
      if (!this.#resolvers.has(place)) this.#resolvers.set(place, new PlaceResolver(place, this.#parts));
    }
    for (const [place, resolver] of this.#resolvers) resolver.setGroups(named.get(place) ?? [], revision);
    return [...this.#resolvers].flatMap(([place, resolver]) => (named.has(place) ? [resolver] : []));
  }

  /** This replica looks after other groups than before: what was handed over is not all. */
  expectMore(): void {
    for (const resolver of this.#resolvers.values()) resolver.expectMore();
  }

  /** Whether the controller got the targets of all these groups at least once. */
  wereHandedOver(groups: readonly DesiredGroup[]): boolean {
    return groups.every((group) => this.#resolvers.get(placeKey(group))?.wasHandedOver === true);
  }
}
