// Refusals of the actions on the tags and the resource group of groups; see ../actions/refusals.ts.
import type { Row } from '../actions/refusal-row.ts';

/** Pages TagResources, UntagResources, ListTagResources, JoinResourceGroup. */
// prettier-ignore
export const TAGGING = {
  'MissingParameter.RegionId (tags)': [404, 'The parameter - RegionId should not be null', 'MissingParameter.RegionId'],
  'MissingParameter.ResourceType': [404, 'The parameter - ResourceType should not be null'],
  'MissingParameter.ResourceIds': [404, 'The parameter - ResourceIds.N should not be null'],
  'MissingParameter.Tags': [404, 'The parameter - Tags should not be null'],
  'InvalidResourceType.NotFound': [404, 'The ResourceType provided does not exist in our records.'],
  'InvalidResourceId.NotFound': [404, 'The specified ResourceIds are not found in our records.'],
  'NumberExceed.ResourceIds': [400, "The ResourceIds parameter's number is exceed , Valid : 50"],
  'NumberExceed.Tags': [400, "The Tags parameter's number is exceed , Valid : 20"],
  'InvalidTagKey.Malformed (tags)': [400, 'The specified Tag.n.Key is not valid.', 'InvalidTagKey.Malformed'],
  'InvalidTagValue.Malformed (tags)': [400, 'The specified Tag.n.Value is not valid.', 'InvalidTagValue.Malformed'],
  'OperationDenied.QuotaExceed': [400, 'The quota of tags on resource is beyond permitted range.'],
  'Param.Conflict': [403, 'The specified all is true, but the specified TagKey.N is not empty.'],
  'InvalidParameter.TagValue': [400, 'The specified tag value has no key.'], // ours
  'InvalidParameter (tags)': [400, 'The specified parameter %s is not valid.', 'InvalidParameter'], // ours
} as const satisfies Record<string, Row>;
