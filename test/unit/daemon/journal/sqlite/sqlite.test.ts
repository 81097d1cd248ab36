// What a file can suffer: a second daemon, a kill, damage, a wrong file, a full disk.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalError, type IntentDraft, type Journal } from '../../../../../daemon/journal/journal.ts';
import { RETENTION, type Retention } from '../../../../../daemon/journal/sqlite/retention.ts';
import { openSqliteDesk } from '../../../../../daemon/journal/sqlite/sqlite-desk.ts';
import type { GroupPlan } from '../../../../../reconciler/plan/plan.ts';
import { onlyWith, UNPRIVILEGED } from '../../../../support/optional-tool.ts';
import { groupOf, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { openSqliteJournal } from '../../../../../daemon/journal/sqlite/sqlite.ts';

let folder: string;
let path: string;
let nowMs: number;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-journal-'));
  path = join(folder, 'state', 'journal.db');
  nowMs = 1_000_000_000_000;
  children = [];
});
afterEach(async () => {
  for (const child of children.filter(
    ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
  )) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
});

let dice = 0;
const PORTS = {
  clock: { nowMs: () => nowMs },
  randomByte: () => (dice = (dice * 73 + 41) % 256),
  retention: RETENTION,
};
const open = (retention: Retention = RETENTION) => openSqliteJournal(path, { ...PORTS, retention });

function mustOpen(retention?: Retention): Journal {
  const journal = open(retention);
  if (!journal.ok) throw new Error(journal.error.message);
  return journal.value;
}

/** How often the journal was opened, as its file says. */
function epoch(): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare('SELECT epoch FROM meta').get() as { epoch: number };
  db.close();
  return row.epoch;
}

function failure() {
  const journal = open();
  if (journal.ok) throw new Error('the journal opened');
  return journal.error;
}

const DRAFT: IntentDraft = {
  group: { account: 'default', region: 'cn-hangzhou', id: 'sg-1' },
  revision: 'abc',
  planHash: 'f00',
  reconcileId: 'r1',
  step: 1,
  operation: 'AuthorizeSecurityGroup',
  params: { RegionId: 'cn-hangzhou', Padding: 'x'.repeat(500) },
  effect: { adds: [], removes: [] },
};

async function closeOne(journal: Journal): Promise<void> {
  const { clientToken } = await journal.openIntent(DRAFT);
  await journal.closeIntent(clientToken, { result: 'applied', requestId: 'R', code: null });
}

const DAY_MS = 24 * 3_600_000;
const planOf = (hash: string): GroupPlan => ({ ...planFor(policyOf([]), groupOf([])), hash });

/** Starts a process on the journal; `lines` are what it says. */
function start(mode: 'hold' | 'write', options: { uid?: number } = {}) {
  const program = resolve('test/support/journal-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, path, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => void lines.push(line));
  return { child, reader, lines };
}

describe('two processes', () => {
  it('refuses a second daemon, names the first, and lets the desk in', async () => {
    const other = start('hold');
    await once(other.reader, 'line');
    expect(failure()).toMatchObject({
      trouble: 'locked',
      message: expect.stringContaining(`process ${other.child.pid} on`) as string,
      advice: expect.stringContaining('stop the other process') as string,
    });
    const desk = openSqliteDesk(path);
    if (!desk.ok) throw new Error(desk.error.message);
    await desk.value.pause({ group: null, reason: 'freeze', pausedAtMs: nowMs, untilMs: nowMs + 1000 });
    await desk.value.close();

    other.child.kill('SIGKILL');
    await once(other.child, 'exit');
    const journal = mustOpen();
    expect(epoch()).toBe(2);
    expect(await journal.pauses(nowMs)).toHaveLength(1);
    await journal.close();
  });

  it('refuses a second journal on the same file within one process', async () => {
    const journal = mustOpen();
    expect(failure().trouble).toBe('locked');
    await journal.close();
    await journal.close();
    await mustOpen().close();
  });

  it('refuses a second journal that comes by another name', async () => {
    const journal = mustOpen();
    const link = join(folder, 'link.db');
    symlinkSync(path, link);
    const other = openSqliteJournal(link, PORTS);
    expect(other).toMatchObject({ ok: false, error: { trouble: 'locked' } });
    await journal.close();
  });

  it.each([
    ['its lock was removed', () => rmSync(`${path}.lock`)],
    [
      'another process has opened it past the lock',
      () => {
        const db = new DatabaseSync(path);
        db.exec('UPDATE meta SET epoch = epoch + 1');
        db.close();
      },
    ],
  ])('gives out no token any more once %s', async (_, happen) => {
    const journal = mustOpen();
    await closeOne(journal);
    happen();
    await expect(journal.openIntent(DRAFT)).rejects.toThrow(JournalError);
    await journal.close();
  });

  it('begins again only where nothing tells of an earlier one', async () => {
    await mustOpen().close();
    rmSync(path);
    expect(failure().advice).toContain('.lock');
    rmSync(`${path}.lock`);
    const journal = mustOpen();
    expect(epoch()).toBe(1);
    await journal.close();
  });

  it('keeps every intent that was acknowledged before a kill', async () => {
    const acknowledged: string[] = [];
    for (const count of [3, 40, 100]) {
      const other = start('write');
      while (other.lines.length <= count) await once(other.reader, 'line');
      other.child.kill('SIGKILL');
      await once(other.child, 'exit');
      acknowledged.push(...other.lines.slice(1));
    }
    const journal = mustOpen();
    const known = [
      ...(await journal.openIntents(DRAFT.group)),
      ...(await journal.history({ group: {}, sinceMs: null, limit: 1e6 })),
    ];
    const tokens = new Set(known.map(({ clientToken }) => clientToken));
    expect(acknowledged.filter((token) => !tokens.has(token))).toEqual([]);
    expect(epoch()).toBe(4);
    await journal.close();
  });
});

describe('a file that cannot be trusted is refused and left as it is', () => {
  const overwrite = (file: string, at: number, text: string) => {
    writeSync(openSync(file, 'r+'), text, at);
  };
  it.each([
    {
      name: 'a text file',
      trouble: 'foreign',
      harm: () => writeFileSync(path, 'version: 1\ngroups: []\n'.repeat(50)),
    },
    { name: 'an empty file', trouble: 'corrupt', harm: () => truncateSync(path, 0) },
    { name: 'a file cut short', trouble: 'corrupt', harm: () => truncateSync(path, statSync(path).size / 2) },
    { name: 'a damaged page', trouble: 'corrupt', harm: () => overwrite(path, 4096, '\xff'.repeat(2000)) },
    { name: 'a missing file where there was one', trouble: 'missing', harm: () => rmSync(path) },
    {
      name: 'a log without its journal',
      trouble: 'corrupt',
      harm: () => {
        for (const file of [path, `${path}.lock`]) rmSync(file);
        writeFileSync(`${path}-wal`, 'left over');
      },
    },
    {
      name: 'the database of another program',
      trouble: 'foreign',
      harm: () => {
        rmSync(path);
        const db = new DatabaseSync(path);
        db.exec('CREATE TABLE bookmarks (url TEXT)');
        db.close();
      },
    },
    {
      name: 'a journal of a newer Rampart',
      trouble: 'foreign',
      harm: () => {
        const db = new DatabaseSync(path);
        db.exec('PRAGMA user_version = 999');
        db.close();
      },
    },
  ])('refuses $name as $trouble', async ({ trouble, harm }) => {
    const journal = mustOpen();
    for (let i = 0; i < 8; i += 1) await closeOne(journal);
    await journal.close();
    harm();
    const before = existsSync(path) ? readFileSync(path) : null;
    const found = failure();
    expect(found.trouble).toBe(trouble);
    expect(found.message).toContain(path);
    expect(found.advice).not.toBe('');
    expect(existsSync(path) ? readFileSync(path) : null).toEqual(before);
    expect(failure().trouble).toBe(trouble); // the lock was released
  });
});

describe('the file', () => {
  it('is for its owner only, and whole from the start', async () => {
    await mustOpen().close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('is made again after a kill in the middle of making it', async () => {
    mkdirSync(dirname(path));
    writeFileSync(`${path}.lock`, '');
    writeFileSync(`${path}.new`, 'half a journal');
    const journal = mustOpen();
    expect(epoch()).toBe(1);
    await journal.close();
  });

  it('gives other tokens after it was put back from a backup', async () => {
    await mustOpen().close();
    copyFileSync(path, join(folder, 'backup'));
    const first = mustOpen();
    const before = await first.openIntent(DRAFT);
    const epochBefore = epoch();
    await first.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    copyFileSync(join(folder, 'backup'), path);
    const second = mustOpen();
    expect(epoch()).toBe(epochBefore);
    expect((await second.openIntent(DRAFT)).clientToken).not.toBe(before.clientToken);
    await second.close();
  });

  it('that is not there is not made by the desk', () => {
    expect(openSqliteDesk(path)).toMatchObject({ ok: false, error: { trouble: 'io' } });
    expect(existsSync(path)).toBe(false);
  });

  it('under a path that is a file is named as the problem', () => {
    writeFileSync(join(folder, 'state'), '');
    expect(failure()).toMatchObject({ trouble: 'io', message: expect.stringContaining(path) as string });
  });

  onlyWith('unprivileged user', it)('that may not be written is refused', async () => {
    await mustOpen().close();
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'state'), 0o555);
    for (const name of readdirSync(join(folder, 'state'))) chmodSync(join(folder, 'state', name), 0o444);
    const other = start('hold', UNPRIVILEGED);
    await once(other.child, 'exit');
    expect(other.lines).toEqual(['readOnly']);
    chmodSync(join(folder, 'state'), 0o755);
  });
});

describe('growth', () => {
  it('drops what is past its age, a little at a time', async () => {
    const journal = mustOpen({ ...RETENTION, maxAgeMs: 1000 });
    for (let i = 0; i < 100; i += 1) await closeOne(journal);
    nowMs += 2000;
    for (let i = 0; i < 100; i += 1) await closeOne(journal);
    const kept = await journal.history({ group: {}, sinceMs: null, limit: 1000 });
    expect(kept.filter(({ closedAtMs }) => closedAtMs === nowMs)).toHaveLength(100);
    expect(kept).toHaveLength(100);
    await journal.close();
  });

  it('drops a plan that is past its age, but none that was saved again', async () => {
    const journal = mustOpen({ ...RETENTION, maxAgeMs: 3 * DAY_MS });
    await journal.savePlan(planOf('old'));
    await journal.savePlan(planOf('kept'));
    nowMs += 2 * DAY_MS;
    await journal.savePlan(planOf('kept'));
    nowMs += 2 * DAY_MS;
    for (let i = 0; i < 64; i += 1) await closeOne(journal);
    expect(await journal.findPlan('old')).toBeNull();
    expect(await journal.findPlan('kept')).not.toBeNull();
    await journal.close();
  });

  it('stays near its size however much is written, and drops the oldest', async () => {
    const journal = mustOpen({ ...RETENTION, maxBytes: 160_000 });
    for (let i = 0; i < 300; i += 1) {
      nowMs += 1;
      await closeOne(journal);
    }
    const kept = await journal.history({ group: {}, sinceMs: null, limit: 1000 });
    expect(kept.length).toBeGreaterThan(50);
    expect(kept.length).toBeLessThan(200);
    expect(kept.at(-1)?.closedAtMs).toBe(nowMs);
    expect(nowMs - (kept[0]?.closedAtMs ?? 0)).toBe(kept.length - 1);
    await journal.close();
    expect(statSync(path).size).toBeLessThan(300_000);
  });

  it('fails as `full`, keeps what it has, and works again when there is room', async () => {
    const journal = mustOpen({ ...RETENTION, maxBytes: 100_000 });
    let opened = 0;
    const fill = async () => {
      for (;;) {
        await journal.openIntent(DRAFT);
        opened += 1;
      }
    };
    await expect(fill()).rejects.toThrow(JournalError);
    await expect(fill()).rejects.toMatchObject({ trouble: 'full' });
    expect(await journal.openIntents(DRAFT.group)).toHaveLength(opened);
    await journal.close();

    const larger = mustOpen();
    expect(await larger.openIntents(DRAFT.group)).toHaveLength(opened);
    await closeOne(larger);
    await larger.close();
  });
});

it('does not trust a log whose end was torn off by a crash of the machine', async () => {
  const journal = mustOpen();
  const first = await journal.openIntent(DRAFT);
  copyFileSync(path, join(folder, 'copy'));
  copyFileSync(`${path}-wal`, join(folder, 'copy-wal'));
  await journal.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  copyFileSync(join(folder, 'copy'), path);
  copyFileSync(join(folder, 'copy-wal'), `${path}-wal`);
  appendFileSync(`${path}-wal`, 'torn frame'.repeat(300));
  const after = mustOpen();
  expect(await after.openIntents(DRAFT.group)).toEqual([first]);
  await after.close();
});
