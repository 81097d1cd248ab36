// What is asked of the heads of groups. A head is what DescribeSecurityGroups tells of one: type, VPC, owner, name, tags and
// how many rules; a page brings a hundred of them for one call.
import type { DescribedGroup, GroupRef } from '../../../reconciler/model/group.ts';
import type { Result } from '../../../reconciler/model/result.ts';
import type { Place, ReadAt, ReadManner } from '../api.ts';
import type { Failure } from '../failures/failure.ts';

/** How old a head may be, in milliseconds since its call began. */
export interface HeadAges {
  /** To look at the group: its name and tags decide what is meant by guardrails. */
  readonly observeMs: number;
  /** To write to the group: type, VPC and owner decide what may be written. */
  readonly writeMs: number;
}

/** A group whose head differs from the one before, or tells other counts than the last look at the group saw. */
export interface HeadNews {
  readonly group: GroupRef;
  /** What has changed; one clause. */
  readonly reason: string;
}

/** Why heads are read. */
export type HeadCause =
  /** One of them was never read, or did not exist. */
  | 'unknown'
  /** One of them is too old to look at its group. */
  | 'old'
  /** One of them is too old to write to its group. */
  | 'write'
  /** It is their time. */
  | 'probe';

/** Heads that one call, or few, brought. */
export interface HeadPage extends Place {
  readonly groups: number;
  readonly cause: HeadCause;
}

export interface Probed {
  /** Heads read. */
  readonly read: number;
  /** Those of them that tell no rule counts. */
  readonly uncounted: number;
}

export interface HeadListener {
  readonly onNews: (news: HeadNews) => void;
  readonly onPage: (page: HeadPage) => void;
}

/** What was last read of a group. */
export interface KnownHead {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface GroupHeads {
  /**
   * Replaces the groups that are followed, of those that are `meant`: pages are filled up with them, and their news are
   * told. Groups that are read soonest come first.
   */
  follow(groups: readonly GroupRef[], meant?: (group: GroupRef) => boolean): void;
  /** What is known without a call, however old; null: nothing. */
  known(group: GroupRef): KnownHead | null;
  /** Where groups are followed. */
  places(): readonly Place[];
  /**
   * Whether what was described is still so, by a head that is young enough to write: null, or what has changed. The head is
   * read again if need be, and a failure tells that it could not be.
   */
  changeOf(described: DescribedGroup, manner?: ReadManner): Promise<Result<string | null, Failure>>;
  /** Reads the heads of the followed groups of one place that are older than this, a hundred a call. */
  probe(at: ReadAt, olderThanMs: number): Promise<Result<Probed, Failure>>;
  /** From now on it is told of news and pages. One listener. */
  listen(listener: HeadListener): void;
}
