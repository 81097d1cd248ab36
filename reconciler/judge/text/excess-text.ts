// How much too much there is, in words: addresses, one packet, and what decides it.
import type { Decision } from '../../exposure/ask/decide.ts';
import { packetText } from '../../exposure/text/packet-text.ts';
import { describeRule } from '../../model/rule-text.ts';
import type { Excess } from '../verdict/excess.ts';

/** Services named; more are counted. */
const SERVICES_NAMED = 4;

/** Numbers of more digits are told as powers of two. */
const MOST_DIGITS = 12;

/** `tcp 22/22: 3,702,258,688 addresses (100 %) are accepted, such as …`. */
export function excessText(excess: Excess, fate: 'accepted' | 'dropped'): string {
  const { services, memberOf, example, decision, countsGroups } = excess;
  const named = services.slice(0, SERVICES_NAMED).map((service) => service.replace(/ -1\/-1$/, ''));
  const more = services.length > named.length ? ` and ${services.length - named.length} more` : '';
  const members = memberOf === null ? '' : ` of members of ${memberOf}`;
  const groups = countsGroups ? ', whoever is in the groups that rules name' : '';
  const verb = excess.count === 1n ? 'is' : 'are';
  return (
    `${named.join(', ')}${more}: ${addressesText(excess)}${members} ${verb} ${fate}${groups}, ` +
    `such as ${packetText(example)}, by ${decidedByText(decision)}`
  );
}

function addressesText({ count, of, family }: Excess): string {
  const kind = family === 'ipv4' ? 'IPv4' : 'IPv6';
  const percent = (count * 100n) / (of === 0n ? 1n : of);
  const part = percent === 0n ? 'under 1 %' : `${percent} %`;
  return `${numberText(count)} ${kind} ${count === 1n ? 'address' : 'addresses'} (${part})`;
}

function numberText(count: bigint): string {
  const digits = String(count);
  if (digits.length > MOST_DIGITS) return `about 2^${count.toString(2).length - 1}`;
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

function decidedByText(decision: Decision): string {
  switch (decision.by) {
    case 'rule':
      return describeRule(decision.rule);
    case 'innerAccess':
      return 'the inner access policy';
    case 'default':
      return decision.action === 'accept' ? 'the default, as no rule matches' : 'no rule';
  }
}
