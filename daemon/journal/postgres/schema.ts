// The tables of the journal on PostgreSQL, as steps from one version to the next. `meta.schema_version` says where a
// database stands. Texts sort as in JavaScript, by code unit: hence `COLLATE "C"`.

const INTENT_COLUMNS_OF = `
     client_token text NOT NULL UNIQUE,
     account text COLLATE "C" NOT NULL,
     region text COLLATE "C" NOT NULL,
     group_id text COLLATE "C" NOT NULL,
     revision text NOT NULL,
     plan_hash text NOT NULL,
     reconcile_id text NOT NULL,
     step integer NOT NULL,
     operation text NOT NULL,
     params text NOT NULL,
     effect text,
     opened_at_ms bigint NOT NULL`;

/**
 * What is about to be done, what was done, and the plans. Of each chain the last link is kept, and the last that went by its
 * age. A row that a person wrote by hand must be found, and never keep a replica from going on: hence no UNIQUE for the links.
 */
const CALLS = `
   CREATE TABLE intents (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,${INTENT_COLUMNS_OF}
   );
   CREATE INDEX intents_by_group ON intents (group_id, seq);

   CREATE TABLE history (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,${INTENT_COLUMNS_OF},
     result text NOT NULL,
     request_id text,
     code text,
     closed_at_ms bigint NOT NULL,
     chain text COLLATE "C",
     number bigint,
     hash text
   );
   CREATE INDEX history_by_group ON history (group_id, seq);
   CREATE INDEX history_by_chain ON history (chain, number, seq);

   CREATE TABLE chains (
     chain text COLLATE "C" PRIMARY KEY,
     number bigint NOT NULL,
     hash text NOT NULL,
     anchor_number bigint,
     anchor_hash text
   );

   CREATE TABLE plans (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     hash text NOT NULL UNIQUE,
     body text NOT NULL,
     saved_at_ms bigint NOT NULL
   );`;

/** What is known of groups and of the estate, and what people said. */
const KNOWLEDGE = `
   CREATE TABLE pauses (
     scope text COLLATE "C" PRIMARY KEY,
     account text,
     region text,
     group_id text,
     reason text NOT NULL,
     paused_at_ms bigint NOT NULL,
     until_ms bigint NOT NULL
   );

   CREATE TABLE marks (
     group_key text COLLATE "C" PRIMARY KEY,
     attempted text,
     applied text
   );

   CREATE TABLE group_facts (
     account text COLLATE "C" NOT NULL,
     region text COLLATE "C" NOT NULL,
     group_id text COLLATE "C" NOT NULL,
     name text COLLATE "C" NOT NULL,
     body text NOT NULL,
     PRIMARY KEY (account, region, group_id, name)
   );

   CREATE TABLE estate_facts (
     name text COLLATE "C" PRIMARY KEY,
     body text NOT NULL
   );

   CREATE TABLE estate_parts (
     fact text COLLATE "C" NOT NULL,
     part text COLLATE "C" NOT NULL,
     body text NOT NULL,
     PRIMARY KEY (fact, part)
   );

   CREATE TABLE approvals (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     hash text NOT NULL,
     desired_hash text NOT NULL,
     scope text COLLATE "C" NOT NULL,
     account text,
     region text,
     group_id text,
     body text NOT NULL,
     at_ms bigint NOT NULL,
     until_ms bigint NOT NULL,
     used_at_ms bigint,
     UNIQUE (hash, scope)
   );

   CREATE TABLE waiting (
     scope text COLLATE "C" PRIMARY KEY,
     account text NOT NULL,
     region text NOT NULL,
     group_id text NOT NULL,
     body text NOT NULL
   );`;

/** Who looks after which groups, by the clock of the database, and how many calls they may make. */
const REPLICAS = `
   CREATE TABLE leases (
     shard text COLLATE "C" PRIMARY KEY,
     owner text,
     epoch bigint NOT NULL,
     until timestamptz NOT NULL
   );

   CREATE TABLE replicas (
     id text PRIMARY KEY,
     seen timestamptz NOT NULL,
     host text NOT NULL,
     version text NOT NULL
   );

   CREATE TABLE call_shares (
     lane text COLLATE "C" PRIMARY KEY,
     record text NOT NULL
   );`;

/** `meta` has one row. `changes` grows with what people do at the desk. */
const META = `
   CREATE TABLE meta (
     id integer PRIMARY KEY CHECK (id = 1),
     install text NOT NULL,
     schema_version integer NOT NULL,
     shards integer NOT NULL CHECK (shards >= 1),
     changes bigint NOT NULL DEFAULT 0
   );`;

/** Of a revision, and of what is approved ahead, no desired rules are known. */
const APPROVED_AHEAD = 'ALTER TABLE approvals ALTER COLUMN desired_hash DROP NOT NULL;';

/** One entry for each version, applied in order, never edited once released. */
export const POSTGRES_MIGRATIONS: readonly string[] = [
  [META, CALLS, KNOWLEDGE, REPLICAS].join('\n'),
  APPROVED_AHEAD,
];
