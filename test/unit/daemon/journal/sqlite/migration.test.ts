// Journals of earlier versions, as their Ramparts wrote them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../../../daemon/journal/journal.ts';
import { RETENTION } from '../../../../../daemon/journal/sqlite/retention.ts';
import { openSqliteDesk } from '../../../../../daemon/journal/sqlite/sqlite-desk.ts';
import { openSqliteJournal } from '../../../../../daemon/journal/sqlite/sqlite.ts';
import { DRAFT, EVERYTHING } from '../contract.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-journal-'));
  path = join(folder, 'journal.db');
  const db = new DatabaseSync(path);
  db.exec(readFileSync('test/fixtures/journal/version-1.sql', 'utf8'));
  db.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const NOW_MS = Date.UTC(2026, 10, 28, 14, 30);
const GROUP = { account: 'default', region: 'cn-hangzhou', id: 'sg-1' };

function mustOpen(): Journal {
  const opened = openSqliteJournal(path, {
    clock: { nowMs: () => NOW_MS },
    randomByte: () => 7,
    retention: RETENTION,
  });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

function version(): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number };
  db.close();
  return row.user_version;
}

describe('a journal of schema version 1', () => {
  const applied = {
    group: GROUP,
    revision: 'rev-1',
    planHash: 'be431ac3275ddc4df2e3f694003f59bda12d70e35ac3c75425d152f51b988141',
    reconcileId: '1a2b3c4d',
    step: 1,
    operation: 'AuthorizeSecurityGroup',
    clientToken: 'rampart-9tkmxe78h2-1-vw5pfgsa34-1',
    result: 'applied',
    requestId: 'REQ-1',
    code: null,
    effect: null,
  };
  const open = {
    ...{ group: GROUP, revision: 'rev-1', planHash: applied.planHash, reconcileId: '1a2b3c4d', step: 2 },
    operation: 'ModifySecurityGroupRule',
    clientToken: 'rampart-9tkmxe78h2-1-vw5pfgsa34-2',
    params: {
      RegionId: 'cn-hangzhou',
      SecurityGroupId: 'sg-1',
      SecurityGroupRuleId: 'sgr-0',
      IpProtocol: 'tcp',
      PortRange: '22/22',
      SourceCidrIp: '10.1.0.0/16',
      Policy: 'accept',
      Priority: '1',
      NicType: 'intranet',
    },
    effect: null,
    openedAtMs: Date.UTC(2026, 10, 28, 14, 0, 6),
  };

  it('is brought to the newest version with all that it held', async () => {
    const journal = mustOpen();
    expect(version()).toBe(6);
    expect(await journal.openIntents(GROUP)).toEqual([open]);
    expect(await journal.history(EVERYTHING)).toMatchObject([applied]);
    expect(await journal.marks(GROUP)).toEqual({ attempted: 'rev-1', applied: null });
    expect((await journal.pauses(NOW_MS, GROUP)).map(({ reason }) => reason)).toEqual([
      'change freeze',
      'debugging',
    ]);
    expect(JSON.parse((await journal.findPlan(applied.planHash)) ?? 'null')).toHaveProperty(
      'steps.length',
      2,
    );
    await journal.close();
  });

  it('lets its open intents be closed, and takes new ones with their effects', async () => {
    const journal = mustOpen();
    await journal.closeIntent(open.clientToken, { result: 'applied', requestId: 'REQ-2', code: null });
    const fresh = await journal.openIntent(DRAFT);
    expect(await journal.openIntents(GROUP)).toEqual([fresh]);
    expect(fresh.effect).toEqual(DRAFT.effect);
    expect(
      (await journal.history(EVERYTHING)).map(({ clientToken, effect }) => [clientToken, effect]),
    ).toEqual([
      [applied.clientToken, null],
      [open.clientToken, null],
    ]);
    await journal.close();
    const again = mustOpen();
    expect(await again.openIntents(GROUP)).toEqual([fresh]);
    await again.close();
  });

  it('has taken over the groups that it managed, and no other', async () => {
    const db = new DatabaseSync(path);
    const insert = db.prepare('INSERT INTO marks (group_key, attempted, applied) VALUES (?, ?, ?)');
    insert.run('a/b/cn-hangzhou/sg-of-an-account-with-a-slash', 'r', null);
    insert.run('default/cn-hangzhou/sg-seen-converged', null, 'r');
    db.close();
    const journal = mustOpen();
    const groups = [
      { account: 'a/b', region: 'cn-hangzhou', id: 'sg-of-an-account-with-a-slash' },
      GROUP,
      { ...GROUP, id: 'sg-seen-converged' },
    ];
    expect(await journal.groupsWithFacts()).toEqual(groups);
    for (const group of groups) expect(await journal.facts(group)).toMatchObject({ takenOver: true });
    expect(await journal.facts({ ...GROUP, id: 'sg-2' })).toMatchObject({ takenOver: false });
    await journal.close();
  });

  it('is migrated by the daemon only, not by a command beside it', async () => {
    expect(openSqliteDesk(path)).toMatchObject({ ok: false, error: { trouble: 'foreign' } });
    expect(version()).toBe(1);
    await mustOpen().close();
    const desk = openSqliteDesk(path);
    if (!desk.ok) throw new Error(desk.error.message);
    expect(await desk.value.history(EVERYTHING)).toMatchObject([applied]);
    await desk.value.close();
  });
});
