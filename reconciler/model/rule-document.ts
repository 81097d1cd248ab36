// A rule as the contract's RULE: canonical texts under fixed keys in a fixed order.
import type { DescribedRule, DesiredRule } from './group.ts';
import { formatPeer } from './peer.ts';
import { formatPortRange, formatPorts } from './ports.ts';
import { formatPrefix } from './prefix.ts';
import type { Rule } from './rule.ts';

export interface RuleDocument {
  readonly direction: string;
  readonly protocol: string;
  readonly ports: string;
  readonly portList?: string;
  readonly sourcePorts?: string;
  readonly peer: string;
  readonly peerOwner?: string;
  readonly own?: string;
  readonly action: string;
  readonly priority: number;
  readonly nicType: string;
  readonly description: string | null;
  readonly name?: string;
  readonly id?: string;
  readonly source?: { readonly file: string; readonly line: number };
  /** The names that the policy has for its peer and its service, where it has. */
  readonly network?: string;
  readonly service?: string;
}

export function ruleDocument(rule: Rule): RuleDocument {
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    ports: formatPorts(rule.ports),
    ...(rule.ports.kind === 'list' ? { portList: rule.ports.id } : {}),
    ...(rule.sourcePorts === null ? {} : { sourcePorts: formatPortRange(rule.sourcePorts) }),
    peer: formatPeer(rule.peer),
    ...(rule.peer.kind === 'group' && rule.peer.ownerId !== null ? { peerOwner: rule.peer.ownerId } : {}),
    ...(rule.own === null ? {} : { own: formatPrefix(rule.own) }),
    action: rule.action,
    priority: rule.priority,
    nicType: rule.nicType,
    description: rule.description,
  };
}

export function desiredDocument({ rule, name, source, words }: DesiredRule): RuleDocument {
  const { network = null, service = null } = words ?? {};
  return {
    ...ruleDocument(rule),
    ...(name === null ? {} : { name }),
    source: { file: source.file, line: source.line },
    ...(network === null ? {} : { network: network.name }),
    ...(service === null ? {} : { service: service.name }),
  };
}

/** A described rule with the place of the rule that declares it, if one does. */
export function declaredDocument(
  { rule, id }: DescribedRule,
  desired: DesiredRule | undefined,
): RuleDocument {
  const { name, source }: RuleDocument =
    desired === undefined ? ruleDocument(rule) : desiredDocument(desired);
  return {
    ...ruleDocument(rule),
    ...(name === undefined ? {} : { name }),
    ...(id === null ? {} : { id }),
    ...(source === undefined ? {} : { source }),
  };
}

export const describedDocument = (described: DescribedRule): RuleDocument =>
  declaredDocument(described, undefined);
