// From regions to boxes: sets of ranges become one box for each combination of a service, a peer and an
// own side.
import { formatPrefix, type Family } from '../../model/prefix.ts';
import { formatPortRange, NO_PORTS_TEXT } from '../../model/ports.ts';
import { itemAt } from '../engine/at.ts';
import type { Span } from '../engine/axis.ts';
import type { Box } from './box.ts';
import { compactRegions } from './compact.ts';
import type { Explored } from '../engine/explore.ts';
import type { Meter } from '../engine/meter.ts';
import { coverSpans } from './prefix-cover.ts';
import { membership, regionsOf, spansOf, type Membership, type Region } from '../engine/region.ts';
import type { SetSymbol } from '../engine/rule-boxes.ts';
import { servicesOf, type Service } from './services.ts';
import type { Universe } from '../engine/universe.ts';

/** A box of one family, and what it takes to sort it and to join it with the other family's. */
export interface Draft {
  readonly box: Omit<Box, 'exceptPeers'>;
  readonly exceptPeers: readonly string[];
  /** What can stand for the peer, because the box asks for membership and for no prefix. */
  readonly symbol: SetSymbol | null;
  /** First values of protocol, port, source port, peer and own side. */
  readonly place: ReadonlyArray<number | bigint>;
}

/** What a region or a box costs beside its symbols, in looks at a clause: its memory, and its line of output. */
const REGION_WORK = 200;

/** A region with its fields told apart: a box for each service, peer and own side. */
interface Product {
  readonly common: Pick<Box, 'direction' | 'nicType' | 'memberOf' | 'notMemberOf'> & {
    readonly family: Family;
  };
  readonly symbol: SetSymbol | null;
  readonly services: readonly Service[];
  readonly peers: readonly Network[];
  readonly owns: readonly Network[];
}

/** Writes the boxes of one universe. It remembers addresses: many regions have the same ones. */
export class BoxWriter {
  readonly #universe: Universe;
  readonly #networks = new Map<string, readonly Network[]>();

  constructor(universe: Universe) {
    this.#universe = universe;
  }

  /** The regions of an answer as boxes, by terminal. Not to be believed if the meter is spent after it. */
  draftAnswer(answer: Explored, meter: Meter): Map<number, Draft[]> {
    const regions = new Map<number, Region[]>();
    for (const { terminal, region } of regionsOf(answer)) {
      meter.spend(REGION_WORK + region.length);
      if (meter.isSpent) return new Map();
      const alike = regions.get(terminal);
      if (alike === undefined) regions.set(terminal, [region]);
      else alike.push(region);
    }
    const drafts = new Map<number, Draft[]>();
    for (const [terminal, alike] of regions) {
      drafts.set(terminal, this.draftRegions(compactRegions(alike, this.#universe.fields), meter));
    }
    return drafts;
  }

  /** Boxes that together are the regions, as disjoint as these. None of them is written if the meter cannot pay for all. */
  draftRegions(regions: Iterable<Region>, meter: Meter): Draft[] {
    const products: Product[] = [];
    for (const region of regions) {
      const product = this.#productOf(region, membership(this.#universe, region));
      meter.spend(workOf(product));
      if (meter.isSpent) return [];
      products.push(product);
    }
    return products.flatMap((product) => draftsOf(product));
  }

  /** The box of one clause. */
  draftClause(clause: number): Draft[] {
    const { table, symbols, fields } = this.#universe;
    const region = table.fieldsOf(clause).map((range) => [range]);
    const memberOf = table.symbolsOf(clause).map((dimension) => itemAt(symbols, dimension - fields.length));
    return draftsOf(this.#productOf(region, { memberOf, notMemberOf: [] }));
  }

  #productOf(region: Region, { memberOf, notMemberOf }: Membership): Product {
    const { direction, family, nicType } = this.#universe;
    const card = nicType === 'intranet' ? {} : { nicType };
    return {
      common: { direction, family, ...card, ...symbolFields(memberOf, notMemberOf) },
      symbol: memberOf.find(({ kind }) => kind !== 'portList') ?? null,
      services: servicesOf(this.#universe, region),
      peers: this.#networksOf(region, 'peer'),
      owns: this.#networksOf(region, 'own'),
    };
  }

  #networksOf(region: Region, field: 'peer' | 'own'): readonly Network[] {
    const ranges = itemAt(region, this.#universe.fields.indexOf(field));
    const key = `${field} ${ranges.map(({ lo, hi }) => `${lo}-${hi}`).join()}`;
    const known = this.#networks.get(key);
    if (known !== undefined) return known;
    const terms = coverSpans(spansOf(this.#universe, region, field), this.#universe.family);
    const networks = terms.map(({ prefix, except }) => ({
      text: formatPrefix(prefix),
      first: prefix.address,
      isEverywhere: prefix.length === 0,
      except: except.map(formatPrefix),
    }));
    this.#networks.set(key, networks);
    return networks;
  }
}

function workOf({ common, services, peers, owns }: Product): number {
  const names = (common.memberOf?.length ?? 0) + (common.notMemberOf?.length ?? 0);
  return services.length * peers.length * owns.length * (REGION_WORK + names);
}

function draftsOf({ common, symbol, services, peers, owns }: Product): Draft[] {
  return services.flatMap((service) => {
    const served = { ...common, ...serviceFields(service) };
    const place = [service.firstNumber, service.port?.first ?? 0n, service.sourcePort?.first ?? 0n].map(
      Number,
    );
    return peers.flatMap((peer) =>
      owns.map((own) => ({
        box: { ...served, peer: peer.text, ...ownFields(own) },
        exceptPeers: peer.except,
        symbol: peer.isEverywhere ? symbol : null,
        place: [...place, peer.first, own.first],
      })),
    );
  });
}

/** A prefix with exceptions, as text. */
interface Network {
  readonly text: string;
  readonly first: bigint;
  /** The prefix holds every address of its family. */
  readonly isEverywhere: boolean;
  readonly except: readonly string[];
}

function symbolFields(
  memberOf: readonly SetSymbol[],
  notMemberOf: readonly SetSymbol[],
): Pick<Box, 'memberOf' | 'notMemberOf'> {
  return {
    ...(memberOf.length === 0 ? {} : { memberOf: memberOf.map(({ id }) => id) }),
    ...(notMemberOf.length === 0 ? {} : { notMemberOf: notMemberOf.map(({ id }) => id) }),
  };
}

function serviceFields({
  protocol,
  port,
  sourcePort,
}: Service): Pick<Box, 'protocol' | 'ports' | 'sourcePorts'> {
  return {
    protocol,
    ports: port === null ? NO_PORTS_TEXT : portText(port),
    ...(sourcePort === null ? {} : { sourcePorts: portText(sourcePort) }),
  };
}

const portText = ({ first, last }: Span): string =>
  formatPortRange({ first: Number(first), last: Number(last) });

function ownFields({ text, isEverywhere, except }: Network): Pick<Box, 'own' | 'exceptOwn'> {
  if (except.length > 0) return { own: text, exceptOwn: except };
  return isEverywhere ? {} : { own: text };
}
