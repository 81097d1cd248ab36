// Wire -> model: what the vendor describes becomes canonical rules. What cannot be understood is a problem and
// never a guess: a group with such a rule is not read at all, and so never written.
import type { DescribedRule } from '../../../reconciler/model/group.ts';
import type { Peer } from '../../../reconciler/model/peer.ts';
import {
  canonicalSourcePorts,
  NO_PORTS,
  NO_PORTS_TEXT,
  parsePortRange,
} from '../../../reconciler/model/ports.ts';
import type { PortRange, Ports } from '../../../reconciler/model/ports.ts';
import { parsePrefix, type Family, type Prefix } from '../../../reconciler/model/prefix.ts';
import { parseDescribedProtocol, type Protocol } from '../../../reconciler/model/protocol.ts';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import {
  makeRule,
  type Direction,
  type NicType,
  type Rule,
  type RuleAction,
} from '../../../reconciler/model/rule.ts';
import type { Permission } from './answers.ts';
import { SIDE_FIELDS } from './fields.ts';

/** A field's value, or what is wrong with it. */
type Read<T> = Result<T, string>;

/** Reads one described rule, or answers every problem with it. `nicType` is what was asked for. */
export function readPermission(
  permission: Permission,
  nicType: NicType,
): Result<DescribedRule, readonly string[]> {
  const direction = readWord('Direction', permission.Direction, ['ingress', 'egress']);
  if (!direction.ok) return err([direction.error]);
  const fields = all<Omit<Rule, 'direction' | 'description'>>({
    protocol: readProtocol(permission),
    ports: readPorts(permission),
    sourcePorts: readSourcePorts(permission),
    peer: readPeer(permission, direction.value),
    own: readOwn(permission, direction.value),
    action: readWord<RuleAction>('Policy', permission.Policy, ['accept', 'drop']),
    priority: readPriority(permission),
    nicType: readWord('NicType', permission.NicType || nicType, ['intranet', 'internet']),
  });
  if (!fields.ok) return fields;
  const description = permission.Description === '' ? null : permission.Description;
  const rule = makeRule({ direction: direction.value, ...fields.value, description }, 'described');
  if (!rule.ok) return err(rule.error.map((problem) => problem.message));
  const id = permission.SecurityGroupRuleId === '' ? null : permission.SecurityGroupRuleId;
  return ok({ rule: rule.value, id, selector: selectorOf(permission, nicType) });
}

/** The rule as a person would look for it in the console. */
export function nameOf(permission: Permission): string {
  const { SecurityGroupRuleId: id, Direction, IpProtocol, PortRange, Policy, Priority } = permission;
  return [id || 'a rule without id', Direction, Policy, IpProtocol, PortRange, `priority ${Priority}`].join(
    ' ',
  );
}

const SELECTOR_FIELDS = [
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
] as const;

function selectorOf(permission: Permission, nicType: NicType): Readonly<Record<string, string>> {
  const entries = SELECTOR_FIELDS.map((field) => [field, permission[field]] as const);
  const given = entries.filter(([, value]) => value !== '');
  return { ...Object.fromEntries(given), NicType: permission.NicType || nicType };
}

function readProtocol(permission: Permission): Read<Protocol> {
  const protocol = parseDescribedProtocol(permission.IpProtocol);
  return protocol === null ? err(`unknown IpProtocol "${permission.IpProtocol}"`) : ok(protocol);
}

/** 1 to 100, or 110 on rules that the vendor itself made before May 2020. */
function readPriority({ Priority: text }: Permission): Read<number> {
  return /^\d{1,3}$/.test(text) ? ok(Number(text)) : err(`Priority "${text}" is not a whole number`);
}

const isNoPorts = (text: string): boolean => text === '' || text === NO_PORTS_TEXT;

function readPorts({ PortRange: range, PortRangeListId: list }: Permission): Read<Ports> {
  if (isNoPorts(range)) return ok(list === '' ? NO_PORTS : { kind: 'list', id: list });
  if (list !== '') return err(`both PortRange "${range}" and PortRangeListId "${list}"`);
  const ports = parsePortRange(range);
  return ports === null ? err(`PortRange "${range}" is not FIRST/LAST`) : ok({ kind: 'range', ...ports });
}

function readSourcePorts({ SourcePortRange: range }: Permission): Read<PortRange | null> {
  if (isNoPorts(range)) return ok(null);
  const ports = parsePortRange(range);
  return ports === null
    ? err(`SourcePortRange "${range}" is not FIRST/LAST`)
    : ok(canonicalSourcePorts(ports));
}

function readPeer(permission: Permission, direction: Direction): Read<Peer> {
  const fields = SIDE_FIELDS[direction].peer;
  const given = (['ipv4', 'ipv6', 'group', 'prefixList'] as const).filter(
    (kind) => permission[fields[kind]] !== '',
  );
  const [kind, ...others] = given;
  if (kind === undefined) return err('no peer');
  if (others.length > 0) return err(`more than one peer: ${given.map((each) => fields[each]).join(', ')}`);
  const value = permission[fields[kind]];
  switch (kind) {
    case 'ipv4':
    case 'ipv6':
      return readPrefix(fields[kind], value, kind);
    case 'group':
      return ok({ kind, id: value, ownerId: permission[fields.groupOwnerAccount] || null });
    case 'prefixList':
      return ok({ kind, id: value });
  }
}

function readOwn(permission: Permission, direction: Direction): Read<Prefix | null> {
  const fields = SIDE_FIELDS[direction].own;
  for (const field of [fields.group, fields.prefixList]) {
    if (permission[field] !== '') return err(`${field} "${permission[field]}" narrows the group's own side`);
  }
  const [ipv4, ipv6] = [permission[fields.ipv4], permission[fields.ipv6]];
  if (ipv4 !== '' && ipv6 !== '') return err(`both ${fields.ipv4} and ${fields.ipv6}`);
  if (ipv4 !== '') return readPrefix(fields.ipv4, ipv4, 'ipv4');
  return ipv6 === '' ? ok(null) : readPrefix(fields.ipv6, ipv6, 'ipv6');
}

function readPrefix(field: string, text: string, family: Family): Read<Prefix> {
  const prefix = parsePrefix(text, 'mask');
  if (!prefix.ok) return err(`${field}: ${prefix.error.message}`);
  return prefix.value.kind === family ? prefix : err(`${field} "${text}" is of the other address family`);
}

function readWord<Word extends string>(field: string, text: string, words: readonly Word[]): Read<Word> {
  const lower = text.toLowerCase();
  const word = words.find((each) => each === lower);
  return word === undefined ? err(`${field} "${text}" is not one of ${words.join(', ')}`) : ok(word);
}

/** All values, or all problems. */
function all<T extends object>(reads: { readonly [Key in keyof T]: Read<T[Key]> }): Result<T, string[]> {
  const values: Partial<T> = {};
  const problems: string[] = [];
  for (const key of Object.keys(reads) as Array<keyof T>) {
    const read = reads[key];
    if (read.ok) values[key] = read.value;
    else problems.push(read.error);
  }
  return problems.length > 0 ? err(problems) : ok(values as T);
}
