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
import type { Permission } from './permission.ts';
import { SIDE_FIELDS } from './side-fields.ts';

/** A field's value, or what is wrong with it. */
type Decoded<T> = Result<T, string>;

/** Reads one described rule, or answers every problem with it. `nicType` is what was asked for. */
export function decodePermission(
  permission: Permission,
  nicType: NicType,
): Result<DescribedRule, readonly string[]> {
  const direction = decodeWord('Direction', permission.Direction, ['ingress', 'egress']);
  if (!direction.ok) return err([direction.error]);
  const fields = all<Omit<Rule, 'direction' | 'description' | 'unknown'>>({
    protocol: decodeProtocol(permission),
    ports: decodePorts(permission),
    sourcePorts: decodeSourcePorts(permission),
    peer: decodePeer(permission, direction.value),
    own: decodeOwn(permission, direction.value),
    action: decodeWord<RuleAction>('Policy', permission.Policy, ['accept', 'drop']),
    priority: decodePriority(permission),
    nicType: decodeWord('NicType', permission.NicType || nicType, ['intranet', 'internet']),
  });
  if (!fields.ok) return fields;
  const description = permission.Description === '' ? null : permission.Description;
  const unknown = permission.Unknown === '' ? {} : { unknown: permission.Unknown };
  const rule = makeRule(
    { direction: direction.value, ...fields.value, description, ...unknown },
    'described',
  );
  if (!rule.ok) return err(rule.error.map((problem) => problem.message));
  const id = permission.SecurityGroupRuleId === '' ? null : permission.SecurityGroupRuleId;
  return ok({ rule: rule.value, id, selector: wireSelector(permission, nicType) });
}

/** The rule as a person finds it in the console. */
export function consoleName(permission: Permission): string {
  const { SecurityGroupRuleId: id, Direction, IpProtocol, PortRange, Policy, Priority } = permission;
  return [id || 'a rule without id', Direction, Policy, IpProtocol, PortRange, `priority ${Priority}`].join(
    ' ',
  );
}

const NOT_SELECTING: readonly string[] = ['SecurityGroupRuleId', 'Direction', 'Description', 'Unknown'];

function wireSelector(permission: Permission, nicType: NicType): Readonly<Record<string, string>> {
  const given = Object.entries(permission).filter(
    ([key, value]) => value !== '' && !NOT_SELECTING.includes(key),
  );
  return { ...Object.fromEntries(given), NicType: permission.NicType || nicType };
}

function decodeProtocol(permission: Permission): Decoded<Protocol> {
  const protocol = parseDescribedProtocol(permission.IpProtocol);
  return protocol === null ? err(`unknown IpProtocol "${permission.IpProtocol}"`) : ok(protocol);
}

/** 1 to 100, or 110 on rules that the vendor itself made before May 2020. */
function decodePriority({ Priority: text }: Permission): Decoded<number> {
  return /^\d{1,3}$/.test(text) ? ok(Number(text)) : err(`Priority "${text}" is not a whole number`);
}

const isNoPorts = (text: string): boolean => text === '' || text === NO_PORTS_TEXT;

function decodePorts({ PortRange: range, PortRangeListId: list }: Permission): Decoded<Ports> {
  if (isNoPorts(range)) return ok(list === '' ? NO_PORTS : { kind: 'list', id: list });
  if (list !== '') return err(`both PortRange "${range}" and PortRangeListId "${list}"`);
  const ports = parsePortRange(range);
  return ports === null ? err(`PortRange "${range}" is not FIRST/LAST`) : ok({ kind: 'range', ...ports });
}

function decodeSourcePorts({ SourcePortRange: range }: Permission): Decoded<PortRange | null> {
  if (isNoPorts(range)) return ok(null);
  const ports = parsePortRange(range);
  return ports === null
    ? err(`SourcePortRange "${range}" is not FIRST/LAST`)
    : ok(canonicalSourcePorts(ports));
}

function decodePeer(permission: Permission, direction: Direction): Decoded<Peer> {
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
      return decodePrefix(fields[kind], value, kind);
    case 'group':
      return ok({ kind, id: value, ownerId: permission[fields.groupOwnerAccount] || null });
    case 'prefixList':
      return ok({ kind, id: value });
  }
}

function decodeOwn(permission: Permission, direction: Direction): Decoded<Prefix | null> {
  const fields = SIDE_FIELDS[direction].own;
  for (const field of [fields.group, fields.prefixList]) {
    if (permission[field] !== '') return err(`${field} "${permission[field]}" narrows the group's own side`);
  }
  const [ipv4, ipv6] = [permission[fields.ipv4], permission[fields.ipv6]];
  if (ipv4 !== '' && ipv6 !== '') return err(`both ${fields.ipv4} and ${fields.ipv6}`);
  if (ipv4 !== '') return decodePrefix(fields.ipv4, ipv4, 'ipv4');
  return ipv6 === '' ? ok(null) : decodePrefix(fields.ipv6, ipv6, 'ipv6');
}

function decodePrefix(field: string, text: string, family: Family): Decoded<Prefix> {
  const prefix = parsePrefix(text, 'mask');
  if (!prefix.ok) return err(`${field}: ${prefix.error.message}`);
  return prefix.value.kind === family ? prefix : err(`${field} "${text}" is of the other address family`);
}

function decodeWord<Word extends string>(field: string, text: string, words: readonly Word[]): Decoded<Word> {
  const lower = text.toLowerCase();
  const word = words.find((each) => each === lower);
  return word === undefined ? err(`${field} "${text}" is not one of ${words.join(', ')}`) : ok(word);
}

/** All values, or all problems. */
function all<T extends object>(reads: { readonly [Key in keyof T]: Decoded<T[Key]> }): Result<T, string[]> {
  const values: Partial<T> = {};
  const problems: string[] = [];
  for (const key of Object.keys(reads) as Array<keyof T>) {
    const read = reads[key];
    if (read.ok) values[key] = read.value;
    else problems.push(read.error);
  }
  return problems.length > 0 ? err(problems) : ok(values as T);
}
