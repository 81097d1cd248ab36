// The facts of the estate in their tables: small ones in a row each, the policies in force in parts. Several replicas write
// them, each where they differ.
import type { DesiredGroup, DesiredState } from '../../../../reconciler/model/group.ts';
import { changedFacts, parseFact } from '../../fact-text.ts';
import {
  NO_ESTATE_FACTS,
  type EstateFacts,
  type KnownPolicyFile,
  type KnownPolicyFiles,
} from '../../facts.ts';
import { DESIRED_IN_PARTS, FILES_IN_PARTS, type SmallFacts } from '../../parted-form.ts';
import type { Connections, Statements } from '../connection.ts';
import { EstateParts } from './estate-parts.ts';
import { textsByName } from './group-tables.ts';

export class PostgresEstate {
  readonly #connections: Connections;
  readonly #desired = new EstateParts<DesiredState, DesiredGroup>(DESIRED_IN_PARTS);
  readonly #policyFiles = new EstateParts<KnownPolicyFiles, KnownPolicyFile>(FILES_IN_PARTS);

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  read(): Promise<EstateFacts> {
    return this.#connections.transaction(async (statements) => {
      await statements.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      return {
        ...smallFactsOf(await smallTexts(statements)),
        desired: await this.#desired.read(statements),
        policyFiles: await this.#policyFiles.read(statements),
      };
    });
  }

  /** All of it, or nothing. */
  async write(facts: Partial<EstateFacts>): Promise<void> {
    const done = await this.#connections.transaction((statements) => this.writeWith(statements, facts));
    done();
  }

  /** In a transaction. What it resolves to is to be called when that is done. */
  async writeWith(
    statements: Statements,
    { desired, policyFiles, ...small }: Partial<EstateFacts>,
  ): Promise<() => void> {
    const written = [
      desired === undefined ? null : await this.#desired.write(statements, desired),
      policyFiles === undefined ? null : await this.#policyFiles.write(statements, policyFiles),
    ];
    await putSmallFacts(statements, small);
    return () => {
      for (const note of written) note?.();
    };
  }
}

/** In a transaction. */
export async function putSmallFacts(statements: Statements, facts: Partial<SmallFacts>): Promise<void> {
  const changed = changedFacts(await smallTexts(statements), facts);
  if (changed.length === 0) return;
  await statements.run(
    `INSERT INTO estate_facts (name, body)
       SELECT name, body FROM unnest($1::text[], $2::text[]) AS fact (name, body) ORDER BY name
     ON CONFLICT (name) DO UPDATE SET body = EXCLUDED.body`,
    changed.map(([name]) => name),
    changed.map(([, text]) => text),
  );
}

export async function endedFreezesIn(statements: Statements): Promise<EstateFacts['endedFreezes']> {
  return smallFactsOf(await smallTexts(statements, 'endedFreezes')).endedFreezes;
}

const smallFactsOf = (texts: ReadonlyMap<string, string>): SmallFacts => ({
  ...NO_ESTATE_FACTS,
  ...(Object.fromEntries([...texts].map(([name, text]) => [name, parseFact(text)])) as Partial<SmallFacts>),
});

async function smallTexts(statements: Statements, name?: string): Promise<ReadonlyMap<string, string>> {
  const rows =
    name === undefined
      ? statements.all('SELECT name, body FROM estate_facts WHERE name <> ALL ($1)', [
          DESIRED_IN_PARTS.name,
          FILES_IN_PARTS.name,
        ])
      : statements.all('SELECT name, body FROM estate_facts WHERE name = $1', name);
  return textsByName(await rows);
}
