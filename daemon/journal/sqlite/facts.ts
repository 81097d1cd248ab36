// Facts, approvals and what waits for them, in their tables. Nothing is written where nothing differs: a group that
// stays as its policy says costs no write.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import {
  waitingSince,
  type ApprovedEnd,
  type GrantedApproval,
  type PastApproval,
  type WaitingGroup,
  type PlanThatWaits,
} from '../approvals.ts';
import { changedFacts, factText, parseFact } from '../fact-text.ts';
import type { GroupAttribution, KnownAttribution } from '../attribution.ts';
import { NO_GROUP_FACTS, type GroupFacts } from '../facts.ts';
import type { HistoryQuery } from '../journal.ts';
import type { Connection } from './connection.ts';
import type { SqlValue } from '../rows.ts';
import type { KnownPolicies } from '../known-policies.ts';
import { GROUP_FIELDS, scopeOf } from '../rows.ts';

type NamedBodies = ReadonlyArray<{ readonly name: string; readonly body: string }>;

/** Another number after every change that another connection has made, and after none of this one. */
const STATE = 'data_version';

const IS_OF_GROUP = 'account = ? AND region = ? AND group_id = ?';

const partsOf = ({ account, region, id }: GroupRef): SqlValue[] => [account, region, id];

/** The facts of groups; and the policies in force that were read or written, as objects. */
interface FactsOfGroups {
  readonly db: Connection;
  readonly policies: KnownPolicies;
}

export function readGroupFacts({ db, policies }: FactsOfGroups, group: GroupRef): GroupFacts {
  const state = db.pragma(STATE);
  const known = policies.at(group, state);
  // The policy is by far the largest of them.
  const bodies = groupBodies(db, group, known === null ? '' : "AND name <> 'inForce'");
  const text = bodies.get('inForce');
  const others = new Map([...bodies].filter(([name]) => name !== 'inForce'));
  const read = text === undefined ? null : policies.read(group, text, state);
  return { ...NO_GROUP_FACTS, ...parsedFacts(others), inForce: known ?? read };
}

/**
 * What the daemon notes need not wait for the disk: nothing is done on the strength of a fact but by a call, and its intent
 * waits, so no fact on disk is younger than a call that it is about. What a person has said does wait.
 */
export type Haste = 'waits' | 'quick';

export function writeGroupFacts(
  { db, policies }: FactsOfGroups,
  group: GroupRef,
  facts: Partial<GroupFacts>,
  haste: Haste,
): void {
  // What another process writes from here on makes the state another one than is noted.
  const state = db.pragma(STATE);
  // Whether a write that fails has failed is the journal's to say.
  if (facts.inForce !== undefined) policies.forget(group);
  const before = groupBodies(db, group);
  const changed = changedFacts(before, facts);
  writeBodies(db, group, { changed, haste });
  const text = new Map([...before, ...changed]).get('inForce');
  if (facts.inForce && text !== undefined) policies.note(group, text, { policy: facts.inForce, state });
}

interface ChangedBodies {
  readonly changed: ReadonlyArray<readonly [string, string]>;
  readonly haste: Haste;
}

function writeBodies(db: Connection, group: GroupRef, { changed, haste }: ChangedBodies): void {
  if (changed.length === 0) return;
  const write = (): void => {
    for (const [name, body] of changed) {
      db.run(
        'INSERT OR REPLACE INTO group_facts (account, region, group_id, name, body) VALUES (?, ?, ?, ?, ?)',
        ...partsOf(group),
        name,
        body,
      );
    }
  };
  if (haste === 'quick') db.quickTransaction(write);
  else db.transaction(write);
}

function groupBodies(db: Connection, group: GroupRef, but = ''): ReadonlyMap<string, string> {
  const rows = db.all(`SELECT name, body FROM group_facts WHERE ${IS_OF_GROUP} ${but}`, ...partsOf(group));
  return bodiesByName(rows as NamedBodies);
}

const bodiesByName = (rows: NamedBodies): ReadonlyMap<string, string> =>
  new Map(rows.map(({ name, body }) => [name, body]));

const parsedFacts = (bodies: ReadonlyMap<string, string>): object =>
  Object.fromEntries([...bodies].map(([name, body]) => [name, parseFact(body)]));

/** Facts that stay when their group is forgotten. */
const LASTING = "'losses', 'attribution'";

export function readAttributions(db: Connection, group: Partial<GroupRef>): readonly KnownAttribution[] {
  const { where, values } = whereOf({
    'group_id = ?': group.id,
    'account = ?': group.account,
    'region = ?': group.region,
  });
  const sql = `SELECT ${GROUP_FIELDS}, body FROM group_facts WHERE name = 'attribution' AND ${where} ORDER BY 1, 2, 3`;
  const rows = db.all(sql, ...values) as ReadonlyArray<GroupRef & { readonly body: string }>;
  return rows
    .map(({ body, ...of }) => ({ ...(parseFact(body) as GroupAttribution), group: of }))
    .filter(({ told, open }) => told.length > 0 || open !== null);
}

export function readGroupsWithFacts(db: Connection): readonly GroupRef[] {
  const sql = `SELECT DISTINCT ${GROUP_FIELDS} FROM group_facts WHERE name NOT IN (${LASTING}) ORDER BY 1, 2, 3`;
  return db.all(sql) as GroupRef[];
}

export function forgetGroup(db: Connection, group: GroupRef): void {
  db.transaction(() => {
    for (const table of [
      `group_facts WHERE name NOT IN (${LASTING}) AND`,
      'approvals WHERE',
      'waiting WHERE',
    ]) {
      db.run(`DELETE FROM ${table} ${IS_OF_GROUP}`, ...partsOf(group));
    }
  });
}

export function writeApproval(db: Connection, approval: GrantedApproval): void {
  const { group, planHash, atMs, untilMs } = approval;
  db.run(
    `INSERT OR REPLACE INTO approvals (hash, scope, account, region, group_id, body, at_ms, until_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    planHash,
    scopeOf(group),
    ...(group === null ? [null, null, null] : partsOf(group)),
    factText(approval),
    atMs,
    untilMs,
  );
}

/** The newer takes the place of the older. */
export function exchangeApproval(db: Connection, older: GrantedApproval, newer: GrantedApproval): void {
  db.transaction(() => {
    db.run('DELETE FROM approvals WHERE hash = ? AND scope = ?', older.planHash, scopeOf(older.group));
    writeApproval(db, newer);
  });
}

export function markApprovalsUsed(db: Connection, of: ApprovedEnd, nowMs: number): void {
  const [meant, values] =
    'group' in of
      ? ["scope = ? AND json_extract(body, '$.desiredHash') = ?", [scopeOf(of.group), of.desiredHash]]
      : ['hash = ?', [of.revision]];
  const unused = `${meant} AND used_at_ms IS NULL`;
  if (db.get(`SELECT seq FROM approvals WHERE ${unused}`, ...values) === undefined) return;
  db.run(`UPDATE approvals SET used_at_ms = ? WHERE ${unused}`, nowMs, ...values);
}

export function readApprovals(db: Connection, nowMs: number, group?: GroupRef): readonly GrantedApproval[] {
  const scopes = group === undefined ? [] : [scopeOf(null), scopeOf(group)];
  const where = group === undefined ? '' : 'AND scope IN (?, ?)';
  const sql = `SELECT body FROM approvals WHERE used_at_ms IS NULL AND until_ms > ? ${where} ORDER BY seq`;
  const rows = db.all(sql, nowMs, ...scopes) as ReadonlyArray<{ body: string }>;
  return rows.map(({ body }) => parseFact(body) as GrantedApproval);
}

export function readPastApprovals(
  db: Connection,
  { group, sinceMs, limit }: HistoryQuery,
): readonly PastApproval[] {
  const { where, values } = whereOf({
    'group_id = ?': group.id,
    'account = ?': group.account,
    'region = ?': group.region,
    'at_ms >= ?': sinceMs ?? undefined,
  });
  const sql = `SELECT body, used_at_ms AS usedAtMs FROM approvals WHERE ${where} ORDER BY at_ms DESC, seq DESC LIMIT ?`;
  const rows = db.all(sql, ...values, limit) as ReadonlyArray<{
    body: string;
    usedAtMs: number | null;
  }>;
  return rows.map(({ body, usedAtMs }) => ({ ...(parseFact(body) as GrantedApproval), usedAtMs })).reverse();
}

/** The conditions that have a value. */
function whereOf(conditions: Readonly<Record<string, SqlValue | undefined>>): {
  readonly where: string;
  readonly values: readonly SqlValue[];
} {
  const asked = Object.entries(conditions).flatMap(([sql, value]) =>
    value === undefined ? [] : [{ sql, value }],
  );
  return {
    where: ['TRUE', ...asked.map(({ sql }) => sql)].join(' AND '),
    values: asked.map(({ value }) => value),
  };
}

export function writeWaiting(
  db: Connection,
  group: GroupRef,
  waiting: PlanThatWaits | null,
  nowMs: number,
): void {
  const scope = scopeOf(group);
  const before = db.get('SELECT body FROM waiting WHERE scope = ?', scope) as { body: string } | undefined;
  if (waiting === null) {
    if (before !== undefined) db.run('DELETE FROM waiting WHERE scope = ?', scope);
    return;
  }
  const known = before === undefined ? null : parsedWaiting(before.body);
  const body = factText({ ...waiting, sinceMs: waitingSince(waiting, known, nowMs) });
  if (body === before?.body) return;
  db.run(
    'INSERT OR REPLACE INTO waiting (scope, account, region, group_id, body) VALUES (?, ?, ?, ?, ?)',
    scope,
    ...partsOf(group),
    body,
  );
}

export function readWaiting(db: Connection): readonly WaitingGroup[] {
  const rows = db.all(`SELECT ${GROUP_FIELDS}, body FROM waiting ORDER BY scope`) as ReadonlyArray<
    GroupRef & { readonly body: string }
  >;
  return rows.map(({ body, ...group }) => ({ ...parsedWaiting(body), group }));
}

const parsedWaiting = (body: string) => parseFact(body) as Omit<WaitingGroup, 'group'>;
