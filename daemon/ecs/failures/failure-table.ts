// Every error code that the vendor documents for our calls and their neighbours, and our own names for
// answers that never came, each with its next move. Spelling mistakes in codes are the vendor's.
//
// How to read it. Not applied for sure, and a later attempt may work: `retry`. Not applied and never will be:
// `rejected`, which stops one step, so it is also the answer to a quota that is used up. What would stop every
// call of the account is `denied`, whatever the vendor blames. The kinds are those of writes; a read has no
// effect and no plan, so classify.ts turns its `unknown` into `retry` and its `replan` into `rejected`.
import type { FailureKind } from './failure.ts';

export interface FailureRow {
  readonly code: string;
  readonly kind: FailureKind;
  readonly source: string;
  /** The rule is not there (any more): a Revoke of that one rule is `done`. */
  readonly gone?: true;
  /** The refusal is RAM's: the message names the missing action. */
  readonly ram?: true;
  /** What the operator can do. */
  readonly hint?: string;
}

/** Our own names, for what has no vendor code. */
export type OwnCode =
  /** DNS, routing or the peer's port failed before anything was sent. */
  | 'Transport.NotConnected'
  /** DNS answered that there is no such name. */
  | 'Transport.UnknownHost'
  /** The connection broke at a time when the request may have been read. */
  | 'Transport.ConnectionLost'
  | 'Transport.Timeout'
  | 'Transport.UntrustedCertificate'
  | 'Transport.TlsFailed'
  /** HTML of a proxy, an empty or a cut body, a redirect. */
  | 'Transport.NotJson'
  /** More bytes than any answer of the vendor has. */
  | 'Transport.TooLong'
  /** JSON, but not the vendor's answer to this call. */
  | 'Transport.BadAnswer'
  | 'Transport.NoCredentials'
  /** The source of the credentials did not answer. */
  | 'Transport.CredentialsUnavailable'
  /** A parameter that UTF-8 cannot carry. */
  | 'Transport.Unencodable'
  | 'Transport.BadEndpoint'
  /** The vendor described something that we cannot express. */
  | 'Transport.Unreadable'
  /** More pages, rules or groups than we read. */
  | 'Transport.TooMuch'
  /** The pages of one read do not fit together. */
  | 'Transport.TornRead'
  | 'Transport.GroupNotFound'
  /** Who waited for it has given up. */
  | 'Transport.GivenUp'
  /** This replica may not write to the group any more: nothing was sent. */
  | 'Transport.LeaseLost';

const HELP = 'help/ecs/developer-reference/api-ecs-2014-05-26';
const OLDER_MANUAL = 'ModifySecurityGroupRule, manual page of the API without rule ids';
const RULE_WRITES = `${HELP}-{authorizesecuritygroup,modifysecuritygrouprule,revokesecuritygroup}, 2026`;
const AUTHORIZE = `${HELP}-authorizesecuritygroupegress, 2026`;
const MODIFY = `${HELP}-modifysecuritygrouprule, 2026`;
const REVOKE = `${HELP}-revokesecuritygroup, 2026`;
const DESCRIBE = `${HELP}-describesecuritygroupattribute, 2026`;
const DESCRIBE_GROUPS = `${HELP}-describesecuritygroups, 2026`;
const GROUP_WRITES = `${HELP}-{create,modify,delete}securitygroup*, 2026`;
const LISTS = `${HELP}-describe{prefixlists,portrangelists}, 2026`;
const DOCS_2021 = 'github AlibabaCloudDocs/ecs, July 2021';
const THROTTLING = 'help 437902, API throttling; terraform-provider-alicloud errors.go';
const IDEMPOTENCE = 'help 25693, ensure idempotence; common error codes of 2018';
const COMMON = 'help: common error codes of the API gateway';
const RAM = 'help/ram: how to troubleshoot an access denied error';
const DRIVEN =
  'pop-core 1.8.0 on httpx 2.3.3, driven in test/unit/daemon/ecs/transport/pop-transport.test.ts';
const OUR_OWN = 'daemon/ecs';

const CLOCK_HINT = "compare this machine's clock with the true time: 15 minutes off is too much";

// prettier-ignore
export const FAILURE_ROWS: readonly FailureRow[] = [
  // The rule as such: what it says, and whom it names.
  { code: 'OperationDenied', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidIpProtocol.Malformed', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidIpProtocol.ValueNotSupported', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParam.PortRange', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidPortRange.Malformed', kind: 'rejected', source: AUTHORIZE },
  { code: 'InvalidIpPortRange.Malformed', kind: 'rejected', source: REVOKE },
  { code: 'InvalidSourcePortRange.Malformed', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidSourceCidrIp.Malformed', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidDestCidrIp.Malformed', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidDestCidrIp.sMalformed', kind: 'rejected', source: DOCS_2021 },
  { code: 'InvalidParam.SourceCidrIp', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidParam.DestCidrIp', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidParam.Ipv6SourceCidrIp', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParam.Ipv6DestCidrIp', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParameter.Ipv6CidrIp', kind: 'rejected', source: RULE_WRITES },
  { code: 'ILLEGAL_IPV6_CIDR', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParam.SourceIp', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParam.DestIp', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParameter.Conflict', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidParamter.Conflict', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParam.Ipv4ProtocolConflictWithIpv6Address', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParam.Ipv6ProtocolConflictWithIpv4Address', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidParam.ProtocolAndPortRangeMismatch', kind: 'rejected', source: MODIFY },
  { code: 'InvalidParam.ProtocolAndAddressFamilyMismatch', kind: 'rejected', source: MODIFY },
  { code: 'InvalidSecurityGroup.IsSame', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidPolicy.Malformed', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidPriority.Malformed', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidPriority.ValueNotSupported', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidSecurityGroupDiscription.Malformed', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidNicType.Mismatch', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'InvalidNicType.ValueNotSupported', kind: 'rejected', source: RULE_WRITES },
  { code: 'MissingParameter', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'MissingParameter.Source', kind: 'rejected', source: OLDER_MANUAL },
  { code: 'MissingParameter.Dest', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidSourceGroupId.Mismatch', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidDestGroupId.Mismatch', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidSourceGroup.NotFound', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidDestGroup.NotFound', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidSourceGroupId.NotFound', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidDestGroupId.NotFound', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidSourceOrDestGroupId.DirectionMissmatch', kind: 'rejected', source: MODIFY },
  { code: 'InvalidNetworkType.Mismatch', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidNetworkType.Conflict', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidSecurityGroup.InvalidNetworkType', kind: 'rejected', source: AUTHORIZE },
  { code: 'VPCDisabled', kind: 'rejected', source: DOCS_2021 },
  { code: 'InvalidPrefixListId.NotFound', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidParam.PrefixListAddressFamilyMismatch', kind: 'rejected', source: RULE_WRITES },
  { code: 'NotSupported.ClassicNetworkPrefixList', kind: 'rejected', source: AUTHORIZE },
  { code: 'InvalidPortRangeListId.NotFound', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidParam.ProtocolNotSupportPortRangeList', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidGroupAuthParameter.OperationDenied', kind: 'rejected', source: AUTHORIZE },
  { code: 'InvalidGroupParameter.OperationDenied', kind: 'rejected', source: AUTHORIZE },
  // 401, but it blames the two groups of one rule, not the caller: it must not stop the account.
  { code: 'InvalidOperation.SecurityGroupNotAuthorized', kind: 'rejected', source: AUTHORIZE },

  // Batches and quotas.
  { code: 'InvalidParam.Permissions', kind: 'rejected', source: AUTHORIZE },
  { code: 'InvalidParam.DuplicatePermissions', kind: 'rejected', source: AUTHORIZE },
  { code: 'InvalidParam.SecurityGroupRuleIdRepeated', kind: 'rejected', source: REVOKE },
  { code: 'AuthorizationLimitExceed', kind: 'rejected', source: RULE_WRITES, hint: 'the rule quota is used up' },
  { code: 'AuthorizedGroupRule.LimitExceed', kind: 'rejected', source: AUTHORIZE, hint: 'a basic group may name other groups in 20 rules' },
  { code: 'LimitExceed.PrefixListAssociationResource', kind: 'rejected', source: AUTHORIZE },

  // Modify: what it can never do, and what only a change by someone else explains.
  { code: 'InvalidOperation.ModifySgRuleEntityType', kind: 'rejected', source: MODIFY },
  { code: 'InvalidOperation.ModifyNicType', kind: 'rejected', source: MODIFY },
  { code: 'InvalidOperation.ModifyPortRangeType', kind: 'rejected', source: MODIFY },
  { code: 'InvalidParam.InvalidModifyRuleRequest', kind: 'rejected', source: MODIFY },
  { code: 'InvalidOperation.RuleDuplicate', kind: 'replan', source: MODIFY },
  { code: 'SecurityGroupRule.NotFound', kind: 'replan', source: OLDER_MANUAL, gone: true },
  { code: 'InvalidSecurityGroupRuleId.NotFound', kind: 'replan', source: MODIFY, gone: true },
  { code: 'InvalidParam.SecurityGroupRuleId', kind: 'replan', source: REVOKE, gone: true },
  { code: 'InvalidSecurityGroupRule.RuleNotExist', kind: 'replan', source: REVOKE, gone: true },
  { code: 'InvalidGroupAuthItem.NotFound', kind: 'replan', source: REVOKE, gone: true },

  // The group. After a write to a group that is gone it is read again; a read that finds no group needs a person.
  { code: 'InvalidSecurityGroupId.NotFound', kind: 'replan', source: OLDER_MANUAL },
  { code: 'InvalidSecurityGroupId.Malformed', kind: 'rejected', source: RULE_WRITES },
  { code: 'InvalidOperation.ResourceManagedByCloudProduct', kind: 'managed', source: RULE_WRITES },

  // Reads.
  { code: 'InvalidRegionId.NotFound', kind: 'rejected', source: DESCRIBE },
  { code: 'InvalidParamter', kind: 'rejected', source: DESCRIBE },
  { code: 'MissingParameter.RegionId', kind: 'rejected', source: DESCRIBE },
  { code: 'InvalidParameter.AttributeNotSupported', kind: 'rejected', source: DESCRIBE },
  { code: 'NotSupported.PageNumberAndPageSize', kind: 'rejected', source: DESCRIBE_GROUPS },
  { code: 'InvalidParameter.SecurityGroupType', kind: 'rejected', source: DESCRIBE_GROUPS },
  { code: 'InvalidSecurityGroupName.Malformed', kind: 'rejected', source: DESCRIBE_GROUPS },
  { code: 'DryRunOperation', kind: 'rejected', source: DESCRIBE_GROUPS },
  // A token that grew old: this page will never come; group-reader.ts begins again with the first.
  { code: 'InValidParameter.NextToken', kind: 'rejected', source: DESCRIBE_GROUPS },

  // Neighbouring actions. We do not call them; the service behind them is the same.
  { code: 'MissingParamter.RegionId', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidParameter', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidParameter.InnerAccessPolicy', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidDescription.Malformed', kind: 'rejected', source: GROUP_WRITES },
  { code: 'IncorrectVpcStatus', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidTagKey.Malformed', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidTagValue.Malformed', kind: 'rejected', source: GROUP_WRITES },
  { code: 'Duplicate.TagKey', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidParams.GroupType', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidParams.VpcIdGroupType', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidVpcId.NotFound', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidResourceGroup.NotFound', kind: 'rejected', source: GROUP_WRITES },
  { code: 'QuotaExceed.SecurityGroup', kind: 'rejected', source: GROUP_WRITES },
  { code: 'QuotaExceed.Tags', kind: 'rejected', source: GROUP_WRITES },
  { code: 'DependencyViolation', kind: 'rejected', source: GROUP_WRITES },
  { code: 'InvalidOperation.DeletionProtection', kind: 'rejected', source: GROUP_WRITES },
  { code: 'LimitExceed.PrefixListId', kind: 'rejected', source: LISTS },
  { code: 'LimitExceed.PortRangeListId', kind: 'rejected', source: LISTS },

  // The service is busy or broken. After a 5xx it is unknown what was applied.
  { code: 'Throttling', kind: 'throttled', source: THROTTLING },
  { code: 'Throttling.User', kind: 'throttled', source: THROTTLING },
  { code: 'Throttling.Api', kind: 'throttled', source: THROTTLING },
  { code: 'Rejected.Throttling', kind: 'throttled', source: THROTTLING },
  { code: 'ServiceUnavailable', kind: 'unknown', source: THROTTLING },
  { code: 'ServiceUnavailable.RegionMaintaining', kind: 'unknown', source: THROTTLING },
  { code: 'InternalError', kind: 'unknown', source: RULE_WRITES },
  { code: 'InvalidGressFlow.Malformed', kind: 'unknown', source: DOCS_2021 },

  // Idempotence. A token that the vendor knows with other parameters is burnt: a new plan gets a new one.
  { code: 'IdempotentProcessing', kind: 'unknown', source: IDEMPOTENCE },
  { code: 'LastTokenProcessing', kind: 'unknown', source: IDEMPOTENCE },
  { code: 'OperationConflict', kind: 'retry', source: IDEMPOTENCE },
  { code: 'IdempotentParameterMismatch', kind: 'replan', source: IDEMPOTENCE },
  { code: 'InvalidIdempotenceParameter.Mismatch', kind: 'replan', source: IDEMPOTENCE },

  // Who calls, and whether they may.
  { code: 'Forbidden', kind: 'denied', source: RAM, ram: true },
  { code: 'Forbidden.RAM', kind: 'denied', source: RAM, ram: true },
  { code: 'NoPermission', kind: 'denied', source: RAM, ram: true },
  { code: 'NotAuthorized', kind: 'denied', source: RAM, ram: true },
  { code: 'Forbidden.AccessKeyDisabled', kind: 'denied', source: COMMON },
  { code: 'Forbidden.RiskControl', kind: 'denied', source: COMMON },
  { code: 'InvalidAccessKeyId.NotFound', kind: 'denied', source: COMMON },
  { code: 'InvalidAccessKeyId.Inactive', kind: 'denied', source: COMMON },
  { code: 'InvalidSecurityToken.Expired', kind: 'denied', source: COMMON },
  { code: 'InvalidSecurityToken.Malformed', kind: 'denied', source: COMMON },
  { code: 'InvalidSecurityToken.MismatchWithAccessKey', kind: 'denied', source: COMMON },
  { code: 'MissingSecurityToken', kind: 'denied', source: COMMON },
  { code: 'MissingAccessKeyId', kind: 'denied', source: COMMON },
  { code: 'SignatureDoesNotMatch', kind: 'denied', source: COMMON, hint: 'give it the secret of the key' },
  { code: 'IncompleteSignature', kind: 'denied', source: COMMON },
  { code: 'InvalidSignatureMethod', kind: 'denied', source: COMMON },
  { code: 'InvalidTimeStamp.Format', kind: 'denied', source: COMMON, hint: CLOCK_HINT },
  { code: 'InvalidTimeStamp.Expired', kind: 'denied', source: COMMON, hint: CLOCK_HINT },
  { code: 'IllegalTimestamp', kind: 'denied', source: COMMON, hint: CLOCK_HINT },
  // The nonce is fresh for every attempt, so something on the way sent this one twice: the first may have worked.
  { code: 'SignatureNonceUsed', kind: 'unknown', source: COMMON },
  { code: 'InvalidProtocol.NeedSsl', kind: 'denied', source: COMMON, hint: 'write an https endpoint' },
  { code: 'InvalidApi.NotFound', kind: 'rejected', source: COMMON },
  { code: 'UnsupportedHTTPMethod', kind: 'rejected', source: COMMON },

  // No answer of the vendor. Only a connection that never was proves that nothing was sent; pop-core's
  // "ConnectTimeout" is an idle timer that also fires after the request went out.
  { code: 'Transport.NotConnected', kind: 'retry', source: DRIVEN },
  // Not for good: a name server that has just been set up says so too.
  { code: 'Transport.UnknownHost', kind: 'retry', source: DRIVEN },
  { code: 'Transport.ConnectionLost', kind: 'unknown', source: DRIVEN },
  { code: 'Transport.Timeout', kind: 'unknown', source: DRIVEN },
  { code: 'Transport.NotJson', kind: 'unknown', source: DRIVEN },
  { code: 'Transport.TooLong', kind: 'unknown', source: OUR_OWN },
  { code: 'Transport.BadAnswer', kind: 'unknown', source: DRIVEN },
  { code: 'Transport.TlsFailed', kind: 'unknown', source: DRIVEN },
  // Someone else may be answering: nothing more is to be signed for that address until a person has checked.
  {
    code: 'Transport.UntrustedCertificate',
    kind: 'denied',
    source: DRIVEN,
    hint: 'check who answers there; to trust its signer, start with NODE_EXTRA_CA_CERTS=FILE',
  },
  { code: 'Transport.NoCredentials', kind: 'denied', source: DRIVEN },
  { code: 'Transport.CredentialsUnavailable', kind: 'retry', source: DRIVEN },
  { code: 'Transport.Unencodable', kind: 'rejected', source: DRIVEN },
  { code: 'Transport.BadEndpoint', kind: 'rejected', source: OUR_OWN },
  { code: 'Transport.Unreadable', kind: 'rejected', source: OUR_OWN },
  { code: 'Transport.TooMuch', kind: 'rejected', source: OUR_OWN },
  { code: 'Transport.TornRead', kind: 'retry', source: OUR_OWN },
  { code: 'Transport.GroupNotFound', kind: 'rejected', source: OUR_OWN },
  { code: 'Transport.GivenUp', kind: 'retry', source: OUR_OWN },
  { code: 'Transport.LeaseLost', kind: 'retry', source: OUR_OWN },
];

/** Codes that the table does not name, by how they are built; the first match counts. */
export const FAILURE_FAMILIES: ReadonlyArray<Omit<FailureRow, 'code'> & { readonly pattern: RegExp }> = [
  { pattern: /Throttling/i, kind: 'throttled', source: THROTTLING },
  { pattern: /^ServiceUnavailable/, kind: 'unknown', source: THROTTLING },
  { pattern: /^Idempotent/, kind: 'unknown', source: IDEMPOTENCE },
  { pattern: /^(InvalidAccessKeyId|InvalidSecurityToken|Signature)/, kind: 'denied', source: COMMON },
  { pattern: /^(InvalidTimeStamp|IllegalTimestamp)/i, kind: 'denied', source: COMMON, hint: CLOCK_HINT },
  { pattern: /^(Forbidden|NoPermission|NotAuthorized|AccessDenied)/, kind: 'denied', source: RAM, ram: true },
  { pattern: /^Missing(Access|Sign|Security)/, kind: 'denied', source: COMMON },
  // Many refusals of one bad parameter come with 403: they must not stop the account.
  {
    pattern: /^(Invalid|InValid|Missing|NotSupported|LimitExceed|QuotaExceed)/,
    kind: 'rejected',
    source: COMMON,
  },
];
