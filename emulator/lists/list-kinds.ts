// The two kinds of list, prefix lists and port range lists, in what sets them apart: names, limits, entries, and the
// form of answers. Their actions are the same otherwise, and their codes differ in `stem` and `title` as the names do.
import type { Contents, EntryList, Permission, PortRangeList, PrefixList } from '../state.ts';
import { text, type Params } from '../actions/params.ts';
import { refuse, required, type Refusal } from '../actions/refusals.ts';
import { canonicalIpv4, canonicalIpv6 } from '../rules/fields/address.ts';
import { canonicalPorts } from '../rules/fields/ports.ts';
import { prefixListOf } from '../rules/rule-book.ts';

export type AnyList = PrefixList | PortRangeList;
export type EntryOf<List extends AnyList> = List['Entries'][number];
/** What only this kind of list has: the address family of a prefix list. */
type Own<List extends AnyList> = Pick<List, keyof List & 'AddressFamily'>;

export interface ListKind<List extends AnyList> {
  readonly stem: 'PrefixList' | 'PortRangeList';
  readonly title: 'prefix list' | 'port list';
  readonly idPrefix: string;
  /** Lists of one account in one region. Source: "Limits and quotas on ECS", 2026. */
  readonly perRegionMax: number;
  /** Entries of one list. Source: the same page. */
  readonly maxEntriesMost: number;
  readonly unknownRegion: Refusal;
  readonly unknownResourceGroup: Refusal;
  readonly regionFull: Refusal;
  /** MaxEntries is above `maxEntriesMost`. */
  readonly tooManyWanted: Refusal;
  /** A new list has more entries than its MaxEntries. */
  readonly tooManyGiven: Refusal;
  /** An entry stands twice, or a Modify both adds and removes it. */
  readonly repeated: Refusal;
  readonly inUse: Refusal;
  readonly resourceType: string;
  readonly listsOf: (contents: Contents) => readonly List[];
  readonly contentsWith: (lists: readonly List[]) => Partial<Contents>;
  readonly idOf: (list: List) => string;
  readonly nameOf: (list: List) => string;
  readonly renamed: (list: List, name: string) => List;
  readonly create: (common: EntryList<EntryOf<List>> & Own<List>, id: string, name: string) => List;
  readonly readOwn: (params: Params) => Own<List>;
  /** Reads what an entry holds besides its description. Asks for `own` only if the form of entries depends on it. */
  readonly entryReader: (own: () => Own<List>) => EntryReader<EntryOf<List>>;
  readonly textOf: (entry: EntryOf<List>) => string;
  /** The list's fields that stand first in answers. */
  readonly headOf: (list: List) => Readonly<Record<string, string>>;
  /** An array in an answer: the newer actions have it plain, the older ones in an object. */
  readonly array: (name: string, items: readonly unknown[]) => unknown;
  readonly usedBy: (rule: Permission) => string;
}

type EntryReader<Entry> = (fields: Params, name: string, Description: string) => Entry;

export const PREFIX_LISTS: ListKind<PrefixList> = {
  stem: 'PrefixList',
  title: 'prefix list',
  idPrefix: 'pl-',
  perRegionMax: 100,
  maxEntriesMost: 200,
  unknownRegion: 'InvalidRegionId.NotFound',
  unknownResourceGroup: 'InvalidResourceGroup.NotFound (list)',
  regionFull: 'LimitExceed.PrefixListPerRegion',
  tooManyWanted: 'InvalidParameter (prefix list)',
  tooManyGiven: 'LimitExceed.MaxEntries (prefix list)',
  repeated: 'InvalidParameter.CidrDuplicated',
  inUse: 'NotAllowed.AssociationExist',
  resourceType: 'securitygroup',
  listsOf: ({ prefixLists }) => prefixLists,
  contentsWith: (prefixLists) => ({ prefixLists }),
  idOf: ({ PrefixListId }) => PrefixListId,
  nameOf: ({ PrefixListName }) => PrefixListName,
  renamed: (list, PrefixListName) => ({ ...list, PrefixListName }),
  create: (common, PrefixListId, PrefixListName) => ({ PrefixListId, PrefixListName, ...common }),
  readOwn: (params) => {
    const AddressFamily = required(params, 'AddressFamily', 'MissingParameter (prefix list)');
    if (AddressFamily === 'IPv4' || AddressFamily === 'IPv6') return { AddressFamily };
    throw refuse('InvalidParameter.AddressFamily');
  },
  entryReader: (own) => {
    const { AddressFamily } = own();
    return (fields, name, Description) => {
      const cidr = text(fields, 'Cidr');
      if (cidr === '') throw refuse('MissingParameter (prefix list)', `${name}.Cidr`);
      const Cidr = canonicalListCidr(cidr, AddressFamily);
      if (Cidr === undefined) throw refuse('InvalidParameter.CidrMalformed', cidr);
      return { Cidr, Description };
    };
  },
  textOf: ({ Cidr }) => Cidr,
  headOf: ({ PrefixListId, PrefixListName, AddressFamily }) => ({
    PrefixListId,
    PrefixListName,
    AddressFamily,
  }),
  array: (name, items) => ({ [name]: items }),
  usedBy: prefixListOf,
};

export const PORT_LISTS: ListKind<PortRangeList> = {
  stem: 'PortRangeList',
  title: 'port list',
  idPrefix: 'prl-',
  perRegionMax: 1000,
  maxEntriesMost: 2000,
  unknownRegion: 'InvalidRegionId.NotFound (port list)',
  unknownResourceGroup: 'InvalidParameter (port list)',
  regionFull: 'InvalidOperation.MaxCountExceed',
  tooManyWanted: 'InvalidOperation.MaxEntriesCountExceed',
  tooManyGiven: 'InvalidOperation.EntryCountExceedMaxEntries',
  repeated: 'InvalidParameter.PortRangeDuplicated',
  inUse: 'InvalidPortRangeListId.AssociationExist',
  resourceType: 'SecurityGroup',
  listsOf: ({ portRangeLists }) => portRangeLists,
  contentsWith: (portRangeLists) => ({ portRangeLists }),
  idOf: ({ PortRangeListId }) => PortRangeListId,
  nameOf: ({ PortRangeListName }) => PortRangeListName,
  renamed: (list, PortRangeListName) => ({ ...list, PortRangeListName }),
  create: (common, PortRangeListId, PortRangeListName) => ({
    PortRangeListId,
    PortRangeListName,
    ...common,
  }),
  readOwn: () => ({}),
  entryReader: () => (fields, _name, Description) => {
    const PortRange = canonicalPorts(text(fields, 'PortRange'));
    if (PortRange === undefined) throw refuse('InvalidParameter.PortRange');
    return { PortRange, Description };
  },
  textOf: ({ PortRange }) => PortRange,
  headOf: ({ PortRangeListId, PortRangeListName }) => ({ PortRangeListId, PortRangeListName }),
  array: (_name, items) => items,
  usedBy: ({ PortRangeListId }) => PortRangeListId,
};

/** With a length, in lower case and compressed; undefined for another family, for nonsense, and for host bits. */
export function canonicalListCidr(value: string, family: PrefixList['AddressFamily']): string | undefined {
  const canonical = family === 'IPv4' ? canonicalIpv4 : canonicalIpv6;
  const kept = canonical(value, { hostBits: 'keep', bare: 'full' });
  return kept === canonical(value, { hostBits: 'mask', bare: 'full' }) ? kept : undefined;
}
