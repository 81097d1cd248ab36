// Entries of prefix lists: reading and canonical form.
import type { PrefixList, PrefixListEntry } from '../state.ts';
import { canonicalIpv4, canonicalIpv6 } from '../rules/fields/address.ts';
import { ENTRIES_PER_CALL_MAX, firstRepeated, isEntryDescription } from './list-fields.ts';
import { entries, text, type Params } from '../actions/params.ts';
import { refuse } from '../actions/refusals.ts';

type AddressFamily = PrefixList['AddressFamily'];

/** With a length, in lower case and compressed; undefined for another family, for nonsense, and for host bits. */
export function canonicalListCidr(value: string, family: AddressFamily): string | undefined {
  const canonical = family === 'IPv4' ? canonicalIpv4 : canonicalIpv6;
  const kept = canonical(value, { hostBits: 'keep', bare: 'full' });
  return kept === canonical(value, { hostBits: 'mask', bare: 'full' }) ? kept : undefined;
}

/** The entries of `NAME.N`. Throws when one is malformed or stands twice. */
export function readEntries(params: Params, name: string, family: AddressFamily): PrefixListEntry[] {
  const given = entries(params, name);
  if (given.length > ENTRIES_PER_CALL_MAX) throw refuse('LimitExceed.Entry');
  const read = given.map(({ name: entry, fields }) => {
    const cidr = text(fields, 'Cidr');
    if (cidr === '') throw refuse('MissingParameter (prefix list)', `${entry}.Cidr`);
    const Cidr = canonicalListCidr(cidr, family);
    if (Cidr === undefined) throw refuse('InvalidParameter.CidrMalformed', cidr);
    const Description = text(fields, 'Description');
    if (!isEntryDescription(Description)) {
      throw refuse('InvalidParameter (prefix list)', `${entry}.Description`);
    }
    return { Cidr, Description };
  });
  const repeated = firstRepeated(read.map(({ Cidr }) => Cidr));
  if (repeated !== undefined) throw refuse('InvalidParameter.CidrDuplicated', repeated);
  return read;
}
