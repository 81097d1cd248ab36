// The commit in force came there under the settings of its time. Where those of now would not let it in, it stays, so that
// nothing is removed; but that is said.
import type { CommitFacts } from '../../../reconciler/report/commit.ts';
import { shortId } from '../verify/verdict.ts';
import type { ChoosePorts } from './choose.ts';

/** In a sentence; null: it would be let in, or that cannot be told. */
export async function unverifiedInForce(
  { id, tag }: CommitFacts,
  { git, mirror, verify, nowMs }: ChoosePorts,
): Promise<string | null> {
  const { mode } = git.verify;
  if (mode === 'none' || !(await mirror.has(id))) return null;
  const verdict = await verify({
    repository: mirror.place.cwd,
    environment: mirror.place.environment,
    // What lies before it is no business of the next one.
    settings: { ...git.verify, mode: mode === 'tag' ? 'tag' : 'head', since: null },
    from: null,
    to: id,
    tag,
    notBeforeMs: null,
    nowMs: nowMs(),
  });
  if (verdict.kind === 'verified' || verdict.reason === 'unreadable' || verdict.isCut) return null;
  return `${shortId(id)} stays in force, though \`policies.git.verify\` (mode: ${mode}) would not let it in now: ${verdict.message}; the next commit must be verified`;
}
