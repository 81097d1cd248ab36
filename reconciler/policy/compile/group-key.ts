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
