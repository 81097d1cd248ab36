// The tables of the journal, as steps from one version to the next. `user_version` says where a file stands.

/** Marks the file as ours ("Rpt1"), so that a wrong path in the config is noticed before a byte is written. */
export const APPLICATION_ID = 0x52707431;

/**
 * One entry for each version, applied in order, never edited once released. An intent lives in `intents`
 * until it is closed, then in `history`: what is open stays a small table, and history has the order of
 * closing. `meta` has one row.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     install TEXT NOT NULL,
     epoch INTEGER NOT NULL,
     owner TEXT
   ) STRICT;

   CREATE TABLE intents (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     client_token TEXT NOT NULL UNIQUE,
     account TEXT NOT NULL,
     region TEXT NOT NULL,
     group_id TEXT NOT NULL,
     revision TEXT NOT NULL,
     plan_hash TEXT NOT NULL,
     reconcile_id TEXT NOT NULL,
     step INTEGER NOT NULL,
     operation TEXT NOT NULL,
     params TEXT NOT NULL,
     opened_at_ms INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE history (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     client_token TEXT NOT NULL UNIQUE,
     account TEXT NOT NULL,
     region TEXT NOT NULL,
     group_id TEXT NOT NULL,
     revision TEXT NOT NULL,
     plan_hash TEXT NOT NULL,
     reconcile_id TEXT NOT NULL,
     step INTEGER NOT NULL,
     operation TEXT NOT NULL,
     params TEXT NOT NULL,
     opened_at_ms INTEGER NOT NULL,
     result TEXT NOT NULL,
     request_id TEXT,
     code TEXT,
     closed_at_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX history_by_group ON history (group_id, seq);

   CREATE TABLE plans (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     hash TEXT NOT NULL UNIQUE,
     body TEXT NOT NULL,
     saved_at_ms INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE pauses (
     scope TEXT PRIMARY KEY,
     account TEXT,
     region TEXT,
     group_id TEXT,
     reason TEXT NOT NULL,
     paused_at_ms INTEGER NOT NULL,
     until_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE marks (
     group_key TEXT PRIMARY KEY,
     attempted TEXT,
     applied TEXT
   ) STRICT, WITHOUT ROWID;`,

  `ALTER TABLE intents ADD COLUMN effect TEXT;
   ALTER TABLE history ADD COLUMN effect TEXT;`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;
