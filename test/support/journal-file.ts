// What a journal file holds, read from a copy: the file is left as the process that was killed left it.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';

export interface JournalTokens {
  /** Of intents without an outcome. */
  readonly open: ReadonlySet<string>;
  readonly closed: ReadonlySet<string>;
}

/** The ClientTokens that the journal knows; none if there is no journal yet. */
export function readJournalTokens(file: string): JournalTokens {
  if (!existsSync(file)) return { open: new Set(), closed: new Set() };
  const folder = mkdtempSync(path.join(tmpdir(), 'rampart-journal-copy-'));
  try {
    const copy = path.join(folder, 'journal.db');
    for (const suffix of ['', '-wal']) {
      if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
    }
    const db = new DatabaseSync(copy);
    const tokens = (table: 'intents' | 'history') =>
      new Set(
        (db.prepare(`SELECT client_token AS token FROM ${table}`).all() as Array<{ token: string }>).map(
          ({ token }) => token,
        ),
      );
    const found = { open: tokens('intents'), closed: tokens('history') };
    db.close();
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
