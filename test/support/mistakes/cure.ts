// Follows a hint as a machine can: by its verb and what stands in backticks, at the place of the problem. It knows nothing
// of single mistakes, and what it cannot follow it refuses, so that a hint without a cure is found.
import {
  isMap,
  isNode,
  isSeq,
  parseDocument,
  visit,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { withLines } from './lines.ts';

export interface Told {
  readonly line: number;
  readonly column: number;
  readonly hint: string;
}

/** The text as it is once the hint was followed. */
export function cured(text: string, { line, column, hint }: Told): string {
  const byLines = withLines(text, hint);
  if (byLines !== null) return byLines;
  const at = offsetOf(text, line, column);
  const document = parseDocument(text, { uniqueKeys: false });
  const place = placeAt(document.contents, at);
  const { verb, instead } = orderOf(hint);
  switch (verb) {
    case 'mean':
      return spliced(text, at, place.end, instead);
    case 'cut':
      return spliced(text, place.end - Number(instead), place.end, '');
    case 'add':
      return added(text, place.map, instead);
    case 'remove':
      return instead === '' ? withoutEntry(text, place) : withoutPair(text, place.map, instead);
    case 'write':
      if (document.errors.length > 0) return spliced(text, at, endOfLine(text, at), instead);
      return written(text, at, { place, instead });
    default:
      throw new Error(`no machine can follow this hint: ${hint}`);
  }
}

const ORDERS: ReadonlyArray<readonly [verb: string, form: RegExp]> = [
  ['mean', /\bdid you mean "([^"]*)"/],
  ['write', /\bwrite\b[^`.;]*`([^`]*)`/],
  ['add', /\badd\b[^`.;]*`([^`]*)`/],
  ['remove', /\bremove `([^`]*)`/],
  ['remove', /\bremove (?:it|this)\b()/],
  ['cut', /\bremove its last (\d+) characters/],
];

/** The first one of the hint. */
function orderOf(hint: string): { readonly verb: string; readonly instead: string } {
  const found = ORDERS.flatMap(([verb, form]) => {
    const match = form.exec(hint);
    return match === null ? [] : [{ verb, instead: match[1] ?? '', at: match.index }];
  });
  return found.sort((a, b) => a.at - b.at)[0] ?? { verb: '', instead: '' };
}

const offsetOf = (text: string, line: number, column: number): number =>
  text
    .split('\n')
    .slice(0, line - 1)
    .reduce((sum, each) => sum + each.length + 1, 0) +
  column -
  1;

interface Place {
  /** Innermost mapping that the place is in or begins. */
  readonly map: YAMLMap | null;
  /** The list that the innermost entry is one of, and which. */
  readonly list: YAMLSeq | null;
  readonly index: number;
  /** Whether a key begins here. */
  readonly isKey: boolean;
  /** Ends of the innermost and of the outermost value that begin here. */
  readonly end: number;
  readonly outerEnd: number;
}

function placeAt(root: unknown, at: number): Place {
  const found: Array<{ key: unknown; node: Node; path: readonly unknown[] }> = [];
  visit(root as Node | null, {
    Node: (key, node, path) => {
      if (node.range?.[0] === at) found.push({ key, node, path });
    },
  });
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) {
    return { map: isMap(root) ? root : null, list: null, index: -1, isKey: false, end: at, outerEnd: at };
  }
  const around = [...last.path, last.node];
  const list = [...first.path].findLast(isSeq) ?? null;
  const entry =
    list === null ? -1 : list.items.findIndex((item) => [...first.path, first.node].includes(item));
  return {
    map: around.findLast((each) => isMap(each)) ?? null,
    list,
    index: entry,
    isKey: last.key === 'key',
    end: last.node.range?.[1] ?? at,
    outerEnd: first.node.range?.[1] ?? at,
  };
}

function written(text: string, at: number, { place, instead }: { place: Place; instead: string }): string {
  if (/^[A-Za-z]\w*:(?: |$)/.test(instead)) {
    const key = instead.slice(0, instead.indexOf(':'));
    const here = place.isKey ? place.map?.items.find((each) => startOf(each) === at) : undefined;
    const named = place.map?.items.find((each) => String(each.key) === key);
    const pair = String(here?.key) === key ? here : (named ?? here);
    if (pair === undefined) return added(text, place.map, instead);
    const twin = place.map?.items.find((each) => each !== pair && String(each.key) === key);
    const written = spliced(text, startOf(pair), endOf(pair), instead);
    return twin === undefined ? written : withoutPair(written, place.map, key);
  }
  return spliced(text, at, /^[[{]/.test(instead) ? place.outerEnd : place.end, instead);
}

const startOf = (pair: Pair): number => (pair.key as Node).range?.[0] ?? 0;
const endOf = (pair: Pair): number =>
  (pair.value as Node | null)?.range?.[1] ?? (pair.key as Node).range?.[1] ?? 0;

function added(text: string, map: YAMLMap | null, instead: string): string {
  const [first] = map?.items ?? [];
  if (first === undefined) return `${instead}\n${text}`;
  const at = startOf(first);
  const column = at - (text.lastIndexOf('\n', at - 1) + 1);
  return spliced(text, at, at, map?.flow === true ? `${instead}, ` : `${instead}\n${' '.repeat(column)}`);
}

function withoutPair(text: string, map: YAMLMap | null, key: string): string {
  const items = map?.items ?? [];
  const index = items.findIndex((pair) => String(pair.key) === key);
  const pair = items[index];
  if (pair === undefined) throw new Error(`there is no key ${key} to be removed`);
  const [before, after] = [items[index - 1], items[index + 1]];
  if (after !== undefined) return spliced(text, startOf(pair), startOf(after), '');
  return spliced(text, before === undefined ? startOf(pair) : endOf(before), endOf(pair), '');
}

function withoutEntry(text: string, { list, index, map }: Place): string {
  const node = list?.items[index] as Node | undefined;
  if (list === null || node === undefined) {
    const [pair] = map?.items ?? [];
    if (pair === undefined) throw new Error('there is nothing to be removed');
    return withoutPair(text, map, String(pair.key));
  }
  const [start, end] = rangeOf(node);
  if (list.flow !== true)
    return spliced(text, text.lastIndexOf('\n', start), text.indexOf('\n', end - 1), '');
  const before = rangeOf(list.items[index - 1]);
  const after = rangeOf(list.items[index + 1]);
  return after[0] > start ? spliced(text, start, after[0], '') : spliced(text, before[1] || start, end, '');
}

const rangeOf = (node: unknown): readonly [start: number, end: number] =>
  isNode(node) ? [node.range?.[0] ?? 0, node.range?.[1] ?? 0] : [0, 0];

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

const spliced = (text: string, start: number, end: number, instead: string): string =>
  text.slice(0, start) + instead + text.slice(end);
