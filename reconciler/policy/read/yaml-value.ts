// Syntax tree -> plain value, and the way back from a path in the value to a place in the text.
// Refuses what YAML allows and a reviewer would misread: twin keys, tags, merges, odd numbers.
import type { ProblemCode } from '../../model/problem.ts';
import { isAlias, isMap, isScalar, isSeq, type Alias, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { quote, type OffsetComplaint, type Quoting } from './complaint.ts';
import { placeNodesOf, startOf, type PlaceNode } from './place-table.ts';
import type { Path } from './reporter.ts';

/** How many nodes all aliases of a file may stand for together: enough for sharing, too few for a bomb. */
const MAX_ALIASED_NODES = 10_000;

export interface YamlValue {
  /** Null, booleans, numbers, texts, arrays and plain objects. Aliased parts are shared, not copied. */
  readonly value: unknown;
  readonly complaints: readonly OffsetComplaint[];
  /** Offset of the value or key at a path; of the nearest existing node around it if there is none. */
  readonly offsetOf: (path: Path, part: 'key' | 'value') => number;
  /** The same for all paths at once, without the tree. */
  readonly places: () => PlaceNode;
}

export function readYamlTree(root: unknown, { quotesValues }: Quoting): YamlValue {
  const reader = new TreeReader(quotesValues);
  const { value } = reader.read(root);
  return {
    value,
    complaints: reader.complaints,
    offsetOf: (path, part) => {
      const found = reader.follow(root, path);
      const isEmpty = isScalar(found.node) && found.node.source === '' && found.node.type === 'PLAIN';
      const atKey = found.complete && found.key !== null && (part === 'key' || isEmpty);
      return startOf(atKey ? found.key : found.node);
    },
    places: () =>
      placeNodesOf(root, {
        targetOf: (alias) => reader.targetOf(alias),
        pairsOf: (map) => reader.pairsOf(map),
      }),
  };
}

interface Read {
  readonly value: unknown;
  /** Nodes in it, aliased ones counted each time. */
  readonly size: number;
}

type PairIndex = ReadonlyMap<string, Pair>;

class TreeReader {
  readonly complaints: OffsetComplaint[] = [];
  private readonly anchors = new Map<string, { node: unknown; read: Read }>();
  private readonly targets = new Map<Alias, unknown>();
  private readonly pairs = new Map<YAMLMap, PairIndex>();
  private aliasedNodes = 0;
  private readonly quotesValues: boolean;

  constructor(quotesValues: boolean) {
    this.quotesValues = quotesValues;
  }

  read(node: unknown): Read {
    if (isAlias(node)) return this.readAlias(node);
    const read = this.readNode(node);
    if (isMap(node) || isSeq(node) || isScalar(node)) {
      if (node.tag !== undefined) this.refuseTag(node);
      // Known only from its end on, so that no node can hold itself.
      if (node.anchor !== undefined) this.anchors.set(node.anchor, { node, read });
    }
    return read;
  }

  targetOf(alias: Alias): unknown {
    return this.targets.get(alias);
  }

  pairsOf(map: YAMLMap): PairIndex | undefined {
    return this.pairs.get(map);
  }

  /** Walks as far as the path leads. An alias on the way is entered, one at the end is the place itself. */
  follow(root: unknown, path: Path): { node: unknown; key: unknown; complete: boolean } {
    let node = root;
    let key: unknown = null;
    for (const step of path) {
      const collection = isAlias(node) ? this.targets.get(node) : node;
      if (isMap(collection)) {
        const pair = this.pairs.get(collection)?.get(String(step));
        if (pair === undefined) return { node, key, complete: false };
        ({ key, value: node } = pair);
      } else if (isSeq(collection) && typeof step === 'number' && step < collection.items.length) {
        node = collection.items[step];
        key = null;
      } else {
        return { node, key, complete: false };
      }
    }
    return { node, key, complete: true };
  }

  private readNode(node: unknown): Read {
    if (isMap(node)) return this.readMap(node);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item));
      const size = items.reduce((sum, item) => sum + item.size, 1);
      return { value: items.map((item) => item.value), size };
    }
    if (isScalar(node)) return { value: this.readScalar(node), size: 1 };
    return { value: null, size: 1 };
  }

  private readMap(map: YAMLMap): Read {
    const address = addressTakenForKey(map);
    if (address !== null) {
      const message = `an address that ends in a colon reads as a key here`;
      this.complain(
        map,
        'unquoted-address',
        message,
        this.quotesValues ? `quote it: "${address}"` : 'quote it',
      );
      return { value: address, size: 1 };
    }
    const pairs = new Map<string, Pair>();
    this.pairs.set(map, pairs);
    const value: Record<string, unknown> = {};
    let size = 1;
    for (const pair of map.items) {
      const key = this.readKey(pair, pairs);
      if (key === null) continue;
      pairs.set(key, pair);
      const read = this.read(pair.value);
      value[key] = read.value;
      size += read.size;
    }
    return { value, size };
  }

  /** Null if the pair is refused. */
  private readKey(pair: Pair, pairs: PairIndex): string | null {
    const node = pair.key;
    if (!isScalar(node) || typeof node.value !== 'string')
      return this.refused(node, 'key-not-text', 'a key must be a text', 'write a plain word');
    const key = node.value;
    if (node.tag !== undefined) this.refuseTag(node);
    if (node.anchor !== undefined) {
      this.complain(node, 'anchored-key', 'a key has no anchor', 'remove the word that begins with &');
    }
    if (key === '<<')
      return this.refused(node, 'merge-key', 'a policy has no merge keys', 'write the keys out');
    if (key === '__proto__') return this.refused(node, 'unknown-key', `${quote(key)} is not a key`, '');
    const first = pairs.get(key);
    if (first !== undefined) {
      const both = this.quotesValues ? [first.value, pair.value].flatMap(shortTexts) : [];
      const list = LISTED_KEYS.has(key) && both.length > 1 ? both.join(', ') : '';
      const hint = list === '' ? 'keep one of the two' : `write one list: \`${key}: [${list}]\``;
      return this.refused(node, 'duplicate-key', `the key ${quote(key)} is there twice`, hint);
    }
    return key;
  }

  private readScalar(scalar: Scalar): unknown {
    const { value, source = '' } = scalar;
    if (typeof value !== 'number' || /^(0|-?[1-9]\d*)$/.test(source)) return value;
    const plain = this.quotesValues ? plainDigits(value, source) : null;
    const hint =
      plain === null
        ? 'write plain decimal digits without leading zeros, or quote it if it is a text'
        : `write \`${plain}\`, or quote it if it is a text`;
    this.complain(
      scalar,
      'number-form',
      `${this.quoted(source, 'this')} is a number that is easily misread`,
      hint,
    );
    return value;
  }

  private readAlias(alias: Alias): Read {
    const target = this.anchors.get(alias.source);
    if (target === undefined) {
      const message = `there is no anchor ${this.quoted(`&${alias.source}`, 'of this name')} before this alias`;
      const hint = 'put it in quotes if it is a text that begins with *';
      this.complain(alias, 'unknown-alias', message, hint);
      return { value: null, size: 1 };
    }
    this.targets.set(alias, target.node);
    this.aliasedNodes += target.read.size;
    if (this.aliasedNodes <= MAX_ALIASED_NODES) return target.read;
    const message = `the aliases of this file stand for more than ${MAX_ALIASED_NODES} nodes`;
    if (!this.complaints.some(({ code }) => code === 'too-many-aliases')) {
      this.complain(alias, 'too-many-aliases', message, 'use networks and services instead');
    }
    return { value: null, size: 1 };
  }

  private refuseTag(node: unknown): void {
    this.complain(node, 'yaml-tag', 'YAML tags are not used here', 'remove the word that begins with !');
  }

  /** Complains of a key. */
  private refused(node: unknown, code: ProblemCode, message: string, hint: string): null {
    this.complain(node, code, message, hint);
    return null;
  }

  private quoted(text: string, instead: string): string {
    return this.quotesValues ? quote(text) : instead;
  }

  private complain(node: unknown, code: ProblemCode, message: string, hint: string): void {
    this.complaints.push({ offset: startOf(node), code, message, hint });
  }
}

/** Keys of rules that take a list as well. */
const LISTED_KEYS: ReadonlySet<string> = new Set(['from', 'to', 'ports', 'services']);

/** As it is written, of a text or number, or of those in a list; none for what is more than that. */
function shortTexts(node: unknown): string[] {
  const members: unknown[] = isSeq(node) ? node.items : [node];
  const texts = members.map((each) => (isScalar(each) ? (each.source ?? '') : ''));
  return texts.every((text) => /^[\w.:/-]{1,64}$/.test(text)) ? texts : [];
}

/** The decimal digits that an odd whole number most likely stands for: those of `0443` are meant as they are. */
function plainDigits(value: number, source: string): string | null {
  if (/^[+-]?0*\d+$/.test(source)) return source.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
  return Number.isSafeInteger(value) && !source.includes('.') ? String(value) : null;
}

/** In `[2001:db8::]` YAML sees the key `2001:db8:` without a value. The address; null if it is not that. */
function addressTakenForKey(map: YAMLMap): string | null {
  const [pair, ...others] = map.items;
  if (map.flow !== true || pair === undefined || others.length > 0) return null;
  if (!isScalar(pair.key) || typeof pair.key.value !== 'string') return null;
  const hasValue = pair.value !== null && !(isScalar(pair.value) && pair.value.source === '');
  const text = `${pair.key.value}:`;
  return !hasValue && /^[0-9a-f:]*::$/i.test(text) ? text : null;
}
