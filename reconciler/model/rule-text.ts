// A rule on one line, and texts of strangers made harmless: anybody who may edit a group can write a
// description, and it ends up in terminals, logs and pull requests.
import { fieldText, type Rule } from './rule.ts';
import { formatPeer } from './peer.ts';
import { formatPortRange } from './ports.ts';
import { formatPrefix } from './prefix.ts';
import { parseDescribedProtocol } from './protocol.ts';

/** `ingress accept tcp 443/443 from 203.0.113.0/24 priority 1 "HTTPS"`. */
export function describeRule(rule: Rule): string {
  const peerWord = rule.direction === 'ingress' ? 'from' : 'to';
  const ownWord = rule.direction === 'ingress' ? 'to' : 'from';
  return [
    rule.direction,
    rule.action,
    protocolText(rule.protocol),
    rule.ports.kind === 'none' ? null : fieldText(rule, 'ports'),
    `${peerWord} ${formatPeer(rule.peer)}`,
    rule.own === null ? null : `${ownWord} ${formatPrefix(rule.own)}`,
    rule.sourcePorts === null ? null : `source ports ${formatPortRange(rule.sourcePorts)}`,
    `priority ${rule.priority}`,
    rule.nicType === 'intranet' ? null : rule.nicType,
    rule.description === null ? null : quoted(rule.description),
    rule.unknown === undefined ? null : `with fields that are not known: ${quoted(rule.unknown)}`,
  ]
    .filter((part) => part !== null)
    .join(' ');
}

/** `tcp`, `protocol 50`, `protocols 2-5`: a number alone would not say what it is the number of. */
export function protocolText(protocol: string): string {
  if (/^\d+-\d+$/.test(protocol)) return `protocols ${protocol}`;
  const named = parseDescribedProtocol(protocol) ?? protocol;
  return /^\d+$/.test(named) ? `protocol ${named}` : named;
}

/**
 * The text in double quotes, with controls (terminal escapes), separators, invisible and direction-changing
 * characters and broken surrogates as `\u{…}`: what is printed is what is there.
 */
export const quoted = (text: string): string => `"${visible(text.replace(/["\\]/g, '\\$&'))}"`;

/** The same without quotes. */
export const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
