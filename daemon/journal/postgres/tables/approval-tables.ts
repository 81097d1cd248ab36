// Approvals and the plans that wait for them, in their tables.
import type { GroupRef } from '../../../../reconciler/model/group.ts';
import {
  waitingSince,
  type ApprovedEnd,
  type GrantedApproval,
  type PastApproval,
  type PlanThatWaits,
  type WaitingGroup,
} from '../../approvals.ts';
import { factText, parseFact } from '../../fact-text.ts';
import type { HistoryQuery } from '../../journal.ts';
import { GROUP_FIELDS, scopeOf } from '../../rows.ts';
import type { Statements } from '../connection.ts';
import { asked, groupParameters } from './group-tables.ts';

export async function putApproval(statements: Statements, approval: GrantedApproval): Promise<void> {
  const { group, planHash, desiredHash, atMs, untilMs } = approval;
  await statements.run(
    `INSERT INTO approvals (hash, desired_hash, scope, account, region, group_id, body, at_ms, until_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (hash, scope) DO UPDATE SET (seq, desired_hash, body, at_ms, until_ms, used_at_ms) =
       ROW (DEFAULT, EXCLUDED.desired_hash, EXCLUDED.body, EXCLUDED.at_ms, EXCLUDED.until_ms, NULL)`,
    planHash,
    desiredHash,
    scopeOf(group),
    ...(group === null ? [null, null, null] : groupParameters(group)),
    factText(approval),
    atMs,
    untilMs,
  );
}

/** In a transaction: the newer takes the place of the older. */
export async function replaceApproval(
  statements: Statements,
  older: GrantedApproval,
  newer: GrantedApproval,
): Promise<void> {
  const sql = 'DELETE FROM approvals WHERE hash = $1 AND scope = $2';
  await statements.run(sql, older.planHash, scopeOf(older.group));
  await putApproval(statements, newer);
}

export async function useUp(statements: Statements, of: ApprovedEnd, nowMs: number): Promise<void> {
  const set = 'UPDATE approvals SET used_at_ms = $1 WHERE used_at_ms IS NULL AND';
  if ('revision' in of) await statements.run(`${set} hash = $2`, nowMs, of.revision);
  else {
    const sql = `${set} scope = $2 AND desired_hash = $3`;
    await statements.run(sql, nowMs, scopeOf(of.group), of.desiredHash);
  }
}

export async function unusedApprovals(
  statements: Statements,
  nowMs: number,
  group?: GroupRef,
): Promise<readonly GrantedApproval[]> {
  const scopes = group === undefined ? [] : [[scopeOf(null), scopeOf(group)]];
  const where = group === undefined ? '' : 'AND scope = ANY ($2)';
  const sql = `SELECT body FROM approvals WHERE used_at_ms IS NULL AND until_ms > $1 ${where} ORDER BY seq`;
  const rows = (await statements.all(sql, nowMs, ...scopes)) as ReadonlyArray<{ readonly body: string }>;
  return rows.map(({ body }) => parseFact(body) as GrantedApproval);
}

export async function earlierApprovals(
  statements: Statements,
  { group, sinceMs, limit }: HistoryQuery,
): Promise<readonly PastApproval[]> {
  const { where, values } = asked({
    id: [group.id, 'group_id ='],
    account: [group.account, 'account ='],
    region: [group.region, 'region ='],
    since: [sinceMs ?? undefined, 'at_ms >='],
  });
  const rows = (await statements.all(
    `SELECT body, used_at_ms AS "usedAtMs" FROM approvals WHERE ${where}
     ORDER BY at_ms DESC, seq DESC LIMIT $${values.length + 1}`,
    ...values,
    limit,
  )) as ReadonlyArray<{ readonly body: string; readonly usedAtMs: number | null }>;
  return rows.map(({ body, usedAtMs }) => ({ ...(parseFact(body) as GrantedApproval), usedAtMs })).reverse();
}

type WaitingBody = Omit<WaitingGroup, 'group'>;

export async function waitingBody(statements: Statements, group: GroupRef): Promise<string | null> {
  const row = await statements.get('SELECT body FROM waiting WHERE scope = $1', scopeOf(group));
  return (row as { readonly body: string } | undefined)?.body ?? null;
}

/** What is to stand there instead of `before`. */
export function nextWaitingBody(
  before: string | null,
  waiting: PlanThatWaits | null,
  nowMs: number,
): string | null {
  if (waiting === null) return null;
  const known = before === null ? null : (parseFact(before) as WaitingBody);
  return factText({ ...waiting, sinceMs: waitingSince(waiting, known, nowMs) });
}

export async function putWaiting(
  statements: Statements,
  group: GroupRef,
  body: string | null,
): Promise<void> {
  const scope = scopeOf(group);
  if (body === null) await statements.run('DELETE FROM waiting WHERE scope = $1', scope);
  else {
    await statements.run(
      `INSERT INTO waiting (scope, account, region, group_id, body) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (scope) DO UPDATE SET body = EXCLUDED.body`,
      scope,
      ...groupParameters(group),
      body,
    );
  }
}

export async function waitingRows(statements: Statements): Promise<readonly WaitingGroup[]> {
  const rows = await statements.all(`SELECT ${GROUP_FIELDS}, body FROM waiting ORDER BY scope`);
  return (rows as ReadonlyArray<GroupRef & { readonly body: string }>).map(({ body, ...group }) => ({
    ...(parseFact(body) as WaitingBody),
    group,
  }));
}
