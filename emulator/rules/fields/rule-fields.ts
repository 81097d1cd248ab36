// The fields of a rule, one reader each: format check and canonical form.
import type { Quirks } from '../../quirks.ts';
import { canonicalIpv4, canonicalIpv6, looksLikeIpv6, type AddressForm } from './address.ts';
import { integer, lengthIn, text, type Params } from '../../actions/params.ts';
import { isOrdered, parseRange, rangeText } from './ports.ts';
import { refuse } from '../../actions/refusals.ts';
import { allowsProtocolNumbers } from '../../groups/regions.ts';
import type { RuleCall } from '../rule-call.ts';

/** Where a rule is read from. */
export interface DraftSource {
  /** What the messages call it: `Permissions.3`, or `request` for the flat form. */
  readonly name: string;
  readonly fields: Params;
  /** `flat` is the old form with its older codes and its masking of IPv6 blocks. */
  readonly form: 'flat' | 'current';
  readonly call: RuleCall;
}

const PROTOCOLS_WITH_PORTS: ReadonlySet<string> = new Set(['TCP', 'UDP']);
const PROTOCOLS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'ICMP', 'ICMPV6', 'GRE', 'ALL']);
/** The IANA numbers that have a name; Describe is assumed to show the name. */
const PROTOCOL_NUMBERS: ReadonlyMap<number, string> = new Map([
  [1, 'ICMP'],
  [6, 'TCP'],
  [17, 'UDP'],
  [47, 'GRE'],
  [58, 'ICMPV6'],
]);

/** Upper case, and the name of a number that has one; undefined for what is no protocol. */
export function canonicalProtocol(value: string): string | undefined {
  const name = value.toUpperCase();
  if (PROTOCOLS.has(name)) return name;
  const number = /^\d{1,3}$/.test(value) ? Number(value) : 256;
  return number > 255 ? undefined : (PROTOCOL_NUMBERS.get(number) ?? String(number));
}

export const hasPorts = (protocol: string): boolean => PROTOCOLS_WITH_PORTS.has(protocol);

/** A parameter's full name: `Permissions.3.Policy`, or `Policy` in the flat form. */
export const parameter = ({ name }: { readonly name: string }, field: string): string =>
  name === 'request' ? field : `${name}.${field}`;

export function readProtocol(source: DraftSource): string {
  const value = text(source.fields, 'IpProtocol');
  if (value === '') return '';
  const protocol = canonicalProtocol(value);
  const numbersAllowed =
    !source.call.legacy && allowsProtocolNumbers(text(source.call.request.params, 'RegionId'));
  const allowed = numbersAllowed || !/^\d/.test(value);
  if (protocol !== undefined && allowed) return protocol;
  throw refuse('InvalidIpProtocol.ValueNotSupported', parameter(source, 'IpProtocol'));
}

export function readPortRange(source: DraftSource): string {
  const value = text(source.fields, 'PortRange');
  if (value === '') return '';
  const range = parseRange(value);
  const { legacy, operation } = source.call;
  if (range === undefined) {
    throw legacy
      ? refuse('InvalidParam.PortRange (2019)')
      : refuse('InvalidParam.PortRange', parameter(source, 'PortRange'));
  }
  if (isOrdered(range)) return rangeText(range);
  if (legacy) throw refuse('InvalidIpProtocol.Malformed (2019)');
  throw refuse(operation === 'revoke' ? 'InvalidIpPortRange.Malformed' : 'InvalidIpProtocol.Malformed');
}

export function readSourcePortRange({ fields, call }: DraftSource): string {
  const value = text(fields, 'SourcePortRange');
  if (value === '') return '';
  const range = parseRange(value);
  if (range !== undefined && isOrdered(range)) return rangeText(range);
  throw refuse(call.legacy ? 'InvalidParam.PortRange (2019)' : 'InvalidSourcePortRange.Malformed');
}

type Side = 'Source' | 'Dest';

/** The form that the service gives IPv4 blocks. */
export const ipv4Form = (quirks: Pick<Quirks, 'ipv4HostBits' | 'bareIpv4'>): AddressForm => ({
  hostBits: quirks.ipv4HostBits,
  bare: quirks.bareIpv4 === 'slash32' ? 'full' : 'keep',
});

export function readIpv4(source: DraftSource, side: Side): string {
  const value = text(source.fields, `${side}CidrIp`);
  if (value === '') return '';
  const { call, form } = source;
  const canonical = canonicalIpv4(value, ipv4Form(call.world.quirks));
  if (canonical !== undefined) return canonical;
  const name = parameter(source, `${side}CidrIp`);
  // A misprint that the pages of RevokeSecurityGroupEgress have had from 2019 to today.
  const revokesEgress = call.operation === 'revoke' && call.direction === 'egress';
  if (form === 'flat' && side === 'Dest' && revokesEgress) throw refuse('InvalidDestCidrIp.sMalformed');
  if (call.legacy) throw refuse(`InvalidParam.${side}Ip (2019)`, name);
  if (form === 'flat') throw refuse(`Invalid${side}CidrIp.Malformed`);
  throw refuse(`InvalidParam.${side}CidrIp`, name);
}

/** Host bits survive in the current form and are cleared in the flat one: seen in the Terraform provider's tests. */
export function readIpv6(source: DraftSource, side: Side): string {
  const value = text(source.fields, `Ipv6${side}CidrIp`);
  if (value === '') return '';
  const { call, form } = source;
  const canonical = canonicalIpv6(value, { hostBits: form === 'flat' ? 'mask' : 'keep', bare: 'keep' });
  if (canonical !== undefined) return canonical;
  const name = parameter(source, `Ipv6${side}CidrIp`);
  if (call.legacy && looksLikeIpv6(value)) throw refuse('ILLEGAL_IPV6_CIDR', name);
  if (form === 'flat' && !call.legacy) throw refuse('InvalidParameter.Ipv6CidrIp');
  throw refuse(`InvalidParam.Ipv6${side}CidrIp`, name);
}

export function readPolicy(source: DraftSource): '' | 'Accept' | 'Drop' {
  switch (text(source.fields, 'Policy').toLowerCase()) {
    case '':
      return '';
    case 'accept':
      return 'Accept';
    case 'drop':
      return 'Drop';
    default:
      throw source.call.legacy
        ? refuse('InvalidPolicy.Malformed (2019)')
        : refuse('InvalidPolicy.Malformed', parameter(source, 'Policy'));
  }
}

/** What old rules of the system have. No call can set it, but one that selects a rule by its fields can name it. */
export const SYSTEM_PRIORITY = 110;

export function readPriority(source: DraftSource): number | undefined {
  const value = text(source.fields, 'Priority');
  if (value === '') return undefined;
  const priority = integer(value);
  if (priority === undefined) throw refuse('InvalidPriority.Malformed');
  if (priority >= 1 && priority <= 100) return priority;
  if (priority === SYSTEM_PRIORITY && selects(source)) return priority;
  throw source.call.operation === 'modify'
    ? refuse('InvalidPriority.ValueNotSupported (modify)')
    : refuse('InvalidPriority.ValueNotSupported', parameter(source, 'Priority'));
}

/** Whether the fields say which rule is meant. A Modify comes in the flat form when it has no id. */
const selects = ({ call: { operation }, form }: DraftSource): boolean =>
  operation === 'revoke' || (operation === 'modify' && form === 'flat');

export function readNicType({ fields, call }: DraftSource): '' | 'intranet' | 'internet' {
  const value = text(fields, 'NicType');
  if (value === '' || value === 'intranet' || value === 'internet') return value;
  const legacyModify = call.legacy && call.operation === 'modify';
  throw refuse(legacyModify ? 'InvalidNicType.Mismatch (2019)' : 'InvalidNicType.ValueNotSupported');
}

const DESCRIPTION_MAX = 512;

/** In code points, the most lenient of the readings: a state that was saved under it can be loaded again. */
export const isRuleDescription = (value: string): boolean => lengthIn('codePoints', value) <= DESCRIPTION_MAX;

export function readDescription({ fields, call }: DraftSource): string {
  const value = text(fields, 'Description');
  if (lengthIn(call.world.quirks.descriptionUnit, value) <= DESCRIPTION_MAX) return value;
  throw refuse('InvalidSecurityGroupDiscription.Malformed (rule)');
}
