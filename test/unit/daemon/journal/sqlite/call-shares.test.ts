// The file beside the journal: what it keeps over a restart, and what becomes of one that is damaged.
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqliteShares } from '../../../../../daemon/journal/sqlite/call-shares.ts';
import type { ShareRequest, ShareStore } from '../../../../../daemon/shares/share-store.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';
import { shareContract } from '../share-contract.ts';

const opened = (journal: string): ShareStore => {
  const store = openSqliteShares(journal);
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
};

const REQUEST: ShareRequest = {
  holder: 'a',
  serial: 1,
  ratePerMinute: 100,
  reserve: 0,
  calls: { before: 0, agesMs: [], sentMs: 0 },
  keep: 0,
  want: 40,
  urgent: 0,
  isLast: false,
};

describe('shares in a file', () => {
  shareContract(async () => {
    const journal = path.join(await tempFolder(), 'journal.db');
    return { store: opened(journal), another: () => Promise.resolve(opened(journal)) };
  });

  it('are there for the next process, and for our user alone', async () => {
    const journal = path.join(await tempFolder(), 'journal.db');
    const store = opened(journal);
    await store.serve('lane', REQUEST);
    await store.close();
    expect(statSync(`${journal}.calls`).mode & 0o777).toBe(0o600);
    const answer = await opened(journal).serve('lane', { ...REQUEST, holder: 'b', want: 100 });
    expect(answer).toMatchObject({ share: 60, holders: 2 });
  });

  it('begin again where the file is damaged', async () => {
    const journal = path.join(await tempFolder(), 'journal.db');
    writeFileSync(
      `${journal}.calls`,
      'no database at all, but text that is long enough to be one of SQLite'.repeat(9),
    );
    expect(await opened(journal).serve('lane', REQUEST)).toMatchObject({ share: 40 });
  });
});
