// The ways to write who is at the far side: an address, a prefix, an id, or the name of a network.
import type { Peer } from '../../model/peer.ts';
import { parsePrefix, type Prefix } from '../../model/prefix.ts';
import { err, ok, type Result } from '../../model/result.ts';
import { cureText, quote, type Complaint } from '../read/complaint.ts';
import { addressCure, HOST_HINT, looksLikeHost, peerCure } from './mistakes/peer-mistakes.ts';

export type PeerWord =
  { readonly kind: 'peer'; readonly peer: Peer } | { readonly kind: 'network'; readonly name: string };

/** Ids as the cloud makes them: a prefix that tells the kind, then letters and digits, mostly. */
export const GROUP_ID = /^sg-[\w-]{1,64}$/;
export const PREFIX_LIST_ID = /^pl-[\w-]{1,64}$/;
export const PORT_LIST_ID = /^prl-[\w-]{1,64}$/;

/** Names of networks and services: they can be taken neither for an address nor for an id. */
export const DEFINITION_NAME = /^(?!(?:[sS][gG]|[pP][lL]|[pP][rR][lL])-)[A-Za-z][A-Za-z0-9_.-]{0,62}$/;

export const NAME_HINT =
  'a name is a letter and then letters, digits, "-", "_" or ".", and no id such as sg-…';

export function parsePeerText(text: string): Result<PeerWord, Complaint> {
  if (/^(sg|pl|prl)-/i.test(text)) return parsePeerId(text);
  if (HOST_OF_NO_ONE.has(text)) return err(withoutLength(text));
  if (/^[0-9.]/.test(text) || /[:/]/.test(text)) {
    const prefix = parsePrefixText(text);
    return prefix.ok ? ok({ kind: 'peer', peer: prefix.value }) : err(withCure(prefix.error, text));
  }
  if (DEFINITION_NAME.test(text)) return ok({ kind: 'network', name: text });
  const message = `${quote(text)} is no address, no prefix, no id and no name of a network`;
  return err(withCure({ code: 'bad-peer', message, hint: NAME_HINT }, text));
}

/** Each is one address that no one has; who writes it means everybody. */
const HOST_OF_NO_ONE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

const withoutLength = (text: string): Complaint => ({
  code: 'bad-peer',
  message: `${quote(text)} without a length is one address that no one has`,
  hint: `${cureText('write', text === '::' ? '::/0' : '0.0.0.0/0')} for all of its kind, or \`anywhere\` for IPv6 too`,
});

function withCure(complaint: Complaint, text: string): Complaint {
  const cure = complaint.code === 'host-bits' ? null : peerCure(text);
  if (cure !== null) return { ...complaint, hint: cureText('write', cure, complaint.hint) };
  return looksLikeHost(text) ? { ...complaint, hint: HOST_HINT } : complaint;
}

function parsePeerId(text: string): Result<PeerWord, Complaint> {
  if (GROUP_ID.test(text)) return ok({ kind: 'peer', peer: { kind: 'group', id: text, ownerId: null } });
  if (PREFIX_LIST_ID.test(text)) return ok({ kind: 'peer', peer: { kind: 'prefixList', id: text } });
  if (PORT_LIST_ID.test(text)) {
    const message = `${quote(text)} is a list of ports, which is no one's address`;
    return err({
      code: 'bad-peer',
      message,
      hint: `write \`portList: ${text}\` instead of ports, and whom it lets in`,
    });
  }
  return err(badId(text, 'a security group (sg-…) or a prefix list (pl-…)'));
}

export function badId(text: string, what: string): Complaint {
  const asShown = 'write the id as the console shows it: its prefix in lower case, then letters and digits';
  const cure = peerCure(text);
  const hint = cure === null ? asShown : cureText('write', cure, asShown);
  return { code: 'bad-id', message: `${quote(text)} is not the id of ${what}`, hint };
}

/** Reads an address or a prefix. Host bits are an error: the author meant one of two things. */
export function parsePrefixText(text: string): Result<Prefix, Complaint> {
  const strict = parsePrefix(text, 'refuse');
  if (strict.ok) return strict;
  const code = parsePrefix(text, 'mask').ok ? 'host-bits' : 'bad-address';
  const message =
    code === 'host-bits' ? strict.error.message : strict.error.message.replace(`"${text}"`, quote(text));
  const cure = code === 'host-bits' ? null : addressCure(text);
  return err({ code, message, hint: cureText('write', cure ?? '', strict.error.hint) });
}
