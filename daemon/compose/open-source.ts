// Where the policies of a config come from, opened for a daemon or for a command: a folder, or a mirror beside the
// journal.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aborted, line, type Io } from '../cli/io.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { NO_ESTATE_FACTS } from '../journal/facts.ts';
import { JournalError, type JournalDesk } from '../journal/journal.ts';
import { holdExclusively } from '../journal/sqlite/exclusive.ts';
import { heldBySource, heldText, overrideOf } from '../schedule/held-revision.ts';
import { createDirectorySource } from '../source/directory/directory-source.ts';
import { GitSource } from '../source/mirror/git-source.ts';
import { Mirror } from '../source/mirror/mirror.ts';
import { wantedRef } from '../source/mirror/remote-ref.ts';
import type { SourceStanding } from '../source/mirror/standing.ts';
import type { LoadedPolicies, RemoteStatus, Source } from '../source/source.ts';
import { invocationOf } from '../cli/invocation.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import { quoted } from '../../reconciler/model/rule-text.ts';
import type { Invocation } from '../../reconciler/plan/safety.ts';
import { databaseOf } from '../journal/postgres/open.ts';
import { openDesk } from './open-journal.ts';
import { shownPath } from './setup.ts';

export type KnownDesk = Pick<JournalDesk, 'estateFacts' | 'approvals'>;

export interface SourcePorts {
  readonly io: Pick<Io, 'env' | 'cwd' | 'stopSignal'>;
  /** Null: what is in force is not known. */
  readonly desk: KnownDesk | null;
  /** Of the mirror of a git source. */
  readonly folder: string;
  readonly onSecret: (secret: string) => void;
  readonly onAnswer: (remote: RemoteStatus) => void;
  /** This commit is to be read, whatever is in force; absent: what is, or will be. */
  readonly at?: string | undefined;
}

/** Longer than a fetch takes at most. */
const LOCK_PATIENCE_MS = 150_000;
const LOCK_RETRY_MS = 100;

export function openSource({ policies }: Config, ports: SourcePorts): Source {
  const { io, desk, folder, onSecret, onAnswer } = ports;
  const { git, limits } = policies;
  if (git === null) {
    return createDirectorySource({
      path: shownPath(policies.path, io),
      environment: io.env,
      limits,
      readsCommit: policies.requireClean,
    });
  }
  const mirror = new Mirror({
    git,
    folder,
    environment: io.env,
    onSecret,
    lock: () => lockFolder(folder, io.stopSignal),
    signal: io.stopSignal,
  });
  const place = { url: git.url.url, ref: wantedRef(git) };
  const standing = () => standingOf(desk, place, ports.at);
  return new GitSource({ git, limits, mirror, standing, clock: systemClock, onAnswer });
}

/** The mirror of this journal, of each remote one of its own: beside its file, or beside the config where it has none. */
export function mirrorBeside({ file, journal, policies: { git } }: Config, cwd: string): string {
  const name = createHash('sha256')
    .update(git?.url.url ?? '')
    .digest('hex')
    .slice(0, 16);
  const beside = databaseOf(journal) === null ? `${journal.url}.mirror` : `${file}.mirror`;
  return path.join(path.resolve(cwd, beside), name);
}

async function lockFolder(folder: string, stopping: AbortSignal): Promise<Result<() => void, string>> {
  const waitedMs = systemClock.monotonicMs();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  while (!stopping.aborted && systemClock.monotonicMs() - waitedMs < LOCK_PATIENCE_MS) {
    const lock = heldOrReason(path.join(folder, 'lock'));
    if (!lock.ok) return lock;
    const held = lock.value;
    if (held !== null) return ok(() => held.close());
    await systemClock.sleep(LOCK_RETRY_MS, stopping);
  }
  return err('another process is fetching into the mirror');
}

/** The error is for what stands in the place of the lock. */
function heldOrReason(file: string): Result<ReturnType<typeof holdExclusively>, string> {
  try {
    return ok(holdExclusively(file));
  } catch (error) {
    if (error instanceof JournalError) return err(error.message);
    throw error;
  }
}

/** `at`: a commit that is to be read whatever is in force. */
async function standingOf(
  desk: KnownDesk | null,
  { url, ref }: Pick<RemoteStatus, 'url' | 'ref'>,
  at?: string,
): Promise<SourceStanding> {
  const { commit, commits, rollback } = desk === null ? NO_ESTATE_FACTS : await desk.estateFacts();
  const approvals = desk === null ? [] : await desk.approvals(systemClock.nowMs());
  const known = (id: string) => {
    const facts = commits.find((each) => each.id === id);
    return { tag: facts?.tag ?? null, wasInForce: facts !== undefined };
  };
  const asked = at === undefined ? null : { to: at, from: null, ...known(at), about: null };
  const inForce =
    rollback === null
      ? null
      : { ...rollback, ...known(rollback.to), about: `by ${rollback.by}, ${quoted(rollback.reason)}` };
  return {
    inForce: commit?.url === url && commit.ref === ref ? commit.facts : null,
    rollback: asked ?? inForce,
    approved: new Set(approvals.flatMap(({ group, planHash }) => (group === null ? [planHash] : []))),
  };
}

/**
 * For a command: asks the remote, and works with what the journal beside it knows. Without a journal the mirror is a
 * folder of its own, which goes with the command.
 */
export async function withSource<T>(
  config: Config,
  io: Io,
  work: (source: Source) => Promise<T>,
  at?: string,
): Promise<T> {
  const isGit = config.policies.git !== null;
  const desk = isGit ? await openDesk(config) : null;
  const known = desk?.ok === true ? desk.value : null;
  if (desk?.ok === false) {
    line(io.stderr, `which commit is in force is not known, so the newest is read: ${desk.error.message}`);
  }
  const temporary = isGit && known === null ? await mkdtemp(path.join(tmpdir(), 'rampart-mirror-')) : null;
  try {
    const folder = temporary ?? mirrorBeside(config, io.cwd);
    const ports = { io, desk: known, folder, at, onSecret: () => undefined, onAnswer: () => undefined };
    const source = openSource(config, ports);
    await Promise.race([saidIfSlow(source, io), aborted(io.stopSignal)]);
    return await work(source);
  } finally {
    await known?.close();
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  }
}

/** Longer than a remote that is near needs. */
const SLOW_MS = 3000;

/** Asks the remote; that a command waits for it is said where it does. */
async function saidIfSlow(source: Source, { stderr }: Pick<Io, 'stderr'>): Promise<void> {
  const answered = new AbortController();
  const url = source.remote()?.url ?? null;
  const tell = (): void => {
    if (url !== null && !answered.signal.aborted) line(stderr, `waiting for ${url}, a few minutes at most`);
  };
  const slow = systemClock.sleep(SLOW_MS, answered.signal).then(tell);
  await source.refresh().finally(() => answered.abort());
  await slow;
}

/** Reads once, and says on stderr which commit that is, and what speaks against a newer one. */
export async function loadOnce(config: Config, io: Io, at?: string): Promise<Loaded> {
  const load = async (source: Source) => {
    const loaded = await source.load();
    const remote = source.remote();
    for (const text of remoteNotes(loaded, remote, invocationOf(config.file, io))) line(io.stderr, text);
    return { ...loaded, remote };
  };
  return withSource(config, io, load, at);
}

export interface Loaded extends LoadedPolicies {
  /** Null: there is none. */
  readonly remote: RemoteStatus | null;
}

function remoteNotes(
  { held, warnings, revision: read }: LoadedPolicies,
  remote: RemoteStatus | null,
  invocation: Invocation,
): string[] {
  const notes = warnings.map(({ message, hint }) => `${message}${hint === '' ? '' : ` (${hint})`}`);
  if (remote !== null && remote.error !== null) {
    notes.push(
      `nothing can be fetched from ${remote.url}, so these policies may not be the newest: ${remote.error}`,
    );
  }
  // Where nothing was read, the problem that stands for it says why.
  if (held === null || read === '') return notes;
  const revision = heldBySource(held, null, 0);
  const command = overrideOf(revision, invocation);
  return [...notes, `${heldText(revision)}${command === '' ? '' : `; to let it go on: ${command}`}`];
}
