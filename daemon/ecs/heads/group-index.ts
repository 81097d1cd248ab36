// Finds groups of a listing by name or tags without looking at each: thousands of selectors over thousands of groups.
import type { GroupSelector } from '../../../reconciler/model/group.ts';
import { groupBy } from '../../../reconciler/model/collections.ts';
import { compareText } from '../../../reconciler/model/problem.ts';
import type { GroupListing, ListedGroup } from '../api.ts';

export class GroupIndex {
  readonly #all: readonly ListedGroup[];
  readonly #byName: ReadonlyMap<string, readonly ListedGroup[]>;
  readonly #byTag: ReadonlyMap<string, readonly ListedGroup[]>;

  constructor({ groups }: Pick<GroupListing, 'groups'>) {
    this.#all = groups;
    this.#byName = groupBy(groups, ({ name }) => name);
    const tagged = groups.flatMap((group) =>
      Object.entries(group.tags).map(([key, value]) => ({ group, tag: tagKey(key, value) })),
    );
    const byTag = groupBy(tagged, ({ tag }) => tag);
    this.#byTag = new Map([...byTag].map(([tag, found]) => [tag, found.map(({ group }) => group)]));
  }

  /** Ids of the groups that the selector means, in order. */
  find(selector: GroupSelector): readonly string[] {
    return this.#matching(selector)
      .map(({ id }) => id)
      .sort(compareText);
  }

  #matching(selector: GroupSelector): readonly ListedGroup[] {
    switch (selector.kind) {
      case 'id':
        return this.#all.filter(({ id }) => id === selector.id);
      case 'name':
        return this.#byName.get(selector.name) ?? [];
      case 'tags': {
        const wanted = Object.entries(selector.tags);
        const found = wanted.map(([key, value]) => this.#byTag.get(tagKey(key, value)) ?? []);
        const fewest = found.reduce((least, each) => (each.length < least.length ? each : least), this.#all);
        return fewest.filter(({ tags }) => wanted.every(([key, value]) => tags[key] === value));
      }
    }
  }
}

const tagKey = (key: string, value: string): string => JSON.stringify([key, value]);
