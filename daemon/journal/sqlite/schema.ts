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

  // A group that an earlier Rampart managed is taken over: it has marks (its key is account/region/id), or was written to.
  `CREATE TABLE group_facts (
     account TEXT NOT NULL,
     region TEXT NOT NULL,
     group_id TEXT NOT NULL,
     name TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (account, region, group_id, name)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE estate_facts (
     name TEXT PRIMARY KEY,
     body TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE approvals (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     hash TEXT NOT NULL,
     scope TEXT NOT NULL,
     account TEXT,
     region TEXT,
     group_id TEXT,
     body TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     until_ms INTEGER NOT NULL,
     used_at_ms INTEGER,
     UNIQUE (hash, scope)
   ) STRICT;

   CREATE TABLE waiting (
     scope TEXT PRIMARY KEY,
     account TEXT NOT NULL,
     region TEXT NOT NULL,
     group_id TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;

   INSERT INTO group_facts (account, region, group_id, name, body)
     WITH
       ids AS (SELECT group_key, rtrim(group_key, replace(group_key, '/', '')) AS place FROM marks),
       places AS (SELECT *, rtrim(substr(place, 1, length(place) - 1), replace(place, '/', '')) AS account FROM ids),
       managed AS (
         SELECT substr(account, 1, length(account) - 1) AS account,
           substr(place, length(account) + 1, length(place) - length(account) - 1) AS region,
           substr(group_key, length(place) + 1) AS group_id
         FROM places
         UNION
         SELECT account, region, group_id FROM history WHERE result IN ('applied', 'noop')
       )
     SELECT account, region, group_id, 'takenOver', 'true' FROM managed;`,

  // What is large among the facts of the estate, in parts. A body of NULL: the part is no more.
  `CREATE TABLE estate_parts (
     fact TEXT NOT NULL,
     part TEXT NOT NULL,
     since INTEGER NOT NULL,
     body TEXT,
     PRIMARY KEY (fact, part, since)
   ) STRICT;`,

  // The hash chain of the history; rows from before it stay without. What a person wrote there by hand must be found, and never
  // keep the daemon from going on: hence no UNIQUE. An anchor is the last link that was removed by its age.
  `ALTER TABLE history ADD COLUMN chain TEXT;
   ALTER TABLE history ADD COLUMN number INTEGER;
   ALTER TABLE history ADD COLUMN hash TEXT;
   CREATE INDEX history_by_chain ON history (chain, number) WHERE chain IS NOT NULL;

   CREATE TABLE chains (
     chain TEXT PRIMARY KEY,
     number INTEGER NOT NULL,
     hash TEXT NOT NULL,
     anchor_number INTEGER,
     anchor_hash TEXT
   ) STRICT, WITHOUT ROWID;`,

  // Where rows stand in order of their key, SQLite reads all of a row to compare its key, and a policy has many pages.
  `CREATE TABLE group_facts_in_rows (
     account TEXT NOT NULL,
     region TEXT NOT NULL,
     group_id TEXT NOT NULL,
     name TEXT NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (account, region, group_id, name)
   ) STRICT;
   INSERT INTO group_facts_in_rows (account, region, group_id, name, body)
     SELECT account, region, group_id, name, body FROM group_facts;
   DROP TABLE group_facts;
   ALTER TABLE group_facts_in_rows RENAME TO group_facts;`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;
