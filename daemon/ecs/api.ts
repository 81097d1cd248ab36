// What the daemon asks of the cloud, as the caller sees it. `EcsClient` implements it over pop-core;
// the simulation replaces only the transport below that.
import type { KnownPrefixList } from '../../reconciler/exposure/engine/context.ts';
import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, GroupRef } from '../../reconciler/model/group.ts';
import type { PortRange } from '../../reconciler/model/ports.ts';
import type { WriteOperation } from '../../reconciler/model/operation.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import type { Result } from '../../reconciler/model/result.ts';
import type { Failure } from './failures/failure.ts';
import type { Urgency } from './urgency.ts';

/** Where a call goes: rate limits, endpoints and credentials hang on these two. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** How a read waits for its turn. */
export interface ReadManner {
  /** `routine` unless given. */
  readonly urgency?: Urgency;
  /** Ends the read with a failure at once, whatever it waits for; a call under way goes on unheard. */
  readonly signal?: AbortSignal;
  /** Called when a call takes far longer than usual, or waits to be tried again; perhaps more than once. */
  readonly onStalled?: () => void;
}

/** Where a read goes, and how it waits for its turn there. */
export type ReadAt = Place & ReadManner;

export interface DescribeOptions extends ReadManner {
  /** The API level that holds where neither the config nor the rules show it; `ASSUMED_API_LEVEL` unless given. */
  readonly whenNoRules?: ApiLevel;
  /**
   * What the group is expected to be like: of rules that are equal the described one is the same object, so that a group
   * that stays as its policy says takes little memory.
   */
  readonly policy?: Pick<GroupPolicy, 'rules'>;
}

/** Of a listing: how a selector finds the group. */
export interface ListedGroup {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** All groups of an account and region, as of one time. The same object as long as it is the same listing. */
export interface GroupListing {
  /** Monotonic; when it was begun. */
  readonly readMs: number;
  readonly groups: readonly ListedGroup[];
}

export type ListKind = 'prefixList' | 'portList';

/** Parameters of one call by the vendor's names, without signature or credentials. The journal stores those of writes. */
export type WireParams = Readonly<Record<string, string>>;

export interface WriteRequest extends Place {
  readonly operation: WriteOperation;
  readonly params: WireParams;
  /** At most 64 ASCII characters; the same over every attempt of one step. */
  readonly clientToken: string;
}

/** Every method answers a failure as a value; a rejected promise is a bug. One call is one attempt. */
export interface EcsApi {
  /** Group and all its rules, all pages; a partial read is a failure. */
  describeGroup(group: GroupRef, options?: DescribeOptions): Promise<Result<DescribedGroup, Failure>>;
  /**
   * One object for all groups that `describeGroup` gave and that are equal because nothing has changed: whoever knows
   * something of one of them knows it of the others without comparing them. Of others it gives the group itself.
   */
  sameness(group: DescribedGroup): object;
  /** All groups of the place, from a listing that is at most so old; never only some. */
  listGroups(at: ReadAt, maxAgeMs: number): Promise<Result<GroupListing, Failure>>;
  /** Those of the groups with these ids that there are, as far as RAM lets us see them. */
  existingGroups(at: ReadAt, ids: readonly string[]): Promise<Result<ReadonlySet<string>, Failure>>;
  /** Most entries of the lists with these ids; lists that do not exist are left out. */
  listSizes(
    at: ReadAt,
    kind: ListKind,
    ids: readonly string[],
  ): Promise<Result<Readonly<Record<string, number>>, Failure>>;
  /** All entries of a prefix list. A list that does not exist is a failure, and never an empty list. */
  prefixListEntries(at: ReadAt, id: string): Promise<Result<KnownPrefixList, Failure>>;
  /** All entries of a port list; the same. */
  portListEntries(at: ReadAt, id: string): Promise<Result<readonly PortRange[], Failure>>;
  write(request: WriteRequest): Promise<Result<{ readonly requestId: string }, Failure>>;
}
