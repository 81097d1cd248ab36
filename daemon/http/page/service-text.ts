// Services and peers as the pages write them: short, as people say them.
import type { OpenedService } from '../../../reconciler/judge/opening.ts';
import { formatPeer, type Peer } from '../../../reconciler/model/peer.ts';
import { ALL_PORTS, NO_PORTS_TEXT, type Ports } from '../../../reconciler/model/ports.ts';
import { protocolText } from '../../../reconciler/model/rule-text.ts';

/** `tcp 443`, `tcp 8000-8080`, `udp all`, `tcp prl-…`, `icmp`. */
export function shortService(protocol: string, ports: Ports): string {
  const name = protocolText(protocol);
  switch (ports.kind) {
    case 'none':
      return protocol === 'all' ? 'everything' : name;
    case 'list':
      return `${name} ${ports.id}`;
    case 'range': {
      const { first, last } = ports;
      if (first === ALL_PORTS.first && last === ALL_PORTS.last) return `${name} all`;
      return `${name} ${first === last ? first : `${first}-${last}`}`;
    }
  }
}

export function exposureText({ family, protocol, ports }: OpenedService): string {
  const [first = '', last = ''] = ports.split('/');
  const range = first === last ? first : `${first}-${last}`;
  const service = ports === NO_PORTS_TEXT ? protocolText(protocol) : `${protocolText(protocol)} ${range}`;
  return `${service}${family === 'ipv6' ? ' (IPv6)' : ''}`;
}

export const shortPeer = (peer: Peer): string => formatPeer(peer).replace(/\/(?:32|128)$/, '');
