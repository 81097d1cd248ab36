// Journals that survive the death of the process, as a file does. In memory, what survives is the store; on SQLite
// it is the database file and its log as they stand at the moment of death, copied under the feet of the old
// connection, which is what the next process would find. What a check asks of them it asks the store or the file, not
// the journal under test, and gets the answer at once.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GrantedApproval } from '../../daemon/journal/approvals.ts';
import type { Intent, Journal, JournalPorts, Pause } from '../../daemon/journal/journal.ts';
import { openMemoryJournal } from '../../daemon/journal/memory/memory.ts';
import { MemoryStore } from '../../daemon/journal/memory/store.ts';
import { Connection } from '../../daemon/journal/sqlite/connection.ts';
import { RETENTION, type Retention } from '../../daemon/journal/sqlite/retention.ts';
import {
  SELECT_INTENTS,
  SELECT_PAUSES,
  toIntent,
  toPause,
  type IntentRow,
  type PauseRow,
} from '../../daemon/journal/rows.ts';
import { openSqliteJournal } from '../../daemon/journal/sqlite/sqlite.ts';
import { wrappedJournal } from '../support/wrapped-journal.ts';

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
  /** As `rampart approve` does beside a running daemon, for every plan that waits; calls back for each. */
  approveWaiting(nowMs: number, onApproved: (approval: GrantedApproval) => void): void;
  /** What it holds by now: bytes on disk (0 in memory), and intents that are open or in the history. */
  size(): { readonly bytes: number; readonly rows: number };
  dispose(): void;
}

/** `store` is what a crash leaves behind. */
export function memoryHost(ports: JournalPorts, store: MemoryStore = new MemoryStore()): JournalHost {
  let journal: Journal | null = null;
  const pauses = (nowMs: number) => [...store.pauses.values()].filter(({ untilMs }) => nowMs < untilMs);
  return {
    open: () => (journal = openMemoryJournal(ports, store)),
    crash: () => undefined,
    pause: (pause) => void journal?.pause(pause),
    resumeAll: () => {
      for (const { group } of pauses(-Infinity)) void journal?.resume(group);
    },
    pauses,
    approveWaiting: (nowMs, onApproved) => {
      if (journal !== null) void approveWaiting(journal, nowMs, onApproved);
    },
    openIntents: () => [...store.open.values()],
    size: () => ({ bytes: 0, rows: store.open.size + store.closed.length }),
    dispose: () => undefined,
  };
}

/** How long a person's approval holds. */
export const APPROVAL_HOLDS_MS = 3_600_000;

async function approveWaiting(
  journal: Journal,
  nowMs: number,
  onApproved: (approval: GrantedApproval) => void,
): Promise<void> {
  for (const { group, planHash, desiredHash, losing, opening } of await journal.waiting()) {
    const by = { by: 'someone', reason: 'simulated', atMs: nowMs, untilMs: nowMs + APPROVAL_HOLDS_MS };
    const approval = { ...by, group, planHash, desiredHash, losing, opening };
    // Told first: what comes of it may be seen before the promise settles.
    onApproved(approval);
    await journal.approve(approval);
  }
}

const PARTS = ['', '-wal'];

export function sqliteHost(ports: JournalPorts, retention: Retention = RETENTION): JournalHost {
  return new SqliteHost(ports, retention);
}

class SqliteHost implements JournalHost {
  readonly #ports: JournalPorts;
  readonly #retention: Retention;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'rampart-simulation-'));
  #opening = 0;
  /** Of the process that lives, if one does: its journal, and a connection beside it. */
  #living: { readonly journal: Journal; readonly file: Connection } | null = null;

  constructor(ports: JournalPorts, retention: Retention) {
    this.#ports = ports;
    this.#retention = retention;
  }

  open(): Journal {
    const file = this.#fileOf(this.#opening);
    mkdirSync(path.dirname(file), { recursive: true });
    const opened = openSqliteJournal(file, { ...this.#ports, retention: this.#retention });
    if (!opened.ok) throw new Error(`${opened.error.trouble}: ${opened.error.message}`);
    const journal = opened.value;
    this.#living = { journal, file: new Connection(file, { readOnly: false, busyTimeoutMs: 0 }) };
    return wrappedJournal(journal, { close: () => this.#close() });
  }

  crash(): void {
    const [before, after] = [this.#fileOf(this.#opening), this.#fileOf(this.#opening + 1)];
    mkdirSync(path.dirname(after));
    for (const part of PARTS) {
      if (existsSync(before + part)) copyFileSync(before + part, after + part);
    }
    void this.#close();
    rmSync(path.dirname(before), { recursive: true, force: true });
    this.#opening += 1;
  }

  openIntents(): readonly Intent[] {
    return (this.#rows(`${SELECT_INTENTS} ORDER BY seq`) as IntentRow[]).map((row) => toIntent(row));
  }

  pause(pause: Pause): void {
    void this.#living?.journal.pause(pause);
  }

  resumeAll(): void {
    for (const { group } of this.pauses(0)) void this.#living?.journal.resume(group);
  }

  pauses(nowMs: number): readonly Pause[] {
    const rows = this.#rows(`${SELECT_PAUSES} WHERE until_ms > ${nowMs} ORDER BY scope`);
    return (rows as PauseRow[]).map(toPause);
  }

  approveWaiting(nowMs: number, onApproved: (approval: GrantedApproval) => void): void {
    const journal = this.#living?.journal;
    if (journal !== undefined) void approveWaiting(journal, nowMs, onApproved);
  }

  size(): { readonly bytes: number; readonly rows: number } {
    const bytes = PARTS.map(
      (part) => statSync(this.#fileOf(this.#opening) + part, { throwIfNoEntry: false })?.size ?? 0,
    ).reduce((sum, size) => sum + size, 0);
    const rows = this.#rows('SELECT seq FROM intents UNION ALL SELECT seq FROM history');
    return { bytes, rows: rows.length };
  }

  dispose(): void {
    void this.#close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #fileOf(opening: number): string {
    return path.join(this.#folder, String(opening), 'journal.db');
  }

  #rows(sql: string): unknown[] {
    return this.#living?.file.all(sql) ?? [];
  }

  /** Its work is done when it returns: nothing else may come between. */
  #close(): Promise<void> {
    const living = this.#living;
    this.#living = null;
    living?.file.close();
    return living?.journal.close() ?? Promise.resolve();
  }
}
