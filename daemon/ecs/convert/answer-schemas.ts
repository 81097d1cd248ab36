// The shapes of the vendor's answers. Absent texts come as "", as null or not at all; priorities and account
// ids as numbers or as texts: here all of these become texts, and everything else is refused.
import { z } from 'zod';
import { OPERATIONS } from '../../../reconciler/model/operation.ts';

/** No id, address or token of the vendor is longer: such an answer is none of the vendor's. */
const MAX_FIELD_LENGTH = 4096;
/** Four times the vendor's limit for descriptions, in code units. Source: help, AuthorizeSecurityGroup, `Description`. */
const MAX_FREE_TEXT_LENGTH = 2048;

const text = z
  .union([z.string().max(MAX_FIELD_LENGTH), z.number()])
  .nullish()
  .transform((value) => String(value ?? ''));
const filledText = z.string().min(1).max(MAX_FIELD_LENGTH);
/** What people write. A longer one is cut, and then equal to no text of a policy, which has its own limits. */
const freeText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => String(value ?? ''))
  .transform((whole) =>
    whole.length <= MAX_FREE_TEXT_LENGTH ? whole : `${whole.slice(0, MAX_FREE_TEXT_LENGTH - 1)}…`,
  );
const lenientFlag = z
  .union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false', ''] })])
  .nullish()
  .transform((value) => value ?? false);

const permissionFields = z.object({
  SecurityGroupRuleId: text,
  Direction: text,
  IpProtocol: text,
  PortRange: text,
  PortRangeListId: text,
  SourcePortRange: text,
  SourceCidrIp: text,
  Ipv6SourceCidrIp: text,
  SourceGroupId: text,
  SourceGroupOwnerAccount: text,
  SourcePrefixListId: text,
  DestCidrIp: text,
  Ipv6DestCidrIp: text,
  DestGroupId: text,
  DestGroupOwnerAccount: text,
  DestPrefixListId: text,
  Policy: text,
  Priority: text,
  NicType: text,
  Description: freeText,
});

/** What answers say of a rule besides, and what does not bear on its traffic (SDK of 2026-11). */
const TELLING_NOTHING: ReadonlySet<string> = new Set([
  'CreateTime',
  'DestGroupName',
  'DestGroupOwnerId',
  'DestPrefixListName',
  'PortRangeListName',
  'SourceGroupName',
  'SourceGroupOwnerId',
  'SourcePrefixListName',
]);

/** Any other field may narrow the rule in a way that we do not know, unless it is empty. */
const permissionSchema = z.preprocess(
  (wire) => (typeof wire === 'object' && wire !== null ? { ...wire, Unknown: unknownFields(wire) } : wire),
  permissionFields.extend({ Unknown: text }),
);

function unknownFields(wire: object): string {
  const entries: ReadonlyArray<readonly [string, unknown]> = Object.entries(wire);
  return entries
    .filter(([name]) => !Object.hasOwn(permissionFields.shape, name) && !TELLING_NOTHING.has(name))
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .map((shown) => shown.slice(0, MAX_UNKNOWN_LENGTH))
    .sort()
    .join(' ')
    .slice(0, MAX_UNKNOWN_LENGTH);
}

const MAX_UNKNOWN_LENGTH = 500;

/** One rule on the wire. */
export type Permission = z.infer<typeof permissionSchema>;

/** One page of DescribeSecurityGroupAttribute. Missing `Permissions` is no empty list: it is no answer. */
export const rulePageSchema = z.object({
  RequestId: filledText,
  SecurityGroupId: filledText,
  VpcId: text,
  InnerAccessPolicy: text,
  NextToken: text,
  Permissions: z.object({
    Permission: z.array(permissionSchema).max(OPERATIONS.DescribeSecurityGroupAttribute.batchLimit),
  }),
});

export type RulePage = z.infer<typeof rulePageSchema>;

/** Null: not told, as by endpoints from before 2024-09-28, or in a way that we do not know. */
const toldCount = z
  .union([
    z.number().int().min(0),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ])
  .nullish()
  .transform((value) => value ?? null)
  .catch(null);

const wireGroupSchema = z.object({
  SecurityGroupId: filledText,
  SecurityGroupName: freeText,
  VpcId: text,
  SecurityGroupType: text,
  ServiceManaged: lenientFlag,
  Tags: z
    .object({ Tag: z.array(z.object({ TagKey: freeText, TagValue: freeText })) })
    .nullish()
    .transform((tags) => tags?.Tag ?? []),
  RuleCount: toldCount,
  GroupToGroupRuleCount: toldCount,
});

export type WireGroup = z.infer<typeof wireGroupSchema>;

/** One page of DescribeSecurityGroups. `TotalCount` is absent where pages go by token. */
export const groupPageSchema = z.object({
  RequestId: filledText,
  NextToken: text,
  TotalCount: z.number().nullish(),
  SecurityGroups: z.object({
    SecurityGroup: z.array(wireGroupSchema).max(OPERATIONS.DescribeSecurityGroups.batchLimit),
  }),
});

/** A list's own id and its `MaxEntries`. */
export interface ListPage {
  readonly NextToken: string;
  readonly lists: ReadonlyArray<{ readonly id: string; readonly maxEntries: number }>;
}

const maxEntries = z.number().int().min(1);

/** One page of DescribePrefixLists. */
export const prefixListPageSchema = z
  .object({
    NextToken: text,
    PrefixLists: z.object({
      PrefixList: z.array(z.object({ PrefixListId: filledText, MaxEntries: maxEntries })),
    }),
  })
  .transform(({ NextToken, PrefixLists }): ListPage => ({
    NextToken,
    lists: PrefixLists.PrefixList.map((list) => ({ id: list.PrefixListId, maxEntries: list.MaxEntries })),
  }));

/** One page of DescribePortRangeLists, whose array comes without a wrapping object. */
export const portListPageSchema = z
  .object({
    NextToken: text,
    PortRangeLists: z.array(z.object({ PortRangeListId: filledText, MaxEntries: maxEntries })),
  })
  .transform(({ NextToken, PortRangeLists }): ListPage => ({
    NextToken,
    lists: PortRangeLists.map((list) => ({ id: list.PortRangeListId, maxEntries: list.MaxEntries })),
  }));

/** All of DescribePrefixListAttributes, which has no pages. */
export const prefixEntriesSchema = z.object({
  PrefixListId: filledText,
  AddressFamily: filledText,
  Entries: z.object({ Entry: z.array(z.object({ Cidr: filledText })) }),
});

/** All of DescribePortRangeListEntries, which has no pages. */
export const portEntriesSchema = z.object({
  Entries: z.array(z.object({ PortRange: filledText })),
});

/** The write operations answer with nothing else. */
export const acceptedSchema = z.object({ RequestId: filledText });
