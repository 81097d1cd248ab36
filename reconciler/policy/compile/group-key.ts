import type { DesiredGroup, GroupSelector } from '../../model/group.ts';
import { compareText } from '../../model/problem.ts';

/** Equal for two declarations that mean the same groups in the same words. */
export function desiredGroupKey({
  account,
  region,
  selector,
}: Pick<DesiredGroup, 'account' | 'region' | 'selector'>): string {
  return JSON.stringify([account, region, selector.kind, ...selectorWords(selector)]);
}

function selectorWords(selector: GroupSelector): string[] {
  switch (selector.kind) {
    case 'id':
      return [selector.id];
    case 'name':
      return [selector.name];
    case 'tags':
      return Object.entries(selector.tags)
        .sort(([a], [b]) => compareText(a, b))
        .flat();
  }
}

/** Of both states, without the groups that are the same object in both. */
export function changedGroups(
  before: readonly DesiredGroup[],
  after: readonly DesiredGroup[],
): { readonly before: readonly DesiredGroup[]; readonly after: readonly DesiredGroup[] } {
  const [then, now] = [new Set(before), new Set(after)];
  return { before: before.filter((each) => !now.has(each)), after: after.filter((each) => !then.has(each)) };
}
