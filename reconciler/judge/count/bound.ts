// What can be said of a count without an exploration: no port has more exposed addresses than all accepts together
// take of the pattern, were there no drops.
import type { Span } from '../../exposure/engine/axis.ts';
import { defaultAction, type GroupContext } from '../../exposure/engine/context.ts';
import { ruleBoxes, type FieldBox } from '../../exposure/engine/rule-boxes.ts';
import type { PacketPattern, PatternService } from '../../model/packets/pattern.ts';
import { lastAddress, type Family } from '../../model/prefix.ts';
import { protocolNumber } from '../../model/protocol.ts';
import type { Rule } from '../../model/rule.ts';
import { commonSpans, addressCount } from './measure.ts';
import type { Sender, SenderContext } from './senders.ts';

/** The packets of a pattern that one sender sends. */
export interface PatternPart {
  readonly pattern: PacketPattern;
  readonly sender: Sender;
}

/** At least as many addresses of the sender as are exposed at any port of the pattern, on any card. */
export function countBound(
  rules: readonly Rule[],
  part: PatternPart,
  family: Family,
  { group }: SenderContext,
): bigint {
  const { pattern, sender } = part;
  const whole = addressCount(sender.spans[family]);
  if (sender.memberOf === group.id || defaultAction(group, pattern.direction) === 'accept') return whole;
  let sum = 0n;
  for (const rule of rules) {
    if (rule.action === 'accept') sum += addressesMet(rule, part, family, group);
    if (sum >= whole) return whole;
  }
  return sum;
}

/** Addresses of the sender in the boxes of a rule that meet the pattern; one in two boxes counts twice. */
export function addressesMet(
  rule: Rule,
  { pattern, sender }: PatternPart,
  family: Family,
  group: GroupContext,
): bigint {
  if (rule.direction !== pattern.direction) return 0n;
  const spans = sender.spans[family];
  let sum = 0n;
  for (const box of ruleBoxes(rule, family, group)) {
    if (!meetsSender(box, sender) || !meetsPattern(box, pattern, family)) continue;
    sum += addressCount(box.spans.peer === undefined ? spans : commonSpans([box.spans.peer], spans));
  }
  return sum;
}

const meetsSender = ({ symbols }: FieldBox, sender: Sender): boolean =>
  symbols.every(({ kind, id }) => kind !== 'group' || sender.groups === 'any' || id === sender.memberOf);

function meetsPattern({ spans }: FieldBox, pattern: PacketPattern, family: Family): boolean {
  const own = pattern.own.filter(({ kind }) => kind === family);
  return (
    pattern.services.some((service) => meetsService(spans, service)) &&
    (pattern.sourcePorts === null || meet(spans.sourcePort, portSpanOf(pattern.sourcePorts))) &&
    (pattern.own.length === 0 ||
      own.some((prefix) => meet(spans.own, { first: prefix.address, last: lastAddress(prefix) })))
  );
}

function meetsService({ protocol, port }: FieldBox['spans'], service: PatternService): boolean {
  const number = protocolNumber(service.protocol);
  const numbers = number === null ? undefined : { first: BigInt(number), last: BigInt(number) };
  return (
    meet(protocol, numbers) && meet(port, service.ports === null ? undefined : portSpanOf(service.ports))
  );
}

export const portSpanOf = ({ first, last }: { first: number; last: number }): Span => ({
  first: BigInt(first),
  last: BigInt(last),
});

/** A field that is not there is open. */
const meet = (a: Span | undefined, b: Span | undefined): boolean =>
  a === undefined || b === undefined || (a.first <= b.last && b.first <= a.last);
