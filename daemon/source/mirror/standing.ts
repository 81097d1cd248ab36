// What decides, besides the repository, which of its commits is taken: what is in force, and what a person has said.
import type { CommitFacts } from '../../../reconciler/report/commit.ts';

export interface SourceStanding {
  /** Of this repository and ref; null: none was yet. */
  readonly inForce: CommitFacts | null;
  /** A person has put an earlier commit in force; null: no one has. */
  readonly rollback: Rollback | null;
  /** Hashes of policy trees that a person has approved. */
  readonly approved: ReadonlySet<string>;
}

export interface Rollback {
  /** Full id of the commit. */
  readonly to: string;
  /** What the remote named then: the rollback ends as soon as it names another one. Null: whatever it names. */
  readonly from: string | null;
  /** That led to the commit when it was in force; null: a branch did, or it never was. */
  readonly tag: string | null;
  /** Whether it was, and so has been verified with all that leads to it. */
  readonly wasInForce: boolean;
  /** Who did it and why, in a few words; null: a command only looks at the commit. */
  readonly about: string | null;
}
