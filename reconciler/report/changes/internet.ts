// Which traffic is exposure to the internet: more of its addresses than a guardrail tolerates by default.
import type { Box } from '../../exposure/text/box.ts';
import { addressCount, addressSpans, commonSpans, spansWithout } from '../../judge/count/measure.ts';
import { groupBy } from '../../model/collections.ts';
import { DEFAULT_TOLERANCE, INTERNET } from '../../model/packets/internet.ts';
import { addressBits, parsePrefix, type Family, type Prefix } from '../../model/prefix.ts';

/** Those of the boxes at whose ports they together are about more of the internet than is tolerated by default. */
export function internetBoxes(boxes: readonly Box[]): Box[] {
  const suspects = boxes.filter((box) => familyOfSenders(box) !== null);
  const byService = groupBy(suspects, ({ family, protocol, ports, sourcePorts, own, nicType }) =>
    JSON.stringify([family, protocol, ports, sourcePorts, own, nicType]),
  );
  return [...byService.values()].filter(isTooMany).flat();
}

/** Null: no addresses of the internet as such, but members of a group, or nothing that comes in. */
function familyOfSenders({ direction, family, memberOf = [] }: Box): Family | null {
  if (direction !== 'ingress' || (family !== 'ipv4' && family !== 'ipv6')) return null;
  return memberOf.some((id) => !id.startsWith('prl-')) ? null : family;
}

/** The boxes are disjoint. */
function isTooMany(boxes: readonly Box[]): boolean {
  const counts = boxes.map(internetAddresses);
  const family = boxes[0]?.family === 'ipv6' ? 'ipv6' : 'ipv4';
  const tolerated = 1n << BigInt(addressBits(family) - DEFAULT_TOLERANCE[family]);
  return counts.reduce((sum, count) => sum + count, 0n) > tolerated;
}

function internetAddresses(box: Box): bigint {
  const family = familyOfSenders(box);
  if (family === null) return 0n;
  const peers = addressSpans([prefixOf(box.peer)], family);
  const left = spansWithout(peers, addressSpans((box.exceptPeers ?? []).map(prefixOf), family));
  return addressCount(commonSpans(left, addressSpans(INTERNET[family], family)));
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text, 'refuse');
  if (!prefix.ok) throw new Error(`a box has the peer ${text}, which is no prefix`);
  return prefix.value;
}
