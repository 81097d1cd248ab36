// The commit of a plan in one line.
import type { CommitFacts } from '../model/commit.ts';
import { quoted } from '../model/rule-text.ts';

export function commitLine({ author, committer, subject, signers, tag }: CommitFacts): string {
  const via = committer === author ? '' : `, committed by ${committer}`;
  const signed = signers.length === 0 ? '' : `, signed by ${signers.join(', ')}`;
  return `by ${author}${via}${signed}${tag === null ? '' : `, as ${tag}`}: ${quoted(subject)}`;
}
