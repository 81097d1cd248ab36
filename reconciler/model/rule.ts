// The noun that both sides of the diff are brought to. Built only by `makeRule`, so that a rule that
// the vendor could not hold does not exist here.
import type { Peer } from './peer.ts';
import { comparePeers, formatPeer } from './peer.ts';
import { formatPortRange, formatPorts, type PortRange, type Ports } from './ports.ts';
import { formatPrefix, type Prefix } from './prefix.ts';
import { compareText, type ProblemCode } from './problem.ts';
import { hasPorts, type Protocol } from './protocol.ts';
import { err, ok, type Result } from './result.ts';

export type Direction = 'ingress' | 'egress';
export type RuleAction = 'accept' | 'drop';
export type NicType = 'intranet' | 'internet';

export const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

export interface Rule {
  readonly direction: Direction;
  readonly protocol: Protocol;
  /** Destination ports, in both directions. */
  readonly ports: Ports;
  /** Null means any. */
  readonly sourcePorts: PortRange | null;
  /** The far side: source of an ingress rule, destination of an egress rule. */
  readonly peer: Peer;
  /** The group's own side; null means every member. */
  readonly own: Prefix | null;
  readonly action: RuleAction;
  /** 1 (strongest) to 100; system rules that the cloud made before May 2020 show 110. */
  readonly priority: number;
  readonly nicType: NicType;
  /** Desired side: null leaves the cloud's text as it is. Described side: null means no text. */
  readonly description: string | null;
  /**
   * Described side: fields of the answer that we do not know, as `NAME=VALUE`. They may narrow the rule, so it is read as
   * the wider one, and is never the same as a rule without them. Absent: none.
   */
  readonly unknown?: string;
}

export type RuleField = Exclude<keyof Rule, 'direction' | 'unknown'>;

/** The fields that may differ between two rules, in the order in which they are shown. */
export const RULE_FIELDS: readonly RuleField[] = [
  'protocol',
  'ports',
  'sourcePorts',
  'peer',
  'own',
  'action',
  'priority',
  'nicType',
  'description',
];

/** Which side of the diff a rule comes from: policies are held to the manual, the cloud is read as it is. */
export type Side = 'desired' | 'described';

export interface RuleProblem {
  readonly field: RuleField;
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string;
}

/** The vendor speaks of 1 to so many characters, and does not say whether these are code points, UTF-16 units or bytes. */
export const MAX_DESCRIPTION_LENGTH = 512;
const MAX_PRIORITY: Readonly<Record<Side, number>> = { desired: 100, described: 255 };

/** A rule as far as it is known. Undefined: something is written there, but what it means cannot be told. */
export type KnownFields = Pick<Rule, 'direction'> & {
  readonly [Field in RuleField]: Rule[Field] | undefined;
};

/** Checks the fields against each other; answers the frozen rule or every problem. */
export function makeRule(fields: Rule, side: Side): Result<Rule, RuleProblem[]> {
  const problems = ruleProblems(fields, side);
  return problems.length > 0 ? err(problems) : ok(Object.freeze({ ...fields, own: canonicalOwn(fields) }));
}

/** What is wrong whatever the unknown fields turn out to be. */
export function ruleProblems(fields: KnownFields, side: Side): RuleProblem[] {
  return [
    ...portFieldProblems(fields),
    ...familyProblems(fields),
    ...priorityProblems(fields, side),
    ...(side === 'desired' ? desiredProblems(fields) : []),
  ];
}

/**
 * An own side of all addresses of the peer's family narrows nothing: one canonical form, `null`. The older API
 * even documents 0.0.0.0/0 as its default, so the cloud may show what no one sent.
 */
function canonicalOwn({ own, peer }: Rule): Prefix | null {
  return own?.length === 0 && own.kind === peer.kind ? null : own;
}

function portFieldProblems({ protocol, ports, sourcePorts }: KnownFields): RuleProblem[] {
  if (protocol === undefined) return [];
  const problems: RuleProblem[] = [];
  if (hasPorts(protocol) && ports?.kind === 'none') {
    problems.push({
      field: 'ports',
      code: 'ports-missing',
      message: `${protocol} needs ports`,
      hint: 'add `ports: 443`, a range, all, or a portList',
    });
  }
  // What is broken has been refused before.
  if (!hasPorts(protocol) && ports !== undefined && ports.kind !== 'none') {
    problems.push({
      field: 'ports',
      code: 'ports-not-allowed',
      message: `${protocol} has no ports`,
      hint: 'remove `ports`, or name tcp or udp',
    });
  }
  if (!hasPorts(protocol) && sourcePorts !== null) {
    problems.push({
      field: 'sourcePorts',
      code: 'source-ports-not-allowed',
      message: `${protocol} has no source ports`,
      hint: 'remove `sourcePorts`, or name tcp or udp',
    });
  }
  return problems;
}

function familyProblems({ protocol, peer, own }: KnownFields): RuleProblem[] {
  const family = peer?.kind === 'ipv4' || peer?.kind === 'ipv6' ? peer.kind : null;
  const problems = [
    ...icmpProblems(protocol, 'peer', family),
    ...icmpProblems(protocol, 'own', own?.kind ?? null),
  ];
  if (peer === undefined || family === null || !own || own.kind === family) return problems;
  problems.push({
    field: 'own',
    code: 'family-mixed',
    message: `the two sides are of different families: ${formatPeer(peer)} and ${formatPrefix(own)}`,
    hint: 'write one rule for IPv4 and one for IPv6',
  });
  return problems;
}

function icmpProblems(
  protocol: Protocol | undefined,
  field: 'peer' | 'own',
  family: 'ipv4' | 'ipv6' | null,
): RuleProblem[] {
  const code = 'icmp-family';
  if (protocol === 'icmp' && family === 'ipv6') {
    return [{ field, code, message: 'icmp is for IPv4 only', hint: 'write `protocol: icmpv6`' }];
  }
  if (protocol === 'icmpv6' && family === 'ipv4') {
    return [{ field, code, message: 'icmpv6 is for IPv6 only', hint: 'write `protocol: icmp`' }];
  }
  return [];
}

function priorityProblems({ priority }: KnownFields, side: Side): RuleProblem[] {
  const max = MAX_PRIORITY[side];
  if (priority === undefined || (Number.isInteger(priority) && priority >= 1 && priority <= max)) return [];
  return [
    {
      field: 'priority',
      code: 'priority-range',
      message: `priority ${priority} is outside 1 to ${max}`,
      hint: `write a whole number from 1 (strongest) to ${max}`,
    },
  ];
}

/** What the vendor refuses to make, but might all the same show of rules from other times. */
function desiredProblems(rule: KnownFields): RuleProblem[] {
  return [...descriptionProblems(rule.description), ...sideProblems(rule), ...nicTypeProblems(rule)];
}

/** The vendor answers `InvalidParamter.Conflict` (sic) to equal sides. */
function sideProblems({ own, peer }: KnownFields): RuleProblem[] {
  if (!own || peer === undefined || formatPrefix(own) !== formatPeer(peer)) return [];
  return [
    {
      field: 'own',
      code: 'sides-equal',
      message: `both sides are ${formatPrefix(own)}, which the cloud refuses`,
      hint: 'remove it, or narrow one of the two',
    },
  ];
}

/** Internet rules exist in classic networks only, which know no IPv6 and no lists, and no groups here. */
function nicTypeProblems({ nicType, peer, ports }: KnownFields): RuleProblem[] {
  if (nicType !== 'internet') return [];
  if ((peer === undefined || peer.kind === 'ipv4') && ports?.kind !== 'list') return [];
  return [
    {
      field: 'nicType',
      code: 'nic-type',
      message: 'nicType internet goes only with IPv4 addresses, and with no lists',
      hint: 'write `intranet`, or leave the key out',
    },
  ];
}

function descriptionProblems(description: string | null | undefined): RuleProblem[] {
  if (description === null || description === undefined) return [];
  const length = Array.from(description).length;
  if (length >= 1 && length <= MAX_DESCRIPTION_LENGTH && !/\p{Surrogate}/u.test(description)) return [];
  const message =
    length === 0
      ? 'the description is empty'
      : length > MAX_DESCRIPTION_LENGTH
        ? `the description has ${length} characters, ${MAX_DESCRIPTION_LENGTH} at most`
        : 'the description holds a broken surrogate pair';
  const hint =
    length === 0
      ? 'remove `description`: the API cannot clear a text'
      : length > MAX_DESCRIPTION_LENGTH
        ? `remove its last ${length - MAX_DESCRIPTION_LENGTH} characters`
        : 'mend the text';
  return [{ field: 'description', code: 'description-length', message, hint }];
}

/** One field as text; null where the rule has none. Two rules have equal fields when their texts are equal. */
export function fieldText(rule: Rule, field: RuleField): string | null {
  switch (field) {
    case 'protocol':
    case 'action':
    case 'nicType':
    case 'description':
      return rule[field];
    case 'ports':
      return portsText(rule.ports);
    case 'sourcePorts':
      return rule.sourcePorts === null ? null : formatPortRange(rule.sourcePorts);
    case 'peer':
      return formatPeer(rule.peer);
    case 'own':
      return rule.own === null ? null : formatPrefix(rule.own);
    case 'priority':
      return String(rule.priority);
  }
}

const portsText = (ports: Ports): string => (ports.kind === 'list' ? ports.id : formatPorts(ports));

const IDENTITY_FIELDS = RULE_FIELDS.filter((field) => field !== 'description');

/** A key that is equal for two rules exactly when all but their descriptions (and ids) are equal. */
export function ruleIdentity(rule: Rule): string {
  const unknown = rule.unknown === undefined ? [] : [rule.unknown];
  return [rule.direction, ...IDENTITY_FIELDS.map((field) => fieldText(rule, field) ?? ''), ...unknown].join(
    '|',
  );
}

/** Of a `ruleIdentity`: whether the rule drops. */
export const isOfDrop = (identity: string): boolean => identity.split('|').includes('drop');

/**
 * A key that is equal for rules that are equal but for priority (and description). What the vendor's documents name
 * as a rule's identity leaves out the priority; other pages show that it belongs to it.
 */
export function identityWithoutPriority(rule: Rule): string {
  return ruleIdentity({ ...rule, priority: 1 });
}

/** Identity and description: equal keys are equal rules. */
export function ruleContent(rule: Rule): string {
  return `${ruleIdentity(rule)}|${rule.description ?? ''}`;
}

/** Lower wins. The vendor puts drop before accept at equal priority, so equal ranks mean equal actions. */
export const ruleRank = (rule: Rule): number => 2 * rule.priority + (rule.action === 'accept' ? 1 : 0);

/** One fixed order for output and for planning: direction, precedence, then the other fields. */
export function compareRules(a: Rule, b: Rule): number {
  return (
    DIRECTIONS.indexOf(a.direction) - DIRECTIONS.indexOf(b.direction) ||
    ruleRank(a) - ruleRank(b) ||
    compareText(a.protocol, b.protocol) ||
    comparePorts(a.ports, b.ports) ||
    comparePeers(a.peer, b.peer) ||
    compareText(ruleContent(a), ruleContent(b))
  );
}

function comparePorts(a: Ports, b: Ports): number {
  if (a.kind === 'range' && b.kind === 'range') return a.first - b.first || a.last - b.last;
  return compareText(a.kind, b.kind) || compareText(formatPorts(a), formatPorts(b));
}
