// Every operation of the vendor that Rampart calls, once. The config's limits, the lanes, the metrics, the wire and
// the plans ask this table; nothing is read out of a name.
import type { Direction } from './rule.ts';

export type WriteVerb = 'authorize' | 'modify' | 'revoke';

/** Most rules in one Authorize or Revoke. Source: help, AuthorizeSecurityGroup and RevokeSecurityGroup, `Permissions.N`. */
export const MAX_RULES_PER_CALL = 100;

/** `batchLimit`: most rules in one call. */
const writes = (verb: WriteVerb, direction: Direction, batchLimit: number) =>
  ({ effect: 'writes', verb, direction, batchLimit }) as const;

/** `batchLimit`: most entries in one page, and most ids in one call. Source: help, of each operation, `MaxResults`. */
const reads = (subject: 'groups' | 'rules' | 'lists', batchLimit: number) =>
  ({ effect: 'reads', verb: 'describe', subject, direction: null, batchLimit }) as const;

export const OPERATIONS = {
  AuthorizeSecurityGroup: writes('authorize', 'ingress', MAX_RULES_PER_CALL),
  AuthorizeSecurityGroupEgress: writes('authorize', 'egress', MAX_RULES_PER_CALL),
  ModifySecurityGroupRule: writes('modify', 'ingress', 1),
  ModifySecurityGroupEgressRule: writes('modify', 'egress', 1),
  RevokeSecurityGroup: writes('revoke', 'ingress', MAX_RULES_PER_CALL),
  RevokeSecurityGroupEgress: writes('revoke', 'egress', MAX_RULES_PER_CALL),
  DescribeSecurityGroups: reads('groups', 100),
  DescribeSecurityGroupAttribute: reads('rules', 1000),
  DescribePrefixLists: reads('lists', 100),
  DescribePortRangeLists: reads('lists', 100),
  DescribePrefixListAttributes: reads('lists', 1),
  DescribePortRangeListEntries: reads('lists', 1),
};

type Table = typeof OPERATIONS;
type WithEffect<Effect> = {
  [Name in keyof Table]: Table[Name]['effect'] extends Effect ? Name : never;
}[keyof Table];

export type Operation = keyof Table;
export type WriteOperation = WithEffect<'writes'>;
export type ReadOperation = WithEffect<'reads'>;

/** In the order of the table. */
export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly Operation[];

export const WRITE_OPERATIONS: readonly WriteOperation[] = OPERATION_NAMES.filter(isWriteOperation);

export function isWriteOperation(operation: Operation): operation is WriteOperation {
  return OPERATIONS[operation].effect === 'writes';
}

/** The operation that carries out a step of a plan. */
export function operationOf(step: {
  readonly kind: WriteVerb;
  readonly direction: Direction;
}): WriteOperation {
  const found = WRITE_OPERATIONS.find((operation) => {
    const { verb, direction } = OPERATIONS[operation];
    return verb === step.kind && direction === step.direction;
  });
  if (found === undefined) throw new Error(`there is no operation to ${step.kind} ${step.direction} rules`);
  return found;
}
