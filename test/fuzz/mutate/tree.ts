// Changes of the structure: values that are lost, doubled, swapped, of another type, keys that are others. The input is
// read, changed and written again; one that cannot be read stays as it is.
import { parse, stringify } from 'yaml';
import { MAX_INPUT_BYTES, type Material, type Mutation } from './material.ts';
import { asBytes, changeText } from './text.ts';

type Parent = Record<string, unknown> | unknown[];

/** One place in a tree. */
interface Spot {
  readonly parent: Parent;
  readonly key: string;
}

export function changeTree(text: string, mutation: Mutation, material: Material): string {
  const root = read(Buffer.from(text, 'latin1').toString('utf8'), material);
  if (typeof root !== 'object' || root === null) return text;
  const top: unknown[] = [root];
  const spots = spotsOf(top).slice(1);
  const spot = spots[Math.floor(mutation.at * spots.length)];
  const other = spots[Math.floor(mutation.to * spots.length)];
  if (spot === undefined || other === undefined) return text;
  // A copy, so that no part ever holds itself.
  change(spot, structuredClone(valueAt(other)), mutation, material);
  return asBytes(write(top, mutation, material));
}

function read(text: string, { codec }: Material): unknown {
  try {
    return codec === 'json'
      ? (JSON.parse(text) as unknown)
      : (parse(text, { maxAliasCount: 100, logLevel: 'silent' }) as unknown);
  } catch {
    return undefined;
  }
}

function write([root]: readonly unknown[], { word }: Mutation, { codec }: Material): string {
  if (codec === 'json') return JSON.stringify(root);
  const style = word % 3;
  if (style === 0) return JSON.stringify(root, null, 1);
  return stringify(root, { aliasDuplicateObjects: style === 1, lineWidth: 0 });
}

/** All places, a parent before its children. Shared parts are copied first, so that one change is one change. */
function spotsOf(parent: Parent): Spot[] {
  const spots: Spot[] = [];
  const open: Parent[] = [parent];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    for (const key of Object.keys(next)) {
      const spot = { parent: next, key };
      spots.push(spot);
      const value = valueAt(spot);
      if (isParent(value)) {
        const own = Array.isArray(value) ? [...value] : { ...value };
        put(spot, own);
        open.push(own);
      }
    }
  }
  return spots;
}

const isParent = (value: unknown): value is Parent => typeof value === 'object' && value !== null;

const valueAt = ({ parent, key }: Spot): unknown => (parent as Record<string, unknown>)[key];

function put({ parent, key }: Spot, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}

function drop({ parent, key }: Spot): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

const ODD_VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1,
    100,
    101,
    65_536,
    1.5,
    1e21,
    Number.MAX_SAFE_INTEGER,
    '',
    ' ',
    [],
    {},
    [[]],
    [null],
    { a: 1 },
  ],
  ...['\u0000', '\u0007\u001b[2J', '\u2028', '\u202e', '\ud800', 'x'.repeat(600), '*', '-1/-1', '1/65535'],
];

function change(spot: Spot, other: unknown, mutation: Mutation, material: Material): void {
  const { way, size } = mutation;
  const value = valueAt(spot);
  const word = material.words[mutation.word % material.words.length] ?? '';
  const ways: ReadonlyArray<() => void> = [
    () => drop(spot),
    () => put(spot, other),
    () => put(spot, word),
    () => put(spot, ODD_VALUES[mutation.word % ODD_VALUES.length]),
    () => put(spot, [value]),
    () => put(spot, Array.isArray(value) ? (value as unknown[])[0] : { [word]: value }),
    () => repeat(spot, size),
    () => rename(spot, word),
    () => insert(spot, word, other),
    () => put(spot, nudged(value, mutation, material)),
    () => put(spot, nudged(value, mutation, material)),
    () => put(spot, nudged(value, mutation, material)),
  ];
  ways[way % ways.length]?.();
}

/** A text or number that is a little different. */
function nudged(value: unknown, mutation: Mutation, material: Material): unknown {
  if (typeof value === 'number') return value + (mutation.size % 5) - 2;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return value;
  const changed = changeText(asBytes(value), { ...mutation, at: mutation.to, way: mutation.size }, material);
  return Buffer.from(changed, 'latin1').toString('utf8');
}

/** No more than fits an input: what is longer is thrown away, after it has taken its time. */
function repeat({ parent, key }: Spot, wanted: number): void {
  const value = (parent as Record<string, unknown>)[key];
  const length = JSON.stringify(value).length;
  const times = Math.min(wanted, Math.floor(MAX_INPUT_BYTES / length));
  if (Array.isArray(parent)) parent.splice(Number(key), 0, ...Array.from({ length: times }, () => value));
  else for (let copy = 0; copy <= times % 100; copy += 1) put({ parent, key: `${key}${copy}` }, value);
}

function rename(spot: Spot, word: string): void {
  if (Array.isArray(spot.parent)) return;
  const value = valueAt(spot);
  drop(spot);
  put({ parent: spot.parent, key: word }, value);
}

function insert({ parent }: Spot, word: string, other: unknown): void {
  if (Array.isArray(parent)) parent.push(other);
  else put({ parent, key: word }, other);
}
