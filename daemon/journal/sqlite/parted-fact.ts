// A fact of the estate that is too large to be written as a whole each time: what the policies want of ten thousand groups.
// It is kept in parts, one row each, and a change writes the parts that are other objects than before. Rows of a new
// version are written some at a time, and count when the head names their version: half a write is no write.
import { compareText } from '../../../reconciler/model/problem.ts';
import { factText, parseFact } from '../fact-text.ts';
import { deflated, inflated, type PartedForm } from '../parted-form.ts';
import type { Connection } from './connection.ts';

/** The row in `estate_facts`. */
interface HeadRow {
  readonly version: number;
  readonly rest: unknown;
}

/** What is written and does not count yet. */
export interface Staged {
  /** Makes it count. To be called within a transaction. */
  readonly count: () => void;
  /** To be called after that transaction. */
  readonly done: () => void;
}

/** What does not count any more once this version does. */
interface Replaced {
  readonly version: number;
  /** Parts whose older rows do not. */
  readonly outdated: readonly string[];
  /** Parts that are no more. */
  readonly gone: readonly string[];
}

/** Of rows that are read or written before others have a turn. */
const SOME = 200;
/** Of parts that are made text or read from it before others have a turn: some ten milliseconds. */
const SOME_TEXTS = 10;

/** Of a part; without a body it is gone. */
type PartRow = readonly [part: string, body: string | null];

export class PartedFact<Whole extends object, Part extends object> {
  readonly #db: Connection;
  readonly #form: PartedForm<Whole, Part>;
  #version = 0;
  /** Undefined: not read yet. */
  #whole: Whole | null | undefined;
  /** As text; null: there is none, or not in this form. */
  #rest: string | null = null;
  /** As they stand in rows. */
  #parts: ReadonlyMap<string, Part> = new Map();

  constructor(db: Connection, form: PartedForm<Whole, Part>) {
    this.#db = db;
    this.#form = form;
  }

  /** The very same object until another one is written, for whoever alone writes it. */
  async read(): Promise<Whole | null> {
    if (this.#whole === undefined) this.#whole = await this.#readRows();
    return this.#whole;
  }

  /**
   * Writes what is new of it beside what counts. Null: nothing is new.
   */
  async stage(whole: Whole | null): Promise<Staged | null> {
    if (whole === (await this.read())) return null;
    const { name } = this.#form;
    const version = this.#version + 1;
    const parts = whole === null ? new Map<string, Part>() : this.#form.partsOf(whole);
    const changed = [...parts].filter(([part, value]) => this.#parts.get(part) !== value);
    const gone = [...this.#parts.keys()].filter((part) => !parts.has(part));
    const rows = [...changed, ...gone.map((part) => [part, null] as const)];
    const outdated = changed.map(([part]) => part).filter((part) => this.#parts.has(part));
    const rest = whole === null ? null : factText(this.#form.restOf(whole));
    if (rows.length === 0 && rest === this.#rest) {
      this.#whole = whole;
      return null;
    }
    this.#db.run('DELETE FROM estate_parts WHERE fact = ? AND since >= ?', name, version);
    for (let at = 0; at < rows.length; at += SOME) {
      const bodies: PartRow[] = [];
      for (const [part, value] of rows.slice(at, at + SOME)) {
        const isFirst = at === 0 && bodies.length < SOME_TEXTS;
        if (!isFirst && bodies.length % SOME_TEXTS === 0) await turnOfOthers();
        bodies.push([part, value === null ? null : deflated(factText(value))]);
      }
      this.#insert(bodies, version);
    }
    return {
      count: () => this.#count(whole, { version, outdated, gone }),
      done: () => {
        this.#parts = parts;
        this.#rest = rest;
        this.#whole = whole;
        this.#version = version;
      },
    };
  }

  #insert(rows: readonly PartRow[], version: number): void {
    const sql = 'INSERT INTO estate_parts (fact, part, since, body) VALUES (?, ?, ?, ?)';
    // What makes it count waits for the disk.
    this.#db.quickTransaction(() => {
      for (const [part, body] of rows) this.#db.run(sql, this.#form.name, part, version, body);
    });
  }

  /** Looks at no row of a part that stays: there are ten thousand of them. */
  #count(whole: Whole | null, { version, outdated, gone }: Replaced): void {
    const { name, restOf } = this.#form;
    const head: HeadRow | null = whole === null ? null : { version, rest: restOf(whole) };
    this.#db.run('INSERT OR REPLACE INTO estate_facts (name, body) VALUES (?, ?)', name, factText(head));
    const rows = 'DELETE FROM estate_parts WHERE fact = ? AND part = ?';
    for (const part of outdated) this.#db.run(`${rows} AND since < ?`, name, part, version);
    for (const part of gone) this.#db.run(rows, name, part);
  }

  async #readRows(): Promise<Whole | null> {
    const { name, join } = this.#form;
    const row = this.#db.get('SELECT body FROM estate_facts WHERE name = ?', name) as
      { readonly body: string } | undefined;
    const head = row === undefined ? null : (parseFact(row.body) as HeadRow | Whole | null);
    if (head === null) return null;
    // Of an earlier Rampart: the whole in one row.
    if (!('version' in head && 'rest' in head)) return head;
    this.#version = head.version;
    this.#rest = factText(head.rest);
    const parts = new Map<string, Part>();
    for (let last = ''; ;) {
      const rows = this.#rowsAfter(last, head.version);
      for (const [index, { part, body }] of rows.entries()) {
        if (index % SOME_TEXTS === 0) await turnOfOthers();
        if (body !== null) parts.set(part, parseFact(inflated(body)) as Part);
      }
      if (rows.length < SOME) break;
      last = rows.at(-1)?.part ?? '';
    }
    this.#parts = new Map([...parts].sort(([a], [b]) => compareText(a, b)));
    return join(head.rest, [...this.#parts.values()]);
  }

  /** The newest of each part that counts. */
  #rowsAfter(last: string, version: number) {
    const sql = `SELECT part, body, max(since) AS since FROM estate_parts
      WHERE fact = ? AND part > ? AND since <= ? GROUP BY part ORDER BY part LIMIT ${SOME}`;
    return this.#db.all(sql, this.#form.name, last, version) as ReadonlyArray<{
      readonly part: string;
      readonly body: string | null;
    }>;
  }
}

const turnOfOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
