// A fact of the estate that is large: what the policies want of ten thousand groups. It is kept in parts, one row each, and a
// change writes the parts that differ. Another replica may have written it since: a version in the head tells so, and what is
// remembered of the rows counts only under that version.
import { createHash } from 'node:crypto';
import { compareText } from '../../../../reconciler/model/problem.ts';
import { factText, parseFact } from '../../fact-text.ts';
import { deflated, inflated, type PartedForm } from '../../parted-form.ts';
import type { Statements } from '../connection.ts';

interface PartedHead {
  readonly version: number;
  readonly rest: unknown;
}

/** A part as it was read or written, and which text of the row that is. */
interface KnownPart<Part> {
  readonly value: Part;
  readonly hash: string;
}

interface KnownParts<Whole, Part> {
  readonly version: number;
  readonly rest: string;
  readonly whole: Whole;
  readonly parts: ReadonlyMap<string, KnownPart<Part>>;
}

/** Of rows that are read, written or compared before others have a turn. */
const AT_A_TIME = 200;

export class EstateParts<Whole extends object, Part extends object> {
  readonly #form: PartedForm<Whole, Part>;
  #known: KnownParts<Whole, Part> | null = null;

  constructor(form: PartedForm<Whole, Part>) {
    this.#form = form;
  }

  /** In a transaction of one snapshot. The very same object until another one is written. */
  async read(statements: Statements): Promise<Whole | null> {
    const head = await this.#head(statements, false);
    if (head === null) return null;
    const rest = factText(head.rest);
    const known = this.#knownUnder(head.version);
    if (known !== null) return known.whole;
    const parts = await this.#readParts(statements);
    const values = [...parts.values()].map(({ value }) => value);
    this.#known = { version: head.version, rest, parts, whole: this.#form.join(head.rest, values) };
    return this.#known.whole;
  }

  /**
   * In a transaction; others that write wait for its end. What it resolves to is to be called when the transaction is done:
   * until then nothing of it is known to be so. Null: nothing is new.
   */
  async write(statements: Statements, whole: Whole | null): Promise<(() => void) | null> {
    const head = await this.#head(statements, true);
    if (whole === null) return head === null ? null : this.#writeNone(statements);
    const known = head === null ? null : this.#knownUnder(head.version);
    if (known?.whole === whole) return null;
    const before = known?.parts ?? (await this.#readParts(statements));
    return this.#writeSome(statements, { whole, head, before });
  }

  async #writeSome(
    statements: Statements,
    {
      whole,
      head,
      before,
    }: {
      readonly whole: Whole;
      readonly head: PartedHead | null;
      readonly before: ReadonlyMap<string, KnownPart<Part>>;
    },
  ): Promise<() => void> {
    const { parts, changed } = await this.#compared(whole, before);
    const gone = [...before.keys()].filter((part) => !parts.has(part));
    const rest = factText(this.#form.restOf(whole));
    const isSame = changed.length + gone.length === 0 && head !== null && rest === factText(head.rest);
    const version = isSame ? head.version : await newVersion(statements);
    if (!isSame) await this.#writeRows(statements, { changed, gone, version, whole });
    return () => (this.#known = { version, rest, whole, parts });
  }

  #knownUnder(version: number): KnownParts<Whole, Part> | null {
    return this.#known?.version === version ? this.#known : null;
  }

  /** Null: there is none. */
  async #head(statements: Statements, locked: boolean): Promise<PartedHead | null> {
    const { name } = this.#form;
    if (locked) {
      const none = 'INSERT INTO estate_facts (name, body) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING';
      await statements.run(none, name, factText(null));
    }
    const sql = `SELECT body FROM estate_facts WHERE name = $1${locked ? ' FOR UPDATE' : ''}`;
    const row = (await statements.get(sql, name)) as { readonly body: string } | undefined;
    return row === undefined ? null : (parseFact(row.body) as PartedHead | null);
  }

  async #writeNone(statements: Statements): Promise<() => void> {
    await statements.run('DELETE FROM estate_parts WHERE fact = $1', this.#form.name);
    await statements.run(
      'UPDATE estate_facts SET body = $2 WHERE name = $1',
      this.#form.name,
      factText(null),
    );
    return () => (this.#known = null);
  }

  async #writeRows(
    statements: Statements,
    {
      changed,
      gone,
      version,
      whole,
    }: {
      readonly changed: ReadonlyArray<readonly [part: string, text: string]>;
      readonly gone: readonly string[];
      readonly version: number;
      readonly whole: Whole;
    },
  ): Promise<void> {
    const { name, restOf } = this.#form;
    for (let at = 0; at < changed.length; at += AT_A_TIME) {
      const some = changed.slice(at, at + AT_A_TIME);
      await statements.run(
        `INSERT INTO estate_parts (fact, part, body) SELECT $1, part, body
           FROM unnest($2::text[], $3::text[]) AS changed (part, body)
         ON CONFLICT (fact, part) DO UPDATE SET body = EXCLUDED.body`,
        name,
        some.map(([part]) => part),
        some.map(([, text]) => deflated(text)),
      );
    }
    if (gone.length > 0)
      await statements.run('DELETE FROM estate_parts WHERE fact = $1 AND part = ANY ($2)', name, gone);
    const head: PartedHead = { version, rest: restOf(whole) };
    await statements.run('UPDATE estate_facts SET body = $2 WHERE name = $1', name, factText(head));
  }

  /** An object that is the very one of before is not looked into. */
  async #compared(whole: Whole, before: ReadonlyMap<string, KnownPart<Part>>) {
    const parts = new Map<string, KnownPart<Part>>();
    const changed: Array<readonly [part: string, text: string]> = [];
    let looked = 0;
    for (const [part, value] of this.#form.partsOf(whole)) {
      const known = before.get(part);
      if (known?.value === value) {
        parts.set(part, known);
        continue;
      }
      const text = factText(value);
      const hash = textHash(text);
      parts.set(part, { value, hash });
      if (known?.hash !== hash) changed.push([part, text]);
      looked += 1;
      if (looked % AT_A_TIME === 0) await laterTurn();
    }
    return { parts, changed };
  }

  async #readParts(statements: Statements): Promise<ReadonlyMap<string, KnownPart<Part>>> {
    const sql = `SELECT part, body FROM estate_parts WHERE fact = $1 AND part > $2 ORDER BY part LIMIT ${AT_A_TIME}`;
    const parts: Array<readonly [string, KnownPart<Part>]> = [];
    for (let last = ''; ;) {
      const rows = (await statements.all(sql, this.#form.name, last)) as ReadonlyArray<{
        readonly part: string;
        readonly body: string;
      }>;
      for (const { part, body } of rows) {
        const text = inflated(body);
        parts.push([part, { value: parseFact(text) as Part, hash: textHash(text) }]);
      }
      last = rows.at(-1)?.part ?? '';
      if (rows.length < AT_A_TIME) return new Map(parts.sort(([a], [b]) => compareText(a, b)));
    }
  }
}

/** The number of the transaction: no other writes under the same one. */
async function newVersion(statements: Statements): Promise<number> {
  const row = await statements.get('SELECT txid_current() AS version');
  return (row as { readonly version: number }).version;
}

const textHash = (text: string): string => createHash('sha256').update(text).digest('base64');

const laterTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
