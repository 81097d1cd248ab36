// What can be said of a count without an exploration: no port has more exposed addresses than all accepts together
// take of the pattern, were there no drops.
import type { Span } from '../../exposure/engine/axis.ts';
import { defaultAction } from '../../exposure/engine/context.ts';
import { ruleBoxes, type FieldBox } from '../../exposure/engine/rule-boxes.ts';
import type { PacketPattern, PatternService } from '../../model/packets/pattern.ts';
import { lastAddress, type Family } from '../../model/prefix.ts';
import { protocolNumber } from '../../model/protocol.ts';
import type { Rule } from '../../model/rule.ts';
import { commonSpans, addressCount } from './measure.ts';
import type { Sender, SenderContext } from './senders.ts';

/** At least as many addresses of the sender as are exposed at any port of the pattern, on any card. */
export function countBound(
  rules: readonly Rule[],
  { pattern, sender }: { readonly pattern: PacketPattern; readonly sender: Sender },
  family: Family,
  { group }: SenderContext,
): bigint {
  const whole = addressCount(sender.spans[family]);
  if (sender.memberOf === group.id || defaultAction(group, pattern.direction) === 'accept') return whole;
  let sum = 0n;
  for (const rule of rules) {
    if (rule.action === 'drop' || rule.direction !== pattern.direction) continue;
    for (const box of ruleBoxes(rule, family, group)) {
      if (meetsSender(box, sender) && meetsPattern(box, pattern, family)) {
        sum += addressCount(
          box.spans.peer === undefined
            ? sender.spans[family]
            : commonSpans([box.spans.peer], sender.spans[family]),
        );
      }
    }
    if (sum >= whole) return whole;
  }
  return sum;
}

const meetsSender = ({ symbols }: FieldBox, sender: Sender): boolean =>
  symbols.every(({ kind, id }) => kind !== 'group' || sender.groups === 'any' || id === sender.memberOf);

function meetsPattern({ spans }: FieldBox, pattern: PacketPattern, family: Family): boolean {
  const own = pattern.own.filter(({ kind }) => kind === family);
  return (
    pattern.services.some((service) => meetsService(spans, service)) &&
    (pattern.sourcePorts === null || meet(spans.sourcePort, spanOf(pattern.sourcePorts))) &&
    (pattern.own.length === 0 ||
      own.some((prefix) => meet(spans.own, { first: prefix.address, last: lastAddress(prefix) })))
  );
}

function meetsService({ protocol, port }: FieldBox['spans'], service: PatternService): boolean {
  const number = protocolNumber(service.protocol);
  const numbers = number === null ? undefined : { first: BigInt(number), last: BigInt(number) };
  return meet(protocol, numbers) && meet(port, service.ports === null ? undefined : spanOf(service.ports));
}

const spanOf = ({ first, last }: { first: number; last: number }): Span => ({
  first: BigInt(first),
  last: BigInt(last),
});

/** A field that is not there is open. */
const meet = (a: Span | undefined, b: Span | undefined): boolean =>
  a === undefined || b === undefined || (a.first <= b.last && b.first <= a.last);
