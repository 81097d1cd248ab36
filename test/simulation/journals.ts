// Journals that survive the death of the process, as a file does. In memory, what survives is the store; on SQLite
// it is the database file and its log as they stand at the moment of death, copied under the feet of the old
// connection, which is what the next process would find.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Intent, Journal, Pause } from '../../daemon/journal/journal.ts';
import {
  emptyStore,
  openMemoryJournal,
  type JournalPorts,
  type MemoryStore,
} from '../../daemon/journal/memory/memory.ts';
import { RETENTION, type Retention } from '../../daemon/journal/sqlite/retention.ts';
import { openSqliteJournal } from '../../daemon/journal/sqlite/sqlite.ts';

export interface JournalHost {
  /** For the next process. */
  open(): Journal;
  /** The process is gone; what was durable stays. */
  crash(): void;
  /** What a crash at this moment would leave open. */
  openIntents(): readonly Intent[];
  /** As `rampart pause` does beside a running daemon; without one, nothing happens. */
  pause(pause: Pause): void;
  resumeAll(): void;
  pauses(nowMs: number): readonly Pause[];
  /** What it holds by now: bytes on disk (0 in memory), and intents that are open or in the history. */
  size(): { readonly bytes: number; readonly rows: number };
  dispose(): void;
}

/** `store` is what a crash leaves behind. */
export function memoryHost(ports: JournalPorts, store: MemoryStore = emptyStore()): JournalHost {
  let journal: Journal | null = null;
  return {
    open: () => (journal = openMemoryJournal(ports, store)),
    crash: () => undefined,
    ...pausesOf(() => journal),
    openIntents: () => [...store.open.values()],
    size: () => ({ bytes: 0, rows: rowsOf(journal) }),
    dispose: () => undefined,
  };
}

type Pausing = Pick<JournalHost, 'pause' | 'resumeAll' | 'pauses'>;

function pausesOf(journal: () => Journal | null): Pausing {
  return {
    pause: (pause) => journal()?.pause(pause),
    resumeAll: () => {
      for (const { group } of journal()?.pauses(-Infinity) ?? []) journal()?.resume(group);
    },
    pauses: (nowMs) => journal()?.pauses(nowMs) ?? [],
  };
}

function rowsOf(journal: Journal | null): number {
  if (journal === null) return 0;
  const everything = { groupId: null, sinceMs: null, limit: 1_000_000 };
  return journal.openIntents().length + journal.history(everything).length;
}

const PARTS = ['', '-wal'];

export function sqliteHost(ports: JournalPorts, retention: Retention = RETENTION): JournalHost {
  const folder = mkdtempSync(path.join(tmpdir(), 'rampart-simulation-'));
  let opening = 0;
  let journal: Journal | null = null;
  const fileOf = (number: number) => path.join(folder, String(number), 'journal.db');
  return {
    open: () => {
      mkdirSync(path.dirname(fileOf(opening)), { recursive: true });
      const opened = openSqliteJournal(fileOf(opening), { ...ports, retention });
      if (!opened.ok) throw new Error(`${opened.error.trouble}: ${opened.error.message}`);
      const { value } = opened;
      const close = () => {
        value.close();
        journal = null;
      };
      return (journal = { ...value, close });
    },
    crash: () => {
      mkdirSync(path.dirname(fileOf(opening + 1)));
      for (const part of PARTS) {
        const file = fileOf(opening) + part;
        if (existsSync(file)) copyFileSync(file, fileOf(opening + 1) + part);
      }
      journal?.close();
      rmSync(path.dirname(fileOf(opening)), { recursive: true, force: true });
      opening += 1;
    },
    openIntents: () => journal?.openIntents() ?? [],
    ...pausesOf(() => journal),
    size: () => ({
      bytes: PARTS.map(
        (part) => statSync(fileOf(opening) + part, { throwIfNoEntry: false })?.size ?? 0,
      ).reduce((sum, size) => sum + size, 0),
      rows: rowsOf(journal),
    }),
    dispose: () => {
      journal?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
