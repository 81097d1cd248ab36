// Facts of groups in their table, for both who writes to the groups and who works at the desk. Nothing is written where
// nothing differs: a group that stays as its policy says costs no write.
import type { GroupRef } from '../../../../reconciler/model/group.ts';
import type { GroupAttribution, KnownAttribution } from '../../attribution.ts';
import { parseFact } from '../../fact-text.ts';
import { NO_GROUP_FACTS, type GroupFacts } from '../../facts.ts';
import type { KnownPolicies } from '../../known-policies.ts';
import { GROUP_FIELDS } from '../../rows.ts';
import type { Parameter, Statements } from '../connection.ts';

/** A condition for the three parts of a group, from this parameter on. */
export const isOfGroup = (first: number): string =>
  `account = $${first} AND region = $${first + 1} AND group_id = $${first + 2}`;

export const groupParameters = ({ account, region, id }: GroupRef): readonly string[] => [
  account,
  region,
  id,
];

interface NamedText {
  readonly name: string;
  readonly body: string;
}

export const textsByName = (rows: readonly unknown[]): ReadonlyMap<string, string> =>
  new Map((rows as readonly NamedText[]).map(({ name, body }) => [name, body]));

/** As they stand in the rows. */
export async function groupTexts(
  statements: Statements,
  group: GroupRef,
): Promise<ReadonlyMap<string, string>> {
  const sql = `SELECT name, body FROM group_facts WHERE ${isOfGroup(1)}`;
  return textsByName(await statements.all(sql, ...groupParameters(group)));
}

export function factsFromTexts(
  texts: ReadonlyMap<string, string>,
  group: GroupRef,
  policies: KnownPolicies,
): GroupFacts {
  const inForce = texts.get('inForce');
  const others = [...texts].filter(([name]) => name !== 'inForce');
  return {
    ...NO_GROUP_FACTS,
    ...Object.fromEntries(others.map(([name, text]) => [name, parseFact(text)])),
    inForce: inForce === undefined ? null : policies.read(group, inForce),
  };
}

export async function putGroupTexts(
  statements: Statements,
  group: GroupRef,
  changed: ReadonlyArray<readonly [name: string, text: string]>,
): Promise<void> {
  await statements.run(
    `INSERT INTO group_facts (account, region, group_id, name, body)
       SELECT $1, $2, $3, name, body FROM unnest($4::text[], $5::text[]) AS fact (name, body)
     ON CONFLICT (account, region, group_id, name) DO UPDATE SET body = EXCLUDED.body`,
    ...groupParameters(group),
    changed.map(([name]) => name),
    changed.map(([, text]) => text),
  );
}

/** Facts that stay when their group is forgotten. */
const STAYING = "'losses', 'attribution'";

export async function attributionRows(
  statements: Statements,
  group: Partial<GroupRef>,
): Promise<readonly KnownAttribution[]> {
  const { where, values } = asked({
    account: [group.account, 'account ='],
    region: [group.region, 'region ='],
    id: [group.id, 'group_id ='],
  });
  const sql = `SELECT ${GROUP_FIELDS}, body FROM group_facts WHERE name = 'attribution' AND ${where} ORDER BY 1, 2, 3`;
  const rows = (await statements.all(sql, ...values)) as ReadonlyArray<GroupRef & { readonly body: string }>;
  return rows
    .map(({ body, ...of }) => ({ ...(parseFact(body) as GroupAttribution), group: of }))
    .filter(({ told, open }) => told.length > 0 || open !== null);
}

export async function knownGroups(statements: Statements): Promise<readonly GroupRef[]> {
  const sql = `SELECT DISTINCT ${GROUP_FIELDS} FROM group_facts WHERE name NOT IN (${STAYING}) ORDER BY 1, 2, 3`;
  return (await statements.all(sql)) as GroupRef[];
}

/** In a transaction. */
export async function dropGroup(statements: Statements, group: GroupRef): Promise<void> {
  const tables = [`group_facts WHERE name NOT IN (${STAYING}) AND`, 'approvals WHERE', 'waiting WHERE'];
  for (const table of tables) {
    await statements.run(`DELETE FROM ${table} ${isOfGroup(1)}`, ...groupParameters(group));
  }
}

/** The conditions that have a value, with their parameters from `$1` on. */
export function asked(
  conditions: Readonly<Record<string, readonly [value: Parameter | undefined, condition: string]>>,
): { readonly where: string; readonly values: readonly Parameter[] } {
  const given = Object.values(conditions).flatMap(([value, condition]) =>
    value === undefined ? [] : [{ value, condition }],
  );
  return {
    where: ['TRUE', ...given.map(({ condition }, at) => `${condition} $${at + 1}`)].join(' AND '),
    values: given.map(({ value }) => value),
  };
}
