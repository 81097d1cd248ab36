import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { RETENTION } from '../../../../daemon/journal/sqlite/retention.ts';
import { openSqliteJournal } from '../../../../daemon/journal/sqlite/sqlite.ts';
import { journalContract } from './contract.ts';

journalContract('memory', () => {
  const store = new MemoryStore();
  return {
    open: (ports) => Promise.resolve(openMemoryJournal(ports, store)),
    remove: () => undefined,
  };
});

journalContract('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-journal-'));
  return {
    open: (ports) => {
      const journal = openSqliteJournal(join(folder, 'journal.db'), { ...ports, retention: RETENTION });
      return journal.ok ? Promise.resolve(journal.value) : Promise.reject(new Error(journal.error.message));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
});
