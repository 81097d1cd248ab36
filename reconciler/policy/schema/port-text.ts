// The ways to write ports. All of them are strict: what a person could misread is refused.
import { ALL_PORTS, MAX_PORT, NO_PORTS, type PortRange, type Ports } from '../../model/ports.ts';
import {
  hasPorts,
  parsePolicyProtocol,
  POLICY_PROTOCOLS,
  type PolicyProtocol,
} from '../../model/protocol.ts';
import { err, ok, type Result } from '../../model/result.ts';
import { cureText, quote, type Complaint } from '../read/complaint.ts';
import { numberedProtocol, portCure, protocolCure, serviceCure } from './mistakes/port-mistakes.ts';
import { didYouMean } from './suggest.ts';

/** What a rule lets through, but for its peers: one protocol on one range of ports. */
export interface Traffic {
  readonly protocol: PolicyProtocol;
  readonly ports: Ports;
}

const PORT_HINT = `write a port from 1 to ${MAX_PORT}, a range such as 8000-8100, or all`;

const NO_PORTS_COMPLAINT: Complaint = {
  code: 'bad-ports',
  message: '"-1/-1" is how the cloud says "no ports"',
  hint: 'write `all` for every port of tcp or udp; leave the key out for icmp, icmpv6, gre and all',
};

/** Reads `N`, `N-M`, the vendor's `N/M`, or `all`; 1 <= N <= M <= 65535, decimal, no leading zeros. */
export function parsePortText(text: string): Result<PortRange, Complaint> {
  if (text === 'all') return ok(ALL_PORTS);
  if (text === '-1/-1') return err(NO_PORTS_COMPLAINT);
  const match = /^(0|[1-9]\d{0,5})(?:[-/](0|[1-9]\d{0,5}))?$/.exec(text);
  if (match === null) {
    const message = `${quote(text)} is no port and no range of ports`;
    return err({ code: 'bad-ports', message, hint: cureText('write', portCure(text) ?? '', PORT_HINT) });
  }
  const [, firstText = '', lastText = firstText] = match;
  const [first, last] = [Number(firstText), Number(lastText)];
  if (Math.min(first, last) < 1 || Math.max(first, last) > MAX_PORT) {
    const message = `${quote(text)} is outside 1 to ${MAX_PORT}`;
    return err({ code: 'port-range', message, hint: cureText('write', portCure(text) ?? '', PORT_HINT) });
  }
  if (first > last) {
    const hint = cureText('write', `${last}-${first}`);
    return err({ code: 'ports-out-of-order', message: `${quote(text)} has its ports out of order`, hint });
  }
  return ok({ first, last });
}

/** Reads a protocol name in any letter case. */
export function parseProtocolText(text: string): Result<PolicyProtocol, Complaint> {
  const protocol = parsePolicyProtocol(text);
  if (protocol !== null) return ok(protocol);
  const number = numberedProtocol(text);
  if (number !== null) {
    const message = `no rule of a policy can name protocol ${number} alone`;
    const hint = 'write `all`, which lets it in beside every other protocol, or leave the rule out';
    return err({ code: 'unknown-protocol', message, hint });
  }
  const cure = protocolCure(text);
  const near = didYouMean(text, POLICY_PROTOCOLS) || `write one of ${POLICY_PROTOCOLS.join(', ')}`;
  const hint = cure === null ? near : cureText('write', cure);
  return err({ code: 'unknown-protocol', message: `${quote(text)} is not a protocol`, hint });
}

/** Reads an entry of a service: `tcp/443`, `udp/8000-8100`, `tcp/all`, or a protocol without ports. */
export function parseServiceText(text: string): Result<Traffic, Complaint> {
  const slash = text.indexOf('/');
  const protocol = parseProtocolText(slash < 0 ? text : text.slice(0, slash));
  const cure = serviceCure(text) ?? '';
  if (!protocol.ok) return err({ ...protocol.error, hint: cureText('write', cure, protocol.error.hint) });
  const name = protocol.value;
  if (!hasPorts(name)) {
    if (slash < 0) return ok({ protocol: name, ports: NO_PORTS });
    return err({ code: 'ports-not-allowed', message: `${name} has no ports`, hint: cureText('write', name) });
  }
  const portText = slash < 0 ? '' : text.slice(slash + 1);
  if (portText === '' || portText.includes('/')) {
    const forms = `${name}/443, ${name}/8000-8100 or ${name}/all`;
    const hint =
      portText === '' ? `write \`${name}/all\` for every port, or one such as ${name}/443` : `write ${forms}`;
    return err({
      code: 'bad-service',
      message: `${quote(text)} is no PROTOCOL/PORT`,
      hint: cure.includes('/all') ? hint : cureText('write', cure, hint),
    });
  }
  const range = parsePortText(portText);
  return range.ok ? ok({ protocol: name, ports: { kind: 'range', ...range.value } }) : range;
}
