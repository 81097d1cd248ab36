// What each mode asks: of the newest commit, of every commit, or of the tag that is followed.
import { ok } from '../../../reconciler/model/result.ts';
import { shownDate } from './clock.ts';
import { readAround, readRange, type History } from './objects/history.ts';
import type { TagApproval, VerifyContext } from './people/signed-history.ts';
import { verifyCommits, type Scope } from './people/verify-commits.ts';
import { approvingTags, verifyTag } from './tags.ts';
import { held, shortId, type OrHeld } from './verdict.ts';
import type { VerifyGit } from './verify-git.ts';

export interface RevisionQuestion extends Omit<VerifyContext, 'approvals'> {
  readonly from: string | null;
  readonly to: string;
  readonly tag: string | null;
  readonly notBeforeMs: number | null;
}

/** The commit that is trusted; null where none is. */
export async function trustedStart({
  from,
  to,
  settings,
  git,
}: RevisionQuestion): Promise<OrHeld<string | null>> {
  if (from !== null || settings.since === null) return ok(from);
  const { kind, code } = await git.run(['merge-base', '--is-ancestor', settings.since, to]);
  if (kind === null) return ok(settings.since);
  const message = `commit ${shortId(to)} does not descend from \`policies.git.verify.since\` (${shortId(settings.since)}), as far as the mirror shows`;
  return held(to, 'unreadable', message, code !== 1 || (await isShallow(git)));
}

async function isShallow(git: VerifyGit): Promise<boolean> {
  const { kind, output } = await git.run(['rev-parse', '--is-shallow-repository']);
  return kind !== null || output.toString('latin1').trim() !== 'false';
}

/** The people behind the tag; and behind its commit where the tag's signer is too few. */
export async function askTag(
  question: RevisionQuestion,
  start: string | null,
): Promise<OrHeld<readonly string[]>> {
  const { git, to, tag, settings } = question;
  const read = await readAround(git, [to]);
  if (!read.ok) return read;
  const [commit] = read.value.commits;
  if (tag === null || commit === undefined)
    return held(to, 'unsigned', `no tag leads to commit ${shortId(to)}`);
  const person = await verifyTag(tag, commit, question);
  if (!person.ok) return person;
  if (settings.minSigners === 1) return ok([person.value]);
  return askCommits(question, start, [{ commit: to, person: person.value }]);
}

/** The people behind the newest commit. Asks of more commits under `strict`, and where that one does not tell. */
export async function askCommits(
  question: RevisionQuestion,
  start: string | null,
  approvals: readonly TagApproval[] = [],
): Promise<OrHeld<readonly string[]>> {
  const newest = await readAround(question.git, [question.to]);
  if (!newest.ok) return newest;
  const early = await datedBack(newest.value, question);
  if (early !== null) return early;
  const asked = { question, approvals };
  if (question.settings.mode === 'strict' && start !== null) return askRange(newest.value, start, asked);
  const alone = await askHistory(newest.value, 'last', asked);
  if (alone.ok || alone.error.reason !== 'too-few-signers') return alone;
  return start === null ? askWithoutBase(newest.value, asked) : askRange(newest.value, start, asked);
}

/** Held if the newest commit builds on the one in force and is older: only dates that were made up come to that. */
async function datedBack(
  { commits }: History,
  { git, from, to, notBeforeMs }: RevisionQuestion,
): Promise<OrHeld<never> | null> {
  const atSeconds = commits[0]?.committer.atSeconds ?? 0;
  if (from === null || notBeforeMs === null || atSeconds * 1000 >= notBeforeMs) return null;
  const { kind, code } = await git.run(['merge-base', '--is-ancestor', from, to]);
  if (kind !== null && code === 1) return null;
  const message = `commit ${shortId(to)} is dated ${shownDate(atSeconds)}, before commit ${shortId(from)} in force, on which it builds: set the clock of who committed it, and commit again`;
  return held(to, 'clock', message);
}

interface AskedOf {
  readonly question: RevisionQuestion;
  readonly approvals: readonly TagApproval[];
}

/** A newest commit that the trusted one builds on brings nothing, and is looked at like a first one. */
async function askRange(newest: History, start: string, asked: AskedOf): Promise<OrHeld<readonly string[]>> {
  const { git, to, settings } = asked.question;
  const range = await readRange(git, start, to);
  if (!range.ok) return range;
  if (range.value.commits.length === 0) return askWithoutBase(newest, asked);
  return askHistory(range.value, settings.mode === 'strict' ? 'every' : 'last', asked);
}

/** The newest commit and what it merged: what lies before, on the way of first parents, is taken as it is. */
async function askWithoutBase({ commits }: History, asked: AskedOf): Promise<OrHeld<readonly string[]>> {
  const [base, ...merged] = commits.flatMap(({ parents }) => parents);
  const read = await readAround(asked.question.git, [...merged, ...commits.map(({ id }) => id)]);
  if (!read.ok) return read;
  const trusted = new Set(base === undefined ? [] : [base]);
  return askHistory({ ...read.value, trusted }, 'last', asked);
}

function askHistory(
  history: History,
  scope: Scope,
  { question, approvals }: AskedOf,
): Promise<OrHeld<readonly string[]>> {
  const commits = new Map(history.commits.map((commit) => [commit.id, commit]));
  const all = async () => [...approvals, ...(await approvingTags(commits, question))];
  return verifyCommits(history, scope, { ...question, approvals: all });
}
