import type { ApiLevel } from './api-dialect.ts';
import type { Expectation, Guardrail } from './packets/pattern.ts';
import type { Peer } from './peer.ts';
import type { PortRange } from './ports.ts';
import { compareText, type SourcePlace } from './problem.ts';
import type { PolicyProtocol } from './protocol.ts';
import { ruleIdentity, type Direction, type Rule, type RuleAction } from './rule.ts';

/** Names one security group everywhere. */
export interface GroupRef {
  /** An account of the config, by name. */
  readonly account: string;
  readonly region: string;
  readonly id: string;
}

/**
 * What the vendor counts calls by, and what is in trouble as a whole: equal exactly for the same account and region, for
 * neither has a slash in its name.
 */
export const placeKey = ({ account, region }: Pick<GroupRef, 'account' | 'region'>): string =>
  `${account}/${region}`;

/** Whether both lie in the same account and region. */
export const isSamePlace = (
  a: Pick<GroupRef, 'account' | 'region'>,
  b: Pick<GroupRef, 'account' | 'region'>,
): boolean => a.account === b.account && a.region === b.region;

export const groupKey = (group: GroupRef): string => `${group.account}/${group.region}/${group.id}`;

/** How a policy says which groups it means. `name` must match exactly one group, `tags` may match many. */
export type GroupSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'tags'; readonly tags: Readonly<Record<string, string>> };

/** As people read it. */
export function groupSelectorText(selector: GroupSelector): string {
  switch (selector.kind) {
    case 'id':
      return selector.id;
    case 'name':
      return `name "${selector.name}"`;
    case 'tags':
      return `tags ${Object.entries(selector.tags)
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(',')}`;
  }
}

/** How much we may change: all; all but removing; nothing. */
export type Mode = 'enforce' | 'additive' | 'observe';

export const MODES: readonly Mode[] = ['enforce', 'additive', 'observe'];

/** Whose a described rule is that no policy declares: drift, or someone else's unless we brought it. */
export type RuleOwnership = 'exclusive' | 'declared';

/** A rule that a policy asks for. */
export interface DesiredRule {
  readonly rule: Rule;
  /** Handle from the policy: pairs the rule across edits. Null if it has none. */
  readonly name: string | null;
  /** Unix milliseconds from which on the rule is not desired. Null: for ever. */
  readonly expiresAtMs: number | null;
  readonly source: SourcePlace;
  /** The names that the policy has for its peer and its service. Absent: they are written out. */
  readonly words?: RuleWords;
}

/** Names of the policy of which a rule is one of the members; null: that part is written out. */
export interface RuleWords {
  readonly network: NamedSet | null;
  readonly service: NamedSet | null;
}

/** A network or service as a rule names it. `size`: how many members it has there. */
export interface NamedSet {
  readonly name: string;
  readonly size: number;
}

/** Whether it is desired at this time. */
export function isInForce({ expiresAtMs }: DesiredRule, nowMs: number): boolean {
  return expiresAtMs === null || expiresAtMs > nowMs;
}

/** A rule that the cloud has. */
export interface DescribedRule {
  readonly rule: Rule;
  /** `sgr-…`; null where the API has no rule ids (see `ApiDialect`). */
  readonly id: string | null;
  /**
   * The vendor's own texts of the fields that select this rule where there are no ids. Our canonical
   * form may differ from them (masked host bits), and an inexact tuple would silently match nothing.
   */
  readonly selector: Readonly<Record<string, string>>;
}

/** What a call names the rule by: its id or, where there are none, what it is and how the vendor spells that. */
export const handleOf = (described: DescribedRule): string =>
  described.id ?? `${ruleIdentity(described.rule)}|${selectorFields(described)}`;

/** Equal for equal fields, in whatever order an answer had them. */
export function selectorFields({ selector }: Pick<DescribedRule, 'selector'>): string {
  const entries = Object.entries(selector).sort(([a], [b]) => compareText(a, b));
  return entries.map(([name, value]) => `${name}=${value}`).join('&');
}

/** Described rules to leave alone: those that fit every field that is there, of which there is at least one. */
export interface IgnorePattern {
  /** A glob. `*` stands for any run of characters. */
  readonly description?: string;
  /** `all`: of any protocol. */
  readonly protocol?: PolicyProtocol;
  /** Rules with ports within one of these. */
  readonly ports?: readonly PortRange[];
  /** Rules whose peer is within one of these. */
  readonly peers?: readonly Peer[];
  readonly action?: RuleAction;
  readonly priority?: number;
  readonly direction?: Direction;
  readonly source: SourcePlace;
}

/** What the policies want of the groups that a selector names. A direction that is null is not managed. */
export interface DesiredGroup {
  readonly account: string;
  readonly region: string;
  readonly selector: GroupSelector;
  /** Null: the default of the config. */
  readonly mode: Mode | null;
  /** Whether the interfaces of its members have no other security group. */
  readonly alone: boolean;
  readonly ignore: readonly IgnorePattern[];
  /** Absent: exclusive. */
  readonly ownership?: RuleOwnership;
  readonly rules: Readonly<Record<Direction, readonly DesiredRule[] | null>>;
  readonly source: SourcePlace;
}

/** What the cloud says of a group, read in full or not at all. */
export interface DescribedGroup extends GroupRef {
  readonly name: string;
  /** Absent: none. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Null in a classic network. */
  readonly vpcId: string | null;
  readonly type: 'normal' | 'enterprise';
  /** What members of a basic group may do among each other. */
  readonly innerAccess: 'accept' | 'drop';
  /** Owned by a cloud product: the vendor refuses every write. */
  readonly serviceManaged: boolean;
  readonly apiLevel: ApiLevel;
  readonly rules: readonly DescribedRule[];
}

/** Everything the policies ask for, as of one revision. */
export interface DesiredState {
  /** Git commit or content hash. */
  readonly revision: string;
  readonly groups: readonly DesiredGroup[];
  readonly expectations: readonly Expectation[];
  /** Of the config, their names resolved by these policies. */
  readonly guardrails: readonly Guardrail[];
}
