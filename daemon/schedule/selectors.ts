// From what the policies say to which groups are meant: selectors resolved, expired rules dropped, the
// default mode filled in. A selector that cannot be resolved now keeps the groups it meant last time.
import {
  groupKey,
  groupSelectorText,
  type DesiredGroup,
  type DesiredRule,
  type DesiredState,
  type Mode,
} from '../../reconciler/model/group.ts';
import { groupPolicy } from '../../reconciler/plan/group-policy.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import { DIRECTIONS, type Direction } from '../../reconciler/model/rule.ts';
import type { EcsApi, Place } from '../ecs/api.ts';
import type { Failure } from '../ecs/failures/failure.ts';

/** A selector that does not say which group it means, and so changes nothing. */
export interface UnresolvedSelector extends Place {
  readonly selector: string;
  readonly failure: Failure | null;
  readonly reason: string;
}

export interface Resolution {
  /** What the policies want of each group that they mean. */
  readonly targets: readonly GroupPolicy[];
  /** By group key: the entry of the policies that means the group. */
  readonly meantBy: ReadonlyMap<string, DesiredGroup>;
  readonly unresolved: readonly UnresolvedSelector[];
}

/** Remembers between calls which groups each selector meant last. */
export class TargetResolver {
  readonly #ecs: EcsApi;
  /** Of groups whose policy names none. */
  readonly defaultMode: Mode;
  readonly #lastIds = new Map<string, readonly string[]>();

  constructor(ecs: EcsApi, defaultMode: Mode) {
    this.#ecs = ecs;
    this.defaultMode = defaultMode;
  }

  /** Selectors are asked for side by side. */
  async resolve(groups: readonly DesiredGroup[], nowMs: number): Promise<Resolution> {
    const targets = new Map<string, GroupPolicy>();
    const meantBy = new Map<string, DesiredGroup>();
    const claimedTwice = new Set<string>();
    const unresolved: UnresolvedSelector[] = [];
    const answers = await Promise.all(
      groups.map(async (group) => ({ group, found: await this.#groupIds(group) })),
    );
    for (const { group, found } of answers) {
      if (found.problem !== null) unresolved.push(found.problem);
      for (const id of found.ids) {
        const policy = groupPolicy(group, id, { mode: this.defaultMode, nowMs });
        const key = groupKey(policy);
        if (targets.has(key)) {
          claimedTwice.add(key);
          unresolved.push(unresolvedSelector(group, `${id} is meant by two entries of the policies`, null));
        }
        targets.set(key, policy);
        meantBy.set(key, group);
      }
    }
    for (const key of claimedTwice) targets.delete(key);
    return { targets: [...targets.values()], meantBy, unresolved };
  }

  /** Forgets what selectors meant that are not among these any more. */
  keep(groups: readonly DesiredGroup[]): void {
    const keys = new Set(groups.map(selectorKey));
    for (const key of this.#lastIds.keys()) if (!keys.has(key)) this.#lastIds.delete(key);
  }

  async #groupIds(
    group: DesiredGroup,
  ): Promise<{ ids: readonly string[]; problem: UnresolvedSelector | null }> {
    if (group.selector.kind === 'id') return { ids: [group.selector.id], problem: null };
    const key = selectorKey(group);
    const last = this.#lastIds.get(key) ?? [];
    const found = await this.#ecs.findGroups(group, group.selector);
    if (!found.ok) return { ids: last, problem: unresolvedSelector(group, found.error.message, found.error) };
    if (group.selector.kind === 'name' && found.value.length !== 1) {
      const reason = `${found.value.length} groups have this name; exactly one must`;
      return { ids: last, problem: unresolvedSelector(group, reason, null) };
    }
    this.#lastIds.set(key, found.value);
    return { ids: found.value, problem: null };
  }
}

const selectorKey = (group: DesiredGroup): string =>
  JSON.stringify([group.account, group.region, groupSelectorText(group.selector)]);

/** Every rule with an end, soonest first. */
export function expiringRules(
  state: DesiredState,
): ReadonlyArray<DesiredRule & { readonly expiresAtMs: number }> {
  return state.groups
    .flatMap((group) => DIRECTIONS.flatMap((direction: Direction) => group.rules[direction] ?? []))
    .flatMap((rule) => (rule.expiresAtMs === null ? [] : [{ ...rule, expiresAtMs: rule.expiresAtMs }]))
    .sort((a, b) => a.expiresAtMs - b.expiresAtMs);
}

function unresolvedSelector(
  group: DesiredGroup,
  reason: string,
  failure: Failure | null,
): UnresolvedSelector {
  return {
    account: group.account,
    region: group.region,
    selector: groupSelectorText(group.selector),
    failure,
    reason,
  };
}
