// A rule in the words of another tool is one mistake and not eight; what it is called here can mostly be told.
import { formatPrefix, parsePrefix } from '../../../model/prefix.ts';
import type { Direction } from '../../../model/rule.ts';
import { hasPorts } from '../../../model/protocol.ts';
import { cureText, quote, type Complaint } from '../../read/complaint.ts';
import { isMapping } from '../parts.ts';
import { parsePeerText } from '../peer-text.ts';
import { parsePortText } from '../port-text.ts';
import { egressRuleSchema, ingressRuleSchema } from '../schema.ts';
import { PEER_KEY } from '../side-keys.ts';
import { flowText } from './flow-text.ts';
import {
  ACTION_WORDS,
  DESCRIPTION_WORDS,
  FIRST_PORT_WORDS,
  IDLE_WORDS,
  LAST_PORT_WORDS,
  OWNER_WORDS,
  PEER_WORDS,
  plainKey,
  PORT_WORDS,
  PRIORITY_WORDS,
  PROTOCOL_WORDS,
  speakerOf,
} from './foreign-words.ts';
import { peerCure } from './peer-mistakes.ts';
import { portCure, protocolCure } from './port-mistakes.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** Those that tell most first. */
const ALL_WORDS = [
  PROTOCOL_WORDS,
  PORT_WORDS,
  FIRST_PORT_WORDS,
  LAST_PORT_WORDS,
  PEER_WORDS,
  OWNER_WORDS,
  ACTION_WORDS,
  PRIORITY_WORDS,
  DESCRIPTION_WORDS,
  IDLE_WORDS,
];

/** Null for a rule in our own words, and for one of which one key alone is another's. */
export function foreignRule(rule: unknown, direction: Direction): Complaint | null {
  const foreign = foreignKeys(rule);
  if (!isMapping(rule) || foreign.length === 0) return null;
  const shown = foreign.slice(0, 4).map(quote).join(', ');
  const message = `this looks like ${speakerOf(foreign)}: ${shown} are words that a rule does not have here`;
  const translated = ownWords(rule, direction);
  const form = `write the rule as {protocol: tcp, ports: 443, ${PEER_KEY[direction]}: 203.0.113.0/24}`;
  const hint = translated === null ? form : cureText('write', flowText(translated), form);
  return { code: 'foreign-rule', message, hint };
}

/** Keys of mappings that stand where a rule has texts. */
const innerKeys = (rule: Mapping): string[] =>
  [rule.from, rule.to, rule.ports]
    .flatMap(membersIn)
    .flatMap((each) => (isMapping(each) ? Object.keys(each) : []));

/** None where it could as well be a slip. */
function foreignKeys(rule: unknown): string[] {
  if (!isMapping(rule)) return [];
  const known: readonly string[] = Object.keys(ingressRuleSchema.shape);
  const keys = [...new Set([...Object.keys(rule), ...innerKeys(rule)])].filter((key) => !known.includes(key));
  if (keys.length === 0) return [];
  const foreign = ALL_WORDS.flatMap((words) => keys.filter((key) => words.has(plainKey(key))));
  return foreign.length > 1 || foreign.some((key) => plainKey(key) === 'ipblock') ? foreign : [];
}

/** Whether a rule is in the words of another tool, so that nothing is to be said of its parts. */
export const isForeignRule = (rule: unknown): boolean => foreignKeys(rule).length > 0;

const membersIn = (value: unknown): unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : value === undefined || value === null ? [] : [value];

const valuesOf = (rule: Mapping, words: ReadonlySet<string>): unknown[] =>
  Object.entries(rule).flatMap(([key, value]) => (words.has(plainKey(key)) ? membersIn(value) : []));

/** Null where something has no plain counterpart: then no words are better than wrong ones. */
function ownWords(rule: Mapping, direction: Direction): Mapping | null {
  const protocol = ownProtocol(rule);
  const peers = ownPeers(rule);
  if (protocol === null || peers === null) return null;
  const ports = hasPorts(protocol) ? ownPorts(rule) : [];
  if (ports === null) return null;
  const own = {
    protocol,
    ...(ports.length === 0 ? {} : { ports: single(ports) }),
    [PEER_KEY[direction]]: single(peers),
    ...unusual(rule),
  };
  const schema = direction === 'ingress' ? ingressRuleSchema : egressRuleSchema;
  return schema.safeParse(own).success ? own : null;
}

const single = <T>(members: readonly T[]): T | undefined | readonly T[] =>
  members.length === 1 ? members[0] : members;

/** What a rule mostly leaves out. */
function unusual(rule: Mapping): Mapping {
  const [action = ''] = valuesOf(rule, ACTION_WORDS).map(scalarAsText);
  const [priority = 1] = valuesOf(rule, PRIORITY_WORDS).map(Number);
  const [description = ''] = valuesOf(rule, DESCRIPTION_WORDS).map(scalarAsText);
  return {
    ...(/^(?:drop|deny|reject)$/i.test(action) ? { action: 'drop' } : {}),
    ...(priority === 1 ? {} : { priority }),
    ...(description === '' ? {} : { description }),
  };
}

const scalarAsText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

function ownProtocol(rule: Mapping): ReturnType<typeof protocolCure> {
  const inPorts = valuesOf(rule, PORT_WORDS).flatMap((each) =>
    isMapping(each) ? valuesOf(each, PROTOCOL_WORDS) : [],
  );
  const [first, ...others] = [...valuesOf(rule, PROTOCOL_WORDS), ...inPorts].map(scalarAsText);
  if (first === undefined || others.some((each) => each.toLowerCase() !== first.toLowerCase())) return null;
  return protocolCure(first);
}

function ownPorts(rule: Mapping): Array<string | number> | null {
  const [first] = valuesOf(rule, FIRST_PORT_WORDS).map(scalarAsText);
  const [last] = valuesOf(rule, LAST_PORT_WORDS).map(scalarAsText);
  const ranges =
    first === undefined ? [] : [last === undefined || last === first ? first : `${first}-${last}`];
  const single = valuesOf(rule, PORT_WORDS).flatMap((each) => {
    if (!isMapping(each)) return [scalarAsText(each)];
    return ownPorts(each)?.map(String) ?? [''];
  });
  const written = [...ranges, ...single];
  if (written.length === 0) return null;
  const ports = written.map((text) =>
    parsePortText(text).ok ? text.replace(/^(\d+)\/\1$/, '$1') : portCure(text),
  );
  if (ports.includes(null)) return null;
  return ports.map((text) => (/^\d+$/.test(text ?? '') ? Number(text) : (text ?? '')));
}

function ownPeers(rule: Mapping): unknown[] | null {
  const owner = valuesOf(rule, OWNER_WORDS)
    .map(scalarAsText)
    .find((text) => /^\d{1,20}$/.test(text));
  const texts = valuesOf(rule, PEER_WORDS).flatMap((each) =>
    isMapping(each) ? (ownPeers(each) ?? [null]) : [scalarAsText(each)],
  );
  const peers = texts.map((text) => {
    if (typeof text !== 'string') return text;
    const read = parsePeerText(text);
    const prefix = parsePrefix(text, 'mask');
    if (!read.ok) return peerCure(text) ?? (prefix.ok ? formatPrefix(prefix.value) : null);
    return owner !== undefined && text.startsWith('sg-') ? { group: text, ownerId: owner } : text;
  });
  return peers.length === 0 || peers.includes(null) ? null : peers;
}
