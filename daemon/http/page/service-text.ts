// Services and peers as the pages write them: short, in the words of the plan.
import type { OpenedService } from '../../../reconciler/judge/opening.ts';
import { formatPeer, type Peer } from '../../../reconciler/model/peer.ts';
import { NO_PORTS_TEXT, type Ports } from '../../../reconciler/model/ports.ts';
import type { Protocol } from '../../../reconciler/model/protocol.ts';
import { protocolText } from '../../../reconciler/model/rule-text.ts';
import { rangeWords, serviceWords } from '../../../reconciler/report/changes/traffic-words.ts';

/** `tcp 443`, `tcp 8000-8080`, `udp all ports`, `icmp`, `all protocols`. */
export const shortService = (protocol: Protocol, ports: Ports): string =>
  serviceWords([{ protocol, ports, named: null }]);

export function exposureText({ family, protocol, ports }: OpenedService): string {
  const range = ports === NO_PORTS_TEXT ? '' : ` ${rangeWords(ports)}`;
  return `${protocolText(protocol)}${range}${family === 'ipv6' ? ' (IPv6)' : ''}`;
}

export const shortPeer = (peer: Peer): string => formatPeer(peer).replace(/\/(?:32|128)$/, '');
