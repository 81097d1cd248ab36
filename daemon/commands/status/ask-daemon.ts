// Asks the running daemon what it knows, at its own door.
import { statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { UsageError, type Io } from '../../cli/io.ts';
import { pausesInForce } from '../../compose/open-journal.ts';
import { readConfig, type CommonFlags } from '../../compose/setup.ts';
import type { Config } from '../../config/config.ts';
import { hostInUrl, type ListenAddress } from '../../config/listen.ts';
import type { Pause } from '../../journal/journal.ts';
import { ACTOR_TYPES } from '../../telemetry/events.ts';

const TIMEOUT_MS = 10_000;

const configSchema = z.looseObject({
  file: z.string(),
  mode: z.string(),
  brake: z.string(),
  accounts: z.array(z.looseObject({ name: z.string(), endpoint: z.string() })),
  policies: z.looseObject({ source: z.string(), path: z.string() }),
  journal: z.string(),
});

const heldSchema = z.looseObject({
  revision: z.string(),
  message: z.string(),
  override: z.string(),
});

const commitSchema = z.looseObject({
  id: z.string(),
  author: z.string(),
  committer: z.string(),
  subject: z.string(),
  atMs: z.number(),
  signers: z.array(z.string()),
  tag: z.string().nullable(),
});

const remoteSchema = z.looseObject({
  url: z.string(),
  answeredAtMs: z.number().nullable(),
  error: z.string().nullable(),
});

const changeSchema = z.looseObject({
  account: z.string(),
  region: z.string(),
  id: z.string(),
  reason: z.string(),
  at: z.string(),
});

const hookSchema = z.looseObject({ atMs: z.number(), reason: z.string() });

const doorSchema = z
  .looseObject({
    last: hookSchema.extend({ outcome: z.string() }).nullable(),
    refused: z.number(),
    lastRefused: hookSchema.nullable(),
  })
  .nullable();

const writeSchema = z.looseObject({
  actor: z.string(),
  actorType: z.enum(ACTOR_TYPES).catch('other'),
  sourceIp: z.string(),
  userAgent: z.string(),
  eventName: z.string(),
  eventTime: z.string(),
  requestId: z.string(),
});

const attributionSchema = z.looseObject({
  told: z.array(z.looseObject({ write: writeSchema.nullable(), reason: z.string() })),
  isAsking: z.boolean(),
});

/** The part of `DaemonStatus` that is read here. The daemon may be of another version and know more. */
const statusSchema = z.looseObject({
  version: z.literal(1),
  rampart: z.string(),
  startedAt: z.string(),
  ready: z.boolean(),
  config: configSchema.optional(),
  policies: z.looseObject({
    revision: z.string().nullable(),
    problems: z.number(),
    held: heldSchema.nullable().optional(),
    commit: commitSchema.nullable().optional(),
    remote: remoteSchema.nullable().optional(),
    notes: z.array(z.string()).optional(),
  }),
  lanes: z
    .array(
      z.looseObject({
        account: z.string(),
        region: z.string(),
        operation: z.string(),
        mode: z.string(),
        waiting: z.number(),
      }),
    )
    .optional(),
  hooks: z.looseObject({ git: doorSchema, events: doorSchema }).nullable().optional(),
  leases: z
    .looseObject({
      replica: z.string(),
      replicas: z.array(z.string()),
      shards: z.array(z.looseObject({ shard: z.string(), owner: z.string().nullable(), epoch: z.number() })),
    })
    .nullable()
    .optional(),
  management: z.looseObject({ managed: z.array(changeSchema), released: z.array(changeSchema) }).optional(),
  groups: z.array(
    z.looseObject({
      account: z.string(),
      region: z.string(),
      id: z.string(),
      outcome: z.string(),
      reason: z.string(),
      lastAttemptMs: z.number().nullable(),
      nextAttemptMs: z.number().nullable().optional(),
      kept: z.boolean().optional(),
      attribution: attributionSchema.nullable().optional(),
      closing: z.boolean().optional(),
      blockedBy: z
        .array(
          z.looseObject({
            kind: z.string(),
            liftedBy: z.string(),
            message: z.string(),
            override: z.string(),
          }),
        )
        .optional(),
    }),
  ),
});

export type Status = z.output<typeof statusSchema>;

export interface Known {
  readonly status: Status;
  /** Where it answered: `/api/status` of this daemon. */
  readonly url: string;
  /** Undefined where they are not known: they stand in the journal of that daemon. */
  readonly pauses: readonly Pause[] | undefined;
}

/** Of the daemon that runs with the config of this command, and of no other. */
export async function ownDaemon(flags: CommonFlags, io: Io): Promise<Known> {
  const config = readConfig(flags);
  const url = addressOf(config);
  const status = await askDaemon(url);
  const [theirs, ours] = [status.config?.file ?? null, path.resolve(io.cwd, config.file)];
  if (theirs === null || !isSameFile(theirs, ours)) {
    const what = theirs === null ? 'does not say its config' : `runs with the config ${theirs}`;
    const origin = new URL(url).origin;
    throw new UsageError(
      `the daemon at ${origin} ${what}, not with ${ours}; \`--url ${origin}\` shows it anyway`,
    );
  }
  return { status, url, pauses: await pausesInForce(config, io) };
}

export const daemonAt = async (url: string): Promise<Known> => ({
  status: await askDaemon(url),
  url,
  pauses: undefined,
});

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((file) => statSync(file, { throwIfNoEntry: false }));
  return a === undefined || b === undefined ? one === other : a.dev === b.dev && a.ino === b.ino;
}

/** The address of a daemon, as `http.listen` and a browser have it, or that of its status. */
export function parseUrl(text: string): Result<string, string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return err('write the URL of a daemon, such as http://127.0.0.1:8481');
  }
  return ok(new URL('/api/status', url).href);
}

function addressOf({ http: { listen } }: Config): string {
  if (listen === null)
    throw new UsageError('`http.listen` of the config is off, so the daemon cannot be asked');
  if (listen.port === 0) {
    throw new UsageError(
      '`http.listen` has port 0, which is another one at each start; give the daemon a port of its own',
    );
  }
  return `http://${dialedHost(listen)}:${listen.port}/api/status`;
}

/** Who listens at every address also does at the loopback one. */
function dialedHost({ host }: ListenAddress): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return hostInUrl(host);
}

async function askDaemon(url: string): Promise<Status> {
  const answer = await get(url);
  const status = statusSchema.safeParse(answer);
  if (status.success) return status.data;
  throw new UsageError(`what answers at ${url} is no Rampart daemon, or one of another generation`);
}

/** The JSON that is there; null for what is no JSON. A UsageError if no one answers. */
async function get(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    return response.ok ? await response.json() : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new UsageError(
      `no daemon answers at ${url}: ${cause instanceof Error ? cause.message : String(cause)}; ` +
        'start it with `rampart run`, or name another with `rampart status --url URL`',
    );
  }
}
