// The commit that policies were read at, as people know it.
import { quoted } from '../model/rule-text.ts';

export interface CommitFacts {
  /** Full id, in hexadecimal digits. */
  readonly id: string;
  /** `NAME <ADDRESS>`, as the commit says; nothing proves it. */
  readonly author: string;
  readonly committer: string;
  /** First line of the message. */
  readonly subject: string;
  /** When it was committed, Unix milliseconds; the committer chose it. */
  readonly atMs: number;
  /** Who signed it and what led to it, as far as `policies.git.verify` asked for; empty: no one was asked for. */
  readonly signers: readonly string[];
  /** The tag that led to it, by its full name; null: a branch did. */
  readonly tag: string | null;
}

/** Why a commit is not put in force though the remote names it. */
export type SourceHoldReason =
  /** It does not descend from the commit in force. */
  | 'not-a-descendant'
  /** `policies.git.maxDepth` commits do not lead to the commit in force. */
  | 'history-too-deep'
  /** Its tag is of a lower version than the one in force, or was moved. */
  | 'rewind'
  /** `policies.git.verify` does not let it through; no approval does. */
  | 'signature';

/** In one line. */
export function commitLine({ author, committer, subject, signers, tag }: CommitFacts): string {
  const via = committer === author ? '' : `, committed by ${committer}`;
  const signed = signers.length === 0 ? '' : `, signed by ${signers.join(', ')}`;
  return `by ${author}${via}${signed}${tag === null ? '' : `, as ${tag}`}: ${quoted(subject)}`;
}
