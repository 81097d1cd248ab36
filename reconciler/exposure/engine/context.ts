// What decides a packet beside the rules: the group's defaults, and what is known of the lists that
// rules name. Sources: the vendor's guide to security groups and ModifySecurityGroupPolicy.
import type { DescribedGroup } from '../../model/group.ts';
import type { PortRange } from '../../model/ports.ts';
import type { Family, Prefix } from '../../model/prefix.ts';
import type { Direction, RuleAction } from '../../model/rule.ts';

export interface KnownPrefixList {
  readonly family: Family;
  /** Null: the entries are not known, and the list stays a symbol. */
  readonly entries: readonly Prefix[] | null;
}

export interface GroupContext {
  /** The group's own id: what its members are called in `innerAccess`. */
  readonly id: string;
  readonly type: 'normal' | 'enterprise';
  /**
   * `accept`: members of a normal group reach each other whatever its rules say, as the vendor's text
   * has it. An enterprise group ignores this.
   */
  readonly innerAccess: 'accept' | 'drop';
  /** In a classic network: packets come by the card `internet` too. */
  readonly classic: boolean;
  /** A list that is not here counts for both families, and membership in it is a symbol. */
  readonly prefixLists: ReadonlyMap<string, KnownPrefixList>;
  /** A list that is not here is a symbol. */
  readonly portLists: ReadonlyMap<string, readonly PortRange[]>;
}

/** The entries of lists that were read. */
export type ReadLists = Pick<GroupContext, 'prefixLists' | 'portLists'>;

export const NO_LISTS_READ: ReadLists = { prefixLists: new Map(), portLists: new Map() };

/** The context of a described group. Without a network it is taken to be in a VPC. */
export function groupContext(
  group: Pick<DescribedGroup, 'id' | 'type' | 'innerAccess'> & Partial<Pick<DescribedGroup, 'vpcId'>>,
  lists: ReadLists = NO_LISTS_READ,
): GroupContext {
  return {
    id: group.id,
    type: group.type,
    innerAccess: group.innerAccess,
    classic: group.vpcId === null,
    prefixLists: lists.prefixLists,
    portLists: lists.portLists,
  };
}

/** What happens to a packet that no rule matches. */
export function defaultAction(context: GroupContext, direction: Direction): RuleAction {
  return direction === 'egress' && context.type === 'normal' ? 'accept' : 'drop';
}

/** Whether packets between members of the group pass before any rule is asked. */
export function membersAreOpen(context: GroupContext): boolean {
  return context.type === 'normal' && context.innerAccess === 'accept';
}
