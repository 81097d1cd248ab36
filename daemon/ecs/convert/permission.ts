// One rule on the wire. A group has hundreds of them and each look reads them all, so their fields are checked by a plain
// loop: a schema with a union for each field costs ten times the work.
import { z } from 'zod';

/** No id, address or token of the vendor is longer: such an answer is none of the vendor's. */
export const MAX_FIELD_LENGTH = 4096;
/** Four times the vendor's limit for descriptions, in code units. Source: help, AuthorizeSecurityGroup, `Description`. */
const MAX_FREE_TEXT_LENGTH = 2048;
const MAX_UNKNOWN_LENGTH = 500;

const TEXT_FIELDS = [
  'SecurityGroupRuleId',
  'Direction',
  'IpProtocol',
  'PortRange',
  'PortRangeListId',
  'SourcePortRange',
  'SourceCidrIp',
  'Ipv6SourceCidrIp',
  'SourceGroupId',
  'SourceGroupOwnerAccount',
  'SourcePrefixListId',
  'DestCidrIp',
  'Ipv6DestCidrIp',
  'DestGroupId',
  'DestGroupOwnerAccount',
  'DestPrefixListId',
  'Policy',
  'Priority',
  'NicType',
] as const;

type PermissionField = (typeof TEXT_FIELDS)[number] | 'Description' | 'Unknown';

/** `Unknown`: fields that we do not know, as `NAME=VALUE`; empty: none. Of each other one the text; empty: none was told. */
export type Permission = Readonly<Record<PermissionField, string>>;

/** What answers say of a rule besides, and what does not bear on its traffic (SDK of 2026-11). */
const TELLING_NOTHING: readonly string[] = [
  'CreateTime',
  'DestGroupName',
  'DestGroupOwnerId',
  'DestPrefixListName',
  'PortRangeListName',
  'SourceGroupName',
  'SourceGroupOwnerId',
  'SourcePrefixListName',
];

const KNOWN: ReadonlySet<string> = new Set([...TEXT_FIELDS, 'Description', ...TELLING_NOTHING]);

/** Absent texts come as "", as null or not at all, some texts as numbers; everything else is refused. */
export const permissionSchema = z.unknown().transform((wire, context): Permission => {
  const refuse = (path: string[]): never => {
    context.addIssue({ code: 'custom', message: 'Invalid input', path });
    return z.NEVER;
  };
  if (typeof wire !== 'object' || wire === null || Array.isArray(wire)) return refuse([]);
  const told = wire as Readonly<Record<string, unknown>>;
  const texts: Partial<Record<PermissionField, string>> = {};
  for (const field of TEXT_FIELDS) {
    const text = textOf(told[field]);
    if (text === null || text.length > MAX_FIELD_LENGTH) return refuse([field]);
    texts[field] = text;
  }
  const description = textOf(told.Description);
  if (description === null) return refuse(['Description']);
  texts.Description = boundedFreeText(description);
  texts.Unknown = unknownFields(told);
  return texts as Permission;
});

/** Null: it is none. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** What people write. A longer one is cut, and then equal to no text of a policy, which has its own limits. */
export const boundedFreeText = (whole: string): string =>
  whole.length <= MAX_FREE_TEXT_LENGTH ? whole : `${whole.slice(0, MAX_FREE_TEXT_LENGTH - 1)}…`;

/** Any other field may narrow the rule in a way that we do not know, unless it is empty. */
function unknownFields(wire: Readonly<Record<string, unknown>>): string {
  const unknown = Object.keys(wire).filter((name) => !KNOWN.has(name));
  if (unknown.length === 0) return '';
  return unknown
    .map((name): [string, unknown] => [name, wire[name]])
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .map((shown) => shown.slice(0, MAX_UNKNOWN_LENGTH))
    .sort()
    .join(' ')
    .slice(0, MAX_UNKNOWN_LENGTH);
}
