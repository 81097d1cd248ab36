// Verifies the commits of a history, oldest first, a few side by side.
import { ok } from '../../../../reconciler/model/result.ts';
import { dateFault } from '../clock.ts';
import type { CommitObject } from '../objects/commit-object.ts';
import type { History } from '../objects/history.ts';
import { held, shortId, type OrHeld } from '../verdict.ts';
import { SignedHistory, type VerifyContext } from './signed-history.ts';

/** `every`: each commit of the history; `last`: the last one, and those to which it leaves everything. */
export type Scope = 'every' | 'last';

const AT_ONCE = 4;

/** The people behind the last of the commits; or the first commit that lacks some, or is signed as it must not be. */
export async function verifyCommits(
  history: History,
  scope: Scope,
  context: VerifyContext,
): Promise<OrHeld<readonly string[]>> {
  const last = history.commits.at(-1);
  if (last === undefined) return ok([]);
  const waiting = scope === 'every' ? [...history.commits] : [last];
  // Told before anything is asked of gpg or ssh-keygen.
  const unsigned = waiting.find(({ signature }) => signature === null);
  if (unsigned !== undefined) {
    return held(unsigned.id, 'unsigned', `commit ${shortId(unsigned.id)} is not signed`);
  }
  // Of what is not verified itself the dates count all the same: what is signed above it could go back behind them.
  for (const passed of history.commits.slice(0, -waiting.length)) {
    const date = dateFault(passed, history.byId, context.nowMs);
    if (date !== null) return held(passed.id, 'clock', `commit ${shortId(passed.id)} ${date}`);
  }
  const signed = new SignedHistory(history, last, context);
  const asked = new Set(waiting.map(({ id }) => id));
  for (let some = waiting.splice(0, AT_ONCE); some.length > 0; some = waiting.splice(0, AT_ONCE)) {
    const more = await verifySome(some, signed);
    if (!more.ok) return more;
    waiting.push(...more.value.filter(({ id }) => !asked.has(id)));
    for (const { id } of more.value) asked.add(id);
  }
  return ok(await signed.peopleOfLast());
}

/** The commits to which these leave everything. */
async function verifySome(
  commits: readonly CommitObject[],
  signed: SignedHistory,
): Promise<OrHeld<readonly CommitObject[]>> {
  const found = await Promise.all(
    commits.map(async (commit) => ({ commit, proven: await signed.verify(commit) })),
  );
  const left: CommitObject[] = [];
  for (const { commit, proven } of found) {
    if (!proven.ok) {
      const { reason, message, isCut } = proven.error;
      return held(commit.id, reason, `commit ${shortId(commit.id)} ${message}`, isCut);
    }
    left.push(...proven.value);
  }
  return ok([...new Set(left)]);
}
