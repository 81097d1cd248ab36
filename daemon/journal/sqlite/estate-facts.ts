// The facts of the estate in their tables: small ones in a row each, the policies in force in parts.
import type { DesiredGroup, DesiredState } from '../../../reconciler/model/group.ts';
import { changedFacts, parseFact } from '../fact-text.ts';
import { NO_ESTATE_FACTS, type EstateFacts, type KnownPolicyFile, type KnownPolicyFiles } from '../facts.ts';
import { withTroubleLater } from '../trouble.ts';
import type { Connection } from './connection.ts';
import { DESIRED_IN_PARTS, FILES_IN_PARTS, type SmallFacts } from '../parted-form.ts';
import { PartedFact } from './parted-fact.ts';

export class EstateTables {
  readonly #db: Connection;
  readonly #desired: PartedFact<DesiredState, DesiredGroup>;
  readonly #policyFiles: PartedFact<KnownPolicyFiles, KnownPolicyFile>;

  /** Whoever keeps one takes the policies in force from memory: no other may write them. */
  constructor(db: Connection) {
    this.#db = db;
    this.#desired = new PartedFact(db, DESIRED_IN_PARTS);
    this.#policyFiles = new PartedFact(db, FILES_IN_PARTS);
  }

  read(): Promise<EstateFacts> {
    return withTroubleLater(async () => ({
      ...readSmallFacts(this.#db),
      desired: await this.#desired.read(),
      policyFiles: await this.#policyFiles.read(),
    }));
  }

  /** All of it, or nothing. */
  write({ desired, policyFiles, ...small }: Partial<EstateFacts>): Promise<void> {
    return withTroubleLater(async () => {
      const staged = [
        desired === undefined ? null : await this.#desired.stage(desired),
        policyFiles === undefined ? null : await this.#policyFiles.stage(policyFiles),
      ].filter((each) => each !== null);
      const changed = changedFacts(smallBodies(this.#db), small);
      if (staged.length + changed.length === 0) return;
      this.#db.transaction(() => {
        for (const { count } of staged) count();
        for (const [name, body] of changed) putFact(this.#db, name, body);
      });
      for (const { done } of staged) done();
    });
  }
}

export function writeSmallFacts(db: Connection, facts: Partial<SmallFacts>): void {
  const changed = changedFacts(smallBodies(db), facts);
  if (changed.length === 0) return;
  db.transaction(() => {
    for (const [name, body] of changed) putFact(db, name, body);
  });
}

export function readEndedFreezes(db: Connection): EstateFacts['endedFreezes'] {
  const body = smallBodies(db).get('endedFreezes');
  return body === undefined ? [] : (parseFact(body) as EstateFacts['endedFreezes']);
}

function readSmallFacts(db: Connection): SmallFacts {
  const facts = [...smallBodies(db)].map(([name, body]) => [name, parseFact(body)]);
  return { ...NO_ESTATE_FACTS, ...(Object.fromEntries(facts) as Partial<SmallFacts>) };
}

const putFact = (db: Connection, name: string, body: string): number =>
  db.run('INSERT OR REPLACE INTO estate_facts (name, body) VALUES (?, ?)', name, body);

function smallBodies(db: Connection): ReadonlyMap<string, string> {
  const sql = 'SELECT name, body FROM estate_facts WHERE name NOT IN (?, ?)';
  const rows = db.all(sql, DESIRED_IN_PARTS.name, FILES_IN_PARTS.name) as ReadonlyArray<{
    readonly name: string;
    readonly body: string;
  }>;
  return new Map(rows.map(({ name, body }) => [name, body]));
}
