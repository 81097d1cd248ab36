// The state file: the emulated cloud as JSON, in the vendor's wire forms. Reading fills in what a file leaves
// out and refuses what it doesn't know; writing is the inverse.
import { z } from 'zod';
import { canonicalPorts } from '../rules/fields/ports.ts';
import { canonicalListCidr } from '../lists/list-kinds.ts';
import { DEFAULT_ACCOUNT_ID } from '../gateway/credentials.ts';
import { checked } from './input.ts';
import type { PortRangeList, PrefixList, SecurityGroup, State } from '../state.ts';
import { groupProblems } from './state-file-groups.ts';
import { hintForKey } from './state-file-hints.ts';
import { repeatedIds, withIds } from './state-file-ids.ts';
import { completeRule, fileRule, RULE_KEYS } from './state-file-rules.ts';

/** What stands for facts that a file doesn't tell. */
const DEFAULT_TIME = '2020-01-01T00:00:00Z';
const DEFAULT_VPC = 'vpc-emulator';
const DEFAULT_REGION = 'cn-hangzhou';

const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[\\w-]{1,64}$`), `must be an id such as ${prefix}-bp1web`);
const regionId = z.string().regex(/^[a-z]{2}-[a-z0-9-]{2,30}$/, 'must be a region id such as cn-hangzhou');
const ownerId = z.string().regex(/^\d{1,20}$/, 'must be an account id: digits only');
/** To the second, or to the minute as lists have it. */
const time = z.union([z.iso.datetime(), z.iso.datetime({ precision: -1 })], {
  message: 'must be a time such as 2024-05-01T08:00:00Z',
});
const tag = z.strictObject({ TagKey: z.string().min(1), TagValue: z.string().default('') });

/** What groups and lists have in common. */
const common = {
  RegionId: regionId.default(DEFAULT_REGION),
  Description: z.string().default(''),
  ResourceGroupId: z.union([z.literal(''), id('rg')]).default(''),
  CreationTime: time.default(DEFAULT_TIME),
  OwnerId: ownerId.default(DEFAULT_ACCOUNT_ID),
  Tags: z.array(tag).default([]),
};

const securityGroup = z
  .strictObject({
    ...common,
    SecurityGroupId: id('sg'),
    SecurityGroupName: z.string().optional(),
    VpcId: z.union([z.literal(''), id('vpc')]).default(DEFAULT_VPC),
    SecurityGroupType: z
      .enum(['normal', 'enterprise'], { message: 'must be normal or enterprise' })
      .default('normal'),
    InnerAccessPolicy: z.enum(['Accept', 'Drop'], { message: 'must be Accept or Drop' }).optional(),
    ServiceManaged: z.boolean().default(false),
    Members: z.array(z.union([id('i'), id('eni')])).default([]),
    Permissions: z.array(fileRule).default([]),
  })
  .transform((group, context): SecurityGroup => {
    const whole: SecurityGroup = {
      ...group,
      SecurityGroupName: group.SecurityGroupName ?? group.SecurityGroupId,
      InnerAccessPolicy:
        group.InnerAccessPolicy ?? (group.SecurityGroupType === 'enterprise' ? 'Drop' : 'Accept'),
      Permissions: group.Permissions.map((rule) =>
        completeRule(rule, { vpcId: group.VpcId, createTime: group.CreationTime }),
      ),
    };
    for (const { path, message } of groupProblems(whole)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    return whole;
  });

const prefixList = z
  .strictObject({
    ...common,
    PrefixListId: id('pl'),
    PrefixListName: z.string().optional(),
    AddressFamily: z.enum(['IPv4', 'IPv6'], { message: 'must be IPv4 or IPv6' }).optional(),
    MaxEntries: z.int().min(1).max(200).optional(),
    Entries: z
      .array(z.strictObject({ Cidr: z.string(), Description: z.string().default('') }))
      .max(200)
      .default([]),
  })
  .transform((list, context): PrefixList => {
    const AddressFamily = list.AddressFamily ?? (list.Entries[0]?.Cidr.includes(':') ? 'IPv6' : 'IPv4');
    const Entries = list.Entries.map((entry, index) => {
      const Cidr = canonicalListCidr(entry.Cidr, AddressFamily);
      if (Cidr === undefined) {
        const message = `must be an ${AddressFamily} block without host bits`;
        context.addIssue({ code: 'custom', path: ['Entries', index, 'Cidr'], message });
      }
      return { ...entry, Cidr: Cidr ?? entry.Cidr };
    });
    const cidrs = Entries.map(({ Cidr }) => Cidr);
    refuseRepeated(cidrs, 'Cidr', context);
    return {
      ...list,
      AddressFamily,
      PrefixListName: list.PrefixListName ?? list.PrefixListId,
      MaxEntries: maxEntries(list, context),
      Entries,
    };
  });

const portRange = z
  .string()
  .refine(
    (range) => canonicalPorts(range) === range,
    'must be ports within 1/65535, such as 80/80 or 8000/8100',
  );

const portRangeList = z
  .strictObject({
    ...common,
    PortRangeListId: id('prl'),
    PortRangeListName: z.string().optional(),
    MaxEntries: z.int().min(1).max(2000).optional(),
    Entries: z
      .array(z.strictObject({ PortRange: portRange, Description: z.string().default('') }))
      .max(2000)
      .default([]),
  })
  .transform((list, context): PortRangeList => {
    const ranges = list.Entries.map(({ PortRange }) => PortRange);
    refuseRepeated(ranges, 'PortRange', context);
    return {
      ...list,
      PortRangeListName: list.PortRangeListName ?? list.PortRangeListId,
      MaxEntries: maxEntries(list, context),
    };
  });

function refuseRepeated(texts: readonly string[], field: string, context: z.RefinementCtx): void {
  for (const [index, text] of texts.entries()) {
    if (texts.indexOf(text) === index) continue;
    context.addIssue({
      code: 'custom',
      path: ['Entries', index, field],
      message: `the entry ${text} repeats`,
    });
  }
}

/** By default a list has room for its entries and no more. */
function maxEntries(
  list: { readonly MaxEntries?: number | undefined; readonly Entries: readonly unknown[] },
  context: z.RefinementCtx,
): number {
  const entries = list.Entries.length;
  if (list.MaxEntries !== undefined && list.MaxEntries < entries) {
    const message = `is less than the ${entries} entries`;
    context.addIssue({ code: 'custom', path: ['MaxEntries'], message });
  }
  return list.MaxEntries ?? Math.max(entries, 1);
}

const sections = z.strictObject({
  securityGroups: z.array(securityGroup).default([]),
  prefixLists: z.array(prefixList).default([]),
  portRangeLists: z.array(portRangeList).default([]),
});

const stateFile = z
  .unknown()
  .transform(withIds)
  .pipe(
    sections.superRefine((file, context) => {
      for (const { path, message } of repeatedIds(file)) {
        context.addIssue({ code: 'custom', path: [...path], message });
      }
    }),
  );

const HINT = 'docs/emulator.md describes the state file';
const KEYS = [
  ...Object.keys(sections.shape),
  ...[securityGroup, prefixList, portRangeList].flatMap(({ in: written }) => Object.keys(written.shape)),
  ...RULE_KEYS,
];

export const emptyState = (): State => ({
  version: 0,
  past: [],
  securityGroups: [],
  prefixLists: [],
  portRangeLists: [],
});

/** The state that a file describes. Throws an InputError that lists every problem with its path. */
export function parseState(json: unknown): State {
  const forKey = (key: string) => hintForKey(key, KEYS);
  return { ...emptyState(), ...checked(stateFile, json, { name: 'state', hint: HINT, forKey }) };
}

/** The file of a state; `parseState` makes the same state of it. */
export const dumpState = ({ securityGroups, prefixLists, portRangeLists }: State): unknown => ({
  securityGroups,
  prefixLists,
  portRangeLists,
});
