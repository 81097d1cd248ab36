// What is often written where an address is wanted, and what it means here. A candidate that would be refused too is
// none, so whoever follows the hint is done.
import { formatAddress, formatPrefix, lastAddress, parsePrefix, type Prefix } from '../../../model/prefix.ts';
import { flowText } from './flow-text.ts';

/** Words for everybody in the languages of others. A policy may define a network of such a name. */
const EVERYBODY = /^(?:any|all|\*|everyone|everybody|everywhere|public|world|0\/0|0\.0\.0\.0)$/i;

export const meansEverybody = (text: string): boolean => EVERYBODY.test(text.trim());

/** A name with dots that ends like one of the domain name system. */
export const looksLikeHost = (text: string): boolean =>
  /^(?:https?:\/\/)?(?:[a-z0-9*-]+\.)+[a-z]{2,24}(?::\d+)?(?:\/.*)?$/i.test(text);

export const HOST_HINT =
  'host names are not resolved here: write the addresses of the host, such as `203.0.113.7`, or a prefix list';

/** Of a name that nothing defines; null: it is a name like others. */
export function unknownNetworkHint(name: string): string | null {
  if (meansEverybody(name)) return 'everybody is `anywhere`: write `anywhere`';
  return looksLikeHost(name) ? HOST_HINT : null;
}

/** More would be no hint. */
const MOST_IN_CURE = 8;

/** What to write instead, as YAML; null: that cannot be told. */
export function peerCure(text: string): string | null {
  return idCure(text) ?? addressCure(text);
}

export function addressCure(text: string): string | null {
  const one = oneAddress(text);
  if (one !== null) return one;
  const parts = text
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(/[,;\s]+/)
    .map((part) => part.replace(/["']/g, ''));
  const filled = parts.filter((part) => part !== '');
  if (filled.length < 2 || filled.length > MOST_IN_CURE) return rangeCure(text);
  const cures = filled.map((part) => (isPeer(part) ? part : oneAddress(part)));
  return cures.includes(null) ? rangeCure(text) : `[${cures.map((cure) => cure ?? '').join(', ')}]`;
}

const isPeer = (text: string): boolean =>
  parsePrefix(text, 'refuse').ok || /^(?:sg|pl)-[a-z0-9]{1,64}$/.test(text);

/** Ids in another case or with space around them, and the way in which others write an owner. */
function idCure(text: string): string | null {
  const [, owner, group] = /^(\d{1,20})\/(sg-[\w-]{1,64})$/.exec(text) ?? [];
  if (owner !== undefined) return flowText({ group, ownerId: owner });
  const id = text.trim().toLowerCase();
  return id !== text && /^(?:sg|pl)-[\w-]{1,64}$/.test(id) ? id : null;
}

/** One rewriting is seldom enough: each has what the others left. */
function oneAddress(text: string): string | null {
  if (meansEverybody(text)) return 'anywhere';
  let candidate = text;
  for (const rewrite of rewrites()) {
    candidate = rewrite(candidate);
    const read = parsePrefix(candidate, 'mask');
    if (read.ok) return candidate === text ? null : bare(read.value, candidate);
  }
  return null;
}

const rewrites = (): ReadonlyArray<(text: string) => string> => [
  (text) => text.trim().replace(/^\[(.*)\]$/, '$1'),
  (text) => text.replace('\\', '/'),
  withoutPort,
  withLength,
  withoutWildcards,
  withAllParts,
  withoutZeros,
  withinLength,
];

const bare = (prefix: Prefix, written: string): string =>
  written.includes('/') ? formatPrefix(prefix) : formatAddress(prefix.kind, prefix.address);

/** `10.0.0.1:22`, `[2001:db8::1]:22` */
function withoutPort(text: string): string {
  const [, v4, v6] = /^(?:([\d.]+)|\[([\da-f:]+)\]):\d+$/i.exec(text) ?? [];
  return v4 ?? v6 ?? text;
}

/** `10.0.0.0/255.255.255.0` */
function withLength(text: string): string {
  const [, address, mask] = /^([\d.]+)[/ ]((?:\d{1,3}\.){3}\d{1,3})$/.exec(text) ?? [];
  const read = mask === undefined ? null : parsePrefix(mask, 'refuse');
  if (address === undefined || read?.ok !== true) return text;
  const bits = read.value.address.toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? `${address}/${bits.replace(/0/g, '').length}` : text;
}

/** `10.0.*.*`, `10.0.x.x`, `10.0.` */
function withoutWildcards(text: string): string {
  const [, known = ''] = /^((?:\d{1,3}\.){1,3})(?:[*x](?:\.[*x])*)?$/i.exec(text) ?? [];
  const parts = known.split('.').filter((part) => part !== '');
  if (parts.length === 0) return text;
  return `${[...parts, ...new Array<string>(4 - parts.length).fill('0')].join('.')}/${parts.length * 8}`;
}

/** `10.0/16` */
function withAllParts(text: string): string {
  const [, address = '', length] = /^(\d{1,3}(?:\.\d{1,3}){0,2})\/(\d{1,2})$/.exec(text) ?? [];
  if (length === undefined) return text;
  const parts = address.split('.');
  return `${[...parts, ...new Array<string>(4 - parts.length).fill('0')].join('.')}/${length}`;
}

const withoutZeros = (text: string): string =>
  /^[\d./]+$/.test(text) ? text.replace(/(^|[./])0+(?=\d)/g, '$1') : text;

/** `10.0.0.1/64` */
function withinLength(text: string): string {
  const [, address = '', length] = /^(.*)\/(\d{1,3})$/.exec(text) ?? [];
  if (length === undefined) return text;
  return `${address}/${address.includes(':') ? '128' : '32'}`;
}

/** `10.0.0.4-10.0.0.9` as the prefixes that hold just these; null if those are too many for a hint. */
function rangeCure(text: string): string | null {
  const [, firstText = '', lastText = ''] = /^\s*([\da-f:.]+)\s*-\s*([\da-f:.]+)\s*$/i.exec(text) ?? [];
  const [first, last] = [parsePrefix(firstText, 'refuse'), parsePrefix(lastText, 'refuse')];
  if (!first.ok || !last.ok || first.value.kind !== last.value.kind) return null;
  const found: Prefix[] = [];
  const end = last.value.address;
  for (let at = first.value.address; at <= end;) {
    const prefix = widest({ ...first.value, address: at }, end);
    found.push(prefix);
    if (found.length > MOST_IN_CURE) return null;
    at = lastAddress(prefix) + 1n;
  }
  return found.length === 0 ? null : `[${found.map(formatPrefix).join(', ')}]`;
}

function widest(address: Prefix, end: bigint): Prefix {
  let best = address;
  for (let length = address.length - 1; length >= 0; length--) {
    const wider = parsePrefix(`${formatAddress(address.kind, address.address)}/${length}`, 'refuse');
    if (!wider.ok || lastAddress(wider.value) > end) break;
    best = wider.value;
  }
  return best;
}
