// The ways to write ports. All of them are strict: what a person could misread is refused.
import { ALL_PORTS, MAX_PORT, NO_PORTS, type PortRange, type Ports } from '../../model/ports.ts';
import {
  hasPorts,
  parsePolicyProtocol,
  POLICY_PROTOCOLS,
  type PolicyProtocol,
} from '../../model/protocol.ts';
import { err, ok, type Result } from '../../model/result.ts';
import { quote, type Complaint } from '../read/complaint.ts';
import { didYouMean } from './suggest.ts';

/** What a rule lets through, but for its peers: one protocol on one range of ports. */
export interface Traffic {
  readonly protocol: PolicyProtocol;
  readonly ports: Ports;
}

const PORT_HINT = `write a port from 1 to ${MAX_PORT}, a range such as 8000-8100, or all`;

/** Reads `N`, `N-M`, the vendor's `N/M`, or `all`; 1 <= N <= M <= 65535, decimal, no leading zeros. */
export function parsePortText(text: string): Result<PortRange, Complaint> {
  if (text === 'all') return ok(ALL_PORTS);
  if (text === '-1/-1') {
    const hint = 'leave the key out for icmp, icmpv6, gre and all; write all for every port of tcp or udp';
    return err({ code: 'bad-ports', message: '"-1/-1" is how the cloud says "no ports"', hint });
  }
  const match = /^(0|[1-9]\d{0,5})(?:[-/](0|[1-9]\d{0,5}))?$/.exec(text);
  if (match === null) {
    const message = `${quote(text)} is no port and no range of ports`;
    return err({ code: 'bad-ports', message, hint: PORT_HINT });
  }
  const [, firstText = '', lastText = firstText] = match;
  const [first, last] = [Number(firstText), Number(lastText)];
  if (first < 1 || first > MAX_PORT || last < 1 || last > MAX_PORT) {
    const message = `${quote(text)} is outside 1 to ${MAX_PORT}`;
    return err({ code: 'port-range', message, hint: PORT_HINT });
  }
  if (first > last) {
    const hint = `write ${last}-${first}`;
    return err({ code: 'ports-out-of-order', message: `${quote(text)} has its ports out of order`, hint });
  }
  return ok({ first, last });
}

/** Reads a protocol name in any letter case. */
export function parseProtocolText(text: string): Result<PolicyProtocol, Complaint> {
  const protocol = parsePolicyProtocol(text);
  if (protocol !== null) return ok(protocol);
  const hint = didYouMean(text, POLICY_PROTOCOLS) || `write one of ${POLICY_PROTOCOLS.join(', ')}`;
  return err({ code: 'unknown-protocol', message: `${quote(text)} is not a protocol`, hint });
}

/** Reads an entry of a service: `tcp/443`, `udp/8000-8100`, `tcp/all`, or a protocol without ports. */
export function parseServiceText(text: string): Result<Traffic, Complaint> {
  const slash = text.indexOf('/');
  const protocol = parseProtocolText(slash < 0 ? text : text.slice(0, slash));
  if (!protocol.ok) return protocol;
  const name = protocol.value;
  if (!hasPorts(name)) {
    if (slash < 0) return ok({ protocol: name, ports: NO_PORTS });
    return err({ code: 'ports-not-allowed', message: `${name} has no ports`, hint: `write ${name}` });
  }
  const portText = slash < 0 ? '' : text.slice(slash + 1);
  if (portText === '' || portText.includes('/')) {
    const hint = `write ${name}/443, ${name}/8000-8100 or ${name}/all`;
    return err({ code: 'bad-service', message: `${quote(text)} is no PROTOCOL/PORT`, hint });
  }
  const range = parsePortText(portText);
  return range.ok ? ok({ protocol: name, ports: { kind: 'range', ...range.value } }) : range;
}
