// The rules of one group while one call works on them: find, add, replace, remove, with the quotas counted.
// It is a copy; the state changes only when the call saves it, so a refused call leaves no trace.
import type { World } from '../action.ts';
import type { Contents, Permission, SecurityGroup } from '../state.ts';
import { replaceGroup } from '../actions/contents.ts';
import { identityOf } from './permission.ts';
import { refuse, type Refusal } from '../actions/refusals.ts';
import { findPortList, findPrefixList } from './rule-check.ts';

/** Groups that one prefix list may serve. Source: "Limits and quotas on ECS", 2026. */
const PREFIX_LIST_ASSOCIATIONS_MAX = 1000;

export class RuleBook {
  readonly #group: SecurityGroup;
  readonly #world: World;
  readonly #rules: Permission[];
  /** The identity of the rule at the same index. */
  readonly #identities: string[];
  #changed = false;

  constructor(group: SecurityGroup, world: World) {
    this.#group = group;
    this.#world = world;
    this.#rules = [...group.Permissions];
    this.#identities = this.#rules.map((rule) => identityOf(rule, world.quirks));
  }

  /** The index of the first rule that fulfils the condition, or -1. */
  findIndex(condition: (rule: Permission) => boolean): number {
    return this.#rules.findIndex(condition);
  }

  /** The index of the rule with the same identity as the given one, or -1; `except` is not looked at. */
  indexOf(rule: Permission, except = -1): number {
    const identity = identityOf(rule, this.#world.quirks);
    return this.#identities.findIndex((each, index) => each === identity && index !== except);
  }

  /** The index of the first rule that is the given one once its IPv6 blocks are masked, or -1. */
  indexOfMasked(rule: Permission): number {
    const options = { ...this.#world.quirks, ipv6HostBits: 'mask' } as const;
    const identity = identityOf(rule, options);
    return this.#rules.findIndex((each) => identityOf(each, options) === identity);
  }

  at(index: number): Permission | undefined {
    return this.#rules[index];
  }

  /** Throws when a quota is reached. */
  add(rule: Permission): void {
    this.#checkQuotas(undefined, rule, 'AuthorizationLimitExceed');
    this.#identities.push(identityOf(rule, this.#world.quirks));
    this.#rules.push(rule);
    this.#changed = true;
  }

  /** Throws when a quota is reached, which a change of lists can do. */
  replace(index: number, rule: Permission): void {
    this.#checkQuotas(this.#rules[index], rule, 'AuthorizationLimitExceed (modify)');
    this.#rules[index] = rule;
    this.#identities[index] = identityOf(rule, this.#world.quirks);
    this.#changed = true;
  }

  /** Gives the rule another description, which is no part of its identity. */
  describe(index: number, description: string): void {
    const rule = this.#rules[index];
    if (rule === undefined || rule.Description === description) return;
    this.#rules[index] = { ...rule, Description: description };
    this.#changed = true;
  }

  remove(index: number): void {
    this.#rules.splice(index, 1);
    this.#identities.splice(index, 1);
    this.#changed = true;
  }

  /** Makes the copy the state, as one change; nothing when the call came to nothing. */
  save(): void {
    if (!this.#changed) return;
    replaceGroup(this.#world, this.#group, { ...this.#group, Permissions: this.#rules });
  }

  /** A quota refuses only what makes things worse, so a group already above it can still be edited. */
  #checkQuotas(before: Permission | undefined, after: Permission, rulesExceeded: Refusal): void {
    const { quirks, state } = this.#world;
    const place = this.#group;
    const grown =
      ruleWeight(after, state, place) - (before === undefined ? 0 : ruleWeight(before, state, place));
    const weight = this.#rules.reduce((sum, rule) => sum + ruleWeight(rule, state, place), 0);
    if (grown > 0 && weight + grown > quirks.ruleQuota) throw refuse(rulesExceeded);
    if (before === undefined && namesGroup(after)) {
      const references = this.#rules.filter(namesGroup).length;
      if (references + 1 > quirks.groupReferenceQuota) {
        throw refuse('AuthorizedGroupRule.LimitExceed', String(quirks.groupReferenceQuota));
      }
    }
    this.#checkListAssociations(after);
  }

  #checkListAssociations(rule: Permission): void {
    const listId = prefixListOf(rule);
    if (listId === '' || this.#rules.some((each) => prefixListOf(each) === listId)) return;
    const users = this.#world.state.securityGroups.filter(({ Permissions }) =>
      Permissions.some((each) => prefixListOf(each) === listId),
    );
    if (users.length >= PREFIX_LIST_ASSOCIATIONS_MAX) {
      throw refuse('LimitExceed.PrefixListAssociationResource');
    }
  }
}

/**
 * How many rules this one counts as: a list counts as its MaxEntries, however many entries it has. With both
 * kinds of list in one rule we take the product; the manual doesn't say.
 */
function ruleWeight(rule: Permission, contents: Contents, place: SecurityGroup): number {
  const prefixListId = prefixListOf(rule);
  const prefixes = prefixListId === '' ? 1 : (findPrefixList(contents, prefixListId, place)?.MaxEntries ?? 1);
  const portLists = rule.PortRangeListId;
  const ports = portLists === '' ? 1 : (findPortList(contents, portLists, place)?.MaxEntries ?? 1);
  return prefixes * ports;
}

export const prefixListOf = (rule: Permission): string => rule.SourcePrefixListId || rule.DestPrefixListId;

export const namesGroup = (rule: Permission): boolean => (rule.SourceGroupId || rule.DestGroupId) !== '';
