// What RAM must allow, as the vendor writes it down. Source: help, "RAM authorization" of each operation, 2026. deploy/ram has
// the same as files; a test compares them.
import { OPERATION_NAMES } from '../../reconciler/model/operation.ts';

/** `SERVICE:ACTION`, as policies name it. */
export type RamAction = `${'ecs' | 'actiontrail' | 'quotas'}:${string}`;

/** On these a group's ARN counts; a policy of groups alone might grant nothing on the others. */
const BY_GROUP: ReadonlySet<RamAction> = new Set<RamAction>([
  'ecs:DescribeSecurityGroups',
  'ecs:DescribeSecurityGroupAttribute',
  'ecs:RevokeSecurityGroup',
  'ecs:RevokeSecurityGroupEgress',
]);

/** Of every operation of the table, in its order. */
export const ECS_ACTIONS: readonly RamAction[] = OPERATION_NAMES.map((name): RamAction => `ecs:${name}`);

/** The resource that a statement for this action names, whichever region and account. */
export const ramResource = (action: RamAction): string =>
  BY_GROUP.has(action) ? 'acs:ecs:*:*:securitygroup/*' : '*';

/** The statement that allows it, as JSON in one line, to be added to a policy. */
export const ramStatement = (action: RamAction): string =>
  JSON.stringify({ Effect: 'Allow', Action: action, Resource: ramResource(action) });
