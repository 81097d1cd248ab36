import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemoryJournal } from '../../../../daemon/journal/memory/memory.ts';
import { MemoryStore } from '../../../../daemon/journal/memory/store.ts';
import { RETENTION } from '../../../../daemon/journal/sqlite/retention.ts';
import { openSqliteJournal } from '../../../../daemon/journal/sqlite/sqlite.ts';
import { journalContract, type JournalPlace } from './contract.ts';
import { factsContract } from './facts-contract.ts';

function memoryPlace(): JournalPlace {
  const store = new MemoryStore();
  return {
    open: (ports) => Promise.resolve(openMemoryJournal(ports, store)),
    remove: () => undefined,
  };
}

function sqlitePlace(): JournalPlace {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-journal-'));
  return {
    open: (ports) => {
      const journal = openSqliteJournal(join(folder, 'journal.db'), { ...ports, retention: RETENTION });
      return journal.ok ? Promise.resolve(journal.value) : Promise.reject(new Error(journal.error.message));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

for (const contract of [journalContract, factsContract]) {
  contract('memory', memoryPlace);
  contract('SQLite', sqlitePlace);
}
