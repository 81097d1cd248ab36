// Refusals of the actions on prefix lists and port range lists; see ../actions/refusals.ts.
import type { Row } from '../actions/refusal-row.ts';

/** Pages CreatePrefixList, ModifyPrefixList, DeletePrefixList, DescribePrefixLists. */
// prettier-ignore
export const PREFIX_LIST = {
  'MissingParameter (prefix list)': [400, 'The parameter %s is mandatory.', 'MissingParameter'], // ours
  'InvalidParameter (prefix list)': [400, 'The specified parameter %s is not valid.', 'InvalidParameter'], // ours
  'InvalidParameter.AddressFamily': [400, 'The parameter AddressFamily should be IPv4 or IPv6.'],
  'InvalidParameter.PrefixListName': [400, 'The parameter PrefixListName is not valid.'],
  'InvalidDescription.Malformed (prefix list)': [400, 'The specified Description is wrongly formed.', 'InvalidDescription.Malformed'],
  'InvalidParameter.CidrMalformed': [400, 'The specified CIDR block %s is not valid.'], // ours
  'InvalidParameter.CidrDuplicated': [400, 'The specified CIDR block %s is duplicated.'], // ours
  'LimitExceed.Entry': [400, 'The number of entries added or removed exceeds the limit.'],
  'LimitExceed.MaxEntries (prefix list)': [400, 'The number of entries exceeds the MaxEntries of the specified prefix list.', 'LimitExceed.MaxEntries'],
  'LimitExceed.PrefixListPerRegion': [404, 'The number of prefix lists in the region exceeds the limit.'],
  'LimitExceed.PrefixListId': [400, 'The specified number of PrefixListId exceeds the limit.'],
  'NotAllowed.AssociationExist': [400, 'The specified prefix list has associated resources.'],
  'InvalidResourceGroup.NotFound (list)': [404, 'The specified resource group is not found.', 'InvalidResourceGroup.NotFound'],
} as const satisfies Record<string, Row>;

/** Pages CreatePortRangeList, ModifyPortRangeList, DeletePortRangeList, DescribePortRangeLists. */
// prettier-ignore
export const PORT_LIST = {
  'MissingParameter (port list)': [400, 'Missing mandatory parameter.', 'MissingParameter'],
  'InvalidParameter (port list)': [400, 'The specified parameter is not valid.', 'InvalidParameter'],
  'InvalidRegionId.NotFound (port list)': [404, 'The specified parameter RegionId is not valid.', 'InvalidRegionId.NotFound'],
  'InvalidParameter.PortRangeListName': [400, 'The specified parameter PortRangeListName is not valid.'],
  'InvalidDescription.Malformed (port list)': [400, 'The specifid Description is not valid.', 'InvalidDescription.Malformed'],
  'InvalidParameter.PortRange': [400, 'The specified parameter PortRange is not valid. It should be two integers less than 65535 in specified format.'],
  'InvalidParameter.PortRangeDuplicated': [400, 'The specified PortRange is duplicated.'],
  'InvalidOperation.MaxEntriesCountExceed': [400, 'The specified MaxEntries exceeded the upper limit.'],
  'InvalidOperation.EntryCountExceedMaxEntries': [400, 'The number of entries in the port list exceeds MaxEntries.'],
  'LimitExceed.MaxEntries (port list)': [400, 'The number of entries exceeds the MaxEntries of the specified PortRangeList.', 'LimitExceed.MaxEntries'],
  'InvalidOperation.MaxCountExceed': [400, 'The number of port range list in the current account has exceeded quota.'],
  'LimitExceed.PortRangeListId': [400, 'The specified number of PortRangeListId exceeds the limit.'],
  'InvalidPortRangeListId.AssociationExist': [400, 'The specified port range list has association resources.'],
} as const satisfies Record<string, Row>;
