// Which groups a guardrail is about.
import { matchesGlob } from '../model/glob.ts';
import type { DescribedGroup, DesiredGroup, GroupRef } from '../model/group.ts';
import type { GroupScope } from '../model/packets/pattern.ts';

/** What a scope can ask of a group. Null: not known, as a name without the cloud. */
export interface ScopedGroup extends Omit<GroupRef, 'id'> {
  readonly id: string | null;
  readonly name: string | null;
  readonly tags: Readonly<Record<string, string>> | null;
}

/** Every key that is there must match; what is not known matches nothing. */
export function isInScope({ ids, names, tags, accounts, regions }: GroupScope, group: ScopedGroup): boolean {
  const { id, name, account, region } = group;
  return (
    (ids === undefined || (id !== null && ids.includes(id))) &&
    (names === undefined || (name !== null && names.some((pattern) => matchesGlob(pattern, name)))) &&
    (tags === undefined || hasTags(group, tags)) &&
    (accounts === undefined || accounts.includes(account)) &&
    (regions === undefined || regions.includes(region))
  );
}

/** As `isInScope`, of a group as a policy finds it: what is not known may match, and there may be more tags. */
export function mayBeInScope(scope: GroupScope, { tags, ...group }: ScopedGroup): boolean {
  const { ids, names, accounts, regions } = scope;
  const known: GroupScope = {
    ...(ids === undefined || group.id === null ? {} : { ids }),
    ...(names === undefined || group.name === null ? {} : { names }),
    ...(accounts === undefined ? {} : { accounts }),
    ...(regions === undefined ? {} : { regions }),
  };
  const differs = ([key, value]: readonly [string, string]): boolean =>
    tags !== null && Object.hasOwn(tags, key) && tags[key] !== value;
  return isInScope(known, { ...group, tags }) && !Object.entries(scope.tags ?? {}).some(differs);
}

const hasTags = ({ tags }: ScopedGroup, wanted: Readonly<Record<string, string>>): boolean =>
  tags !== null && Object.entries(wanted).every(([key, value]) => tags[key] === value);

export const scopedByCloud = ({ account, region, id, name, tags = {} }: DescribedGroup): ScopedGroup => ({
  account,
  region,
  id,
  name,
  tags,
});

/** What a policy says of its groups: those that it finds by tags have these, and maybe others. */
export function scopedByPolicy({ account, region, selector }: DesiredGroup): ScopedGroup {
  return {
    account,
    region,
    id: selector.kind === 'id' ? selector.id : null,
    name: selector.kind === 'name' ? selector.name : null,
    tags: selector.kind === 'tags' ? selector.tags : null,
  };
}
