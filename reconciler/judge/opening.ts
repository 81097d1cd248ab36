// What a change opens to the internet: the protocols and ports at which more of it gets in afterwards than is tolerated
// by default, and not before.
import type { Span } from '../exposure/engine/axis.ts';
import type { GroupContext } from '../exposure/engine/context.ts';
import { FAMILIES } from '../exposure/engine/universe.ts';
import { DEFAULT_MAX_WORK, Meter } from '../exposure/engine/meter.ts';
import { servicesIn } from '../exposure/text/services.ts';
import { DEFAULT_TOLERANCE, INTERNET } from '../model/packets/internet.ts';
import type { PacketPattern } from '../model/packets/pattern.ts';
import { formatPorts, formatPortRange, NO_PORTS_TEXT } from '../model/ports.ts';
import { addressBits, type Family } from '../model/prefix.ts';
import { compareText } from '../model/problem.ts';
import { ruleIdentity, type Rule } from '../model/rule.ts';
import { groupBy } from '../model/collections.ts';
import { addressesMet } from './count/bound.ts';
import { Counter, endsOf, type Cell } from './count/count.ts';
import { unionOf } from './count/measure.ts';
import { sendersOf } from './count/senders.ts';

export interface OpenedService {
  readonly family: Family;
  /** A name, a number, a range of numbers such as `18-255`, or `all`. */
  readonly protocol: string;
  /** The vendor's `N/M`; `-1/-1` where the protocol has none. */
  readonly ports: string;
}

export interface Openings {
  /** In one fixed order. */
  readonly opened: readonly OpenedService[];
  /** False: the budget ran out. What is opened is among these, and maybe less. */
  readonly exact: boolean;
}

const FROM_INTERNET: PacketPattern = {
  direction: 'ingress',
  services: [{ protocol: 'all', ports: null }],
  peers: [...INTERNET.ipv4, ...INTERNET.ipv6],
  namesInternet: true,
  own: [],
  sourcePorts: null,
};

const tolerated = (family: Family): bigint => 1n << BigInt(addressBits(family) - DEFAULT_TOLERANCE[family]);

/**
 * The services at which more of `internet` than its default tolerance gets in after a change, whatever unread lists
 * hold, and not before it.
 */
export function openedToInternet(
  before: readonly Rule[],
  after: readonly Rule[],
  context: GroupContext,
  maxWork: number = DEFAULT_MAX_WORK,
): Openings {
  const suspects = suspectsOf(before, after).filter(({ direction }) => direction === 'ingress');
  if (suspects.length === 0) return { opened: [], exact: true };
  const group = { group: context, privateNetworks: [] };
  const counter = new Counter([...before, ...after], [FROM_INTERNET], group, new Meter(maxWork));
  const states = endsOf(before.length, after.length);
  const senders = counter.sendersOf(FROM_INTERNET, 'none');
  const cells = counter.count({ pattern: FROM_INTERNET, senders, looksFor: 'accept', states });
  if (cells === null) return { opened: servicesOfRules(suspects, context), exact: false };
  return { opened: joined(cells.filter(isOpened)), exact: true };
}

function isOpened({ universe, counts: [before, after] }: Cell): boolean {
  if (before === undefined || after === undefined) throw new Error('openings are about two states');
  const most = tolerated(universe.family);
  return after.certain > most && before.certain <= most;
}

/** Each opened packet is decided by one of these, before or after: accepts that come, drops that go. */
function suspectsOf(before: readonly Rule[], after: readonly Rule[]): Rule[] {
  const only = (rules: readonly Rule[], others: readonly Rule[]): Rule[] => {
    const there = new Set(others.map(ruleIdentity));
    return rules.filter((rule) => !there.has(ruleIdentity(rule)));
  };
  return [
    ...only(after, before).filter(({ action }) => action === 'accept'),
    ...only(before, after).filter(({ action }) => action === 'drop'),
  ];
}

/** Where openings can be at all. */
function servicesOfRules(rules: readonly Rule[], group: GroupContext): OpenedService[] {
  const context = { group, privateNetworks: [] };
  const [sender] = sendersOf(FROM_INTERNET, context, 'none');
  if (sender === undefined) return [];
  const part = { pattern: FROM_INTERNET, sender };
  const services = FAMILIES.flatMap((family) =>
    rules
      .filter((rule) => addressesMet(rule, part, family, group) > 0n)
      .map(({ protocol, ports }): OpenedService => ({ family, protocol, ports: formatPorts(ports) })),
  );
  return [...new Map(services.map((service) => [JSON.stringify(service), service])).values()].sort(compare);
}

/** Ranges of ports that touch are one. */
function joined(cells: readonly Cell[]): OpenedService[] {
  const found = cells.flatMap(({ universe, protocols, ports }) =>
    servicesIn(protocols, ports).map(({ protocol, port }) => ({ family: universe.family, protocol, port })),
  );
  return [...groupBy(found, ({ family, protocol }) => `${family} ${protocol}`).values()]
    .flatMap((alike) => {
      const ports = unionOf(alike.flatMap(({ port }) => port ?? []));
      const texts = ports.length === 0 ? [NO_PORTS_TEXT] : ports.map(portSpanText);
      return alike
        .slice(0, 1)
        .flatMap(({ family, protocol }) => texts.map((text) => ({ family, protocol, ports: text })));
    })
    .sort(compare);
}

const portSpanText = ({ first, last }: Span): string =>
  formatPortRange({ first: Number(first), last: Number(last) });

const compare = (a: OpenedService, b: OpenedService): number =>
  compareText(a.family, b.family) ||
  compareText(a.protocol, b.protocol) ||
  parseInt(a.ports) - parseInt(b.ports) ||
  compareText(a.ports, b.ports);
