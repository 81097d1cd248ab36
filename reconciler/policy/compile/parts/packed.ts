// A plain value as one short text, in which whatever it holds several times stands once: rules of a group differ in a few
// words. Equal values whose keys stand in the same order have equal texts, so a hash of the text tells them apart.

/** A row is a text, number, boolean or null as it is, or a list: its kind, then the rows that it holds by their numbers. */
type Row = string | number | boolean | null | readonly ['n', string] | readonly ['a' | 'o', ...number[]];

interface Packed {
  /** Keys of each kind of object. */
  readonly shapes: ReadonlyArray<readonly string[]>;
  /** What a row holds stands before it; the last one is the value. */
  readonly rows: readonly Row[];
}

/** @param value of plain objects, lists, texts, numbers, booleans, bigints and null, without circles; keys without a value are left out */
export function pack(value: unknown): string {
  const packer = new Packer();
  packer.add(value);
  return JSON.stringify(packer.packed);
}

class Packer {
  readonly #shapes = new Map<string, number>();
  readonly #keys: string[][] = [];
  readonly #numbers = new Map<string, number>();
  readonly #rows: Row[] = [];

  get packed(): Packed {
    return { shapes: this.#keys, rows: this.#rows };
  }

  add(value: unknown): number {
    switch (typeof value) {
      case 'string':
        return this.#row(`s${value}`, value);
      case 'number':
        return this.#row(`i${value}`, value);
      case 'boolean':
        return this.#row(`b${value}`, value);
      case 'bigint':
        return this.#row(`n${value}`, ['n', value.toString()]);
      case 'object':
        return value === null ? this.#row('z', null) : this.#collection(value);
      default:
        throw new TypeError(`a ${typeof value} cannot be packed`);
    }
  }

  #collection(value: object): number {
    if (Array.isArray(value)) {
      const inside = value.map((each: unknown) => this.add(each));
      return this.#row(`a${inside.join()}`, ['a', ...inside]);
    }
    const keys: string[] = [];
    const inside: number[] = [];
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined) continue;
      keys.push(key);
      inside.push(this.add(each));
    }
    const shape = this.#shapeOf(keys);
    return this.#row(`o${shape}:${inside.join()}`, ['o', shape, ...inside]);
  }

  #shapeOf(keys: string[]): number {
    // A key that holds a line break is not mistaken for two.
    const text = `${keys.length}\n${keys.join('\n')}`;
    const known = this.#shapes.get(text);
    if (known !== undefined) return known;
    this.#shapes.set(text, this.#keys.length);
    return this.#keys.push(keys) - 1;
  }

  #row(text: string, row: Row): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#rows.length);
    return this.#rows.push(row) - 1;
  }
}

/** What `pack` was given. Parts that are equal are one and the same object, with `shared` also those of several texts: do not change them. */
export function unpack(text: string, shared = new SharedParts()): unknown {
  const { shapes, rows } = JSON.parse(text) as Packed;
  const blanks = blanksOf(shapes, rows);
  const values: unknown[] = [];
  for (const row of rows) {
    values.push(Array.isArray(row) ? unpackedRow(row as ListRow, values, { shapes, blanks, shared }) : row);
  }
  return values.at(-1);
}

type ListRow = Extract<Row, readonly unknown[]>;

type Blank = Record<string, unknown>;

/**
 * Of each shape as many objects with its keys as there are rows of it. What is parsed at once gets room for just so many
 * keys; an object that grows key by key, or is a copy made where objects of many shapes are copied, takes a sixth more.
 */
function blanksOf(shapes: Packed['shapes'], rows: readonly Row[]): Blank[][] {
  const counts = shapes.map(() => 0);
  for (const row of rows) {
    if (Array.isArray(row) && row[0] === 'o') counts[Number(row[1])] = (counts[Number(row[1])] ?? 0) + 1;
  }
  return shapes.map((keys, shape) => {
    const blank = `{${keys.map((key) => `${JSON.stringify(key)}:null`).join()}}`;
    return JSON.parse(
      `[${Array<string>(counts[shape] ?? 0)
        .fill(blank)
        .join()}]`,
    ) as Blank[];
  });
}

interface Unpacking extends Pick<Packed, 'shapes'> {
  /** Of each shape; each is used once. */
  readonly blanks: readonly Blank[][];
  readonly shared: SharedParts;
}

function unpackedRow(
  row: ListRow,
  values: readonly unknown[],
  { shapes, blanks, shared }: Unpacking,
): unknown {
  if (row[0] === 'n') return BigInt(row[1]);
  if (row[0] === 'a') return row.slice(1).map((at) => values[Number(at)]);
  const shape = row[1] ?? 0;
  const keys = shapes[shape] ?? [];
  const value = blanks[shape]?.pop() ?? {};
  for (let at = 0; at < keys.length; at++) value[keys[at] ?? ''] = values[Number(row[at + 2])];
  return keys[0] === KIND ? shared.of(value) : value;
}

/** Begins what is one of several kinds of value, such as ports and peers: small, and the same all over an estate. */
const KIND = 'kind';
const MOST_SHARED = 100_000;

/** Small values that several texts have in common, each held once. Begins again when they are too many. */
export class SharedParts {
  readonly #known = new Map<string, unknown>();

  of(value: Readonly<Record<string, unknown>>): unknown {
    let text = '';
    for (const key in value) {
      const each = value[key];
      if (typeof each === 'object' && each !== null) return value;
      const written = typeof each === 'string' ? JSON.stringify(each) : String(each);
      text += `${key}:${typeof each === 'bigint' ? 'n' : ''}${written},`;
    }
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_SHARED) this.#known.clear();
    this.#known.set(text, value);
    return value;
  }
}
