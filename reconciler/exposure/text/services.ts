import { hasPorts, parseDescribedProtocol } from '../../model/protocol.ts';
import type { Span } from '../engine/axis.ts';
import { isOpen, spansOf, type Region } from '../engine/region.ts';
import type { Universe } from '../engine/universe.ts';

/** A protocol, or a range of protocol numbers, with one range of ports. */
export interface Service {
  /** A name, a number, `FIRST-LAST` or `all`. */
  readonly protocol: string;
  readonly firstNumber: bigint;
  /** Null: the protocol has no ports. */
  readonly port: Span | null;
  /** Null: the protocol has no ports, or any will do. */
  readonly sourcePort: Span | null;
}

/** A region's protocols and ports, one range of each at a time. */
export function servicesOf(universe: Universe, region: Region): Service[] {
  const isAnySource = isOpen(universe, region, 'sourcePort');
  if (isAnySource && isOpen(universe, region, 'port') && isOpen(universe, region, 'protocol')) {
    return [{ protocol: 'all', firstNumber: 0n, port: null, sourcePort: null }];
  }
  const ports = spansOf(universe, region, 'port');
  const sourcePorts = isAnySource ? [null] : spansOf(universe, region, 'sourcePort');
  return spansOf(universe, region, 'protocol')
    .flatMap(protocolsOf)
    .flatMap(({ protocol, firstNumber, ported }): Service[] =>
      ported
        ? ports.flatMap((port) =>
            sourcePorts.map((sourcePort) => ({ protocol, firstNumber, port, sourcePort })),
          )
        : [{ protocol, firstNumber, port: null, sourcePort: null }],
    );
}

/** A range of protocol numbers with one range of ports, as people read it: each protocol that has ports by itself. */
export function servicesIn(protocols: Span, ports: Span): Array<Pick<Service, 'protocol' | 'port'>> {
  if (protocols.first === 0n && protocols.last === 255n) return [{ protocol: 'all', port: null }];
  return protocolsOf(protocols).map(({ protocol, ported }) => ({ protocol, port: ported ? ports : null }));
}

interface ProtocolRange {
  readonly protocol: string;
  readonly firstNumber: bigint;
  readonly ported: boolean;
}

/** TCP and UDP never hide in a range of numbers: they are the ones with ports. */
function protocolsOf({ first, last }: Span): ProtocolRange[] {
  const cuts = [first, 6n, 7n, 17n, 18n].filter((cut) => first <= cut && cut <= last);
  const starts = [...new Set(cuts)];
  return starts.map((start, index) => protocolRange(start, (starts[index + 1] ?? last + 1n) - 1n));
}

function protocolRange(first: bigint, last: bigint): ProtocolRange {
  if (first < last) {
    return { protocol: `${String(first)}-${String(last)}`, firstNumber: first, ported: false };
  }
  const protocol = parseDescribedProtocol(String(first));
  if (protocol === null) throw new RangeError(`no protocol ${String(first)}`);
  return { protocol, firstNumber: first, ported: hasPorts(protocol) };
}
