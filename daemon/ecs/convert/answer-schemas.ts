// The shapes of the vendor's answers. Absent texts come as "", as null or not at all; priorities and account
// ids as numbers or as texts: here all of these become texts, and everything else is refused.
import { z } from 'zod';
import { OPERATIONS } from '../../../reconciler/model/operation.ts';
import { boundedFreeText, MAX_FIELD_LENGTH, permissionSchema } from './permission.ts';

const text = z
  .union([z.string().max(MAX_FIELD_LENGTH), z.number()])
  .nullish()
  .transform((value) => String(value ?? ''));
const filledText = z.string().min(1).max(MAX_FIELD_LENGTH);
const freeText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => boundedFreeText(String(value ?? '')));
const lenientFlag = z
  .union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false', ''] })])
  .nullish()
  .transform((value) => value ?? false);

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
