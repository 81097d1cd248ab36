// What the daemon asks of the cloud, as the caller sees it. `EcsClient` implements it over pop-core;
// the simulation replaces only the transport below that.
import type { KnownPrefixList } from '../../reconciler/exposure/engine/context.ts';
import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, GroupRef, GroupSelector } from '../../reconciler/model/group.ts';
import type { PortRange } from '../../reconciler/model/ports.ts';
import type { WriteOperation } from '../../reconciler/model/operation.ts';
import type { Result } from '../../reconciler/model/result.ts';
import type { Failure } from './failures/failure.ts';

/** Where a call goes: rate limits, endpoints and credentials hang on these two. */
export interface Place {
  readonly account: string;
  readonly region: string;
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
  /**
   * Group and all its rules, all pages; a partial read is a failure. `whenNoRules` is the API level that
   * holds where neither the config nor the rules show it; absent: `ASSUMED_API_LEVEL`.
   */
  describeGroup(group: GroupRef, whenNoRules?: ApiLevel): Promise<Result<DescribedGroup, Failure>>;
  /** Ids of the groups that a selector matches, in order of id. */
  findGroups(place: Place, selector: GroupSelector): Promise<Result<readonly string[], Failure>>;
  /** Those of the groups with these ids that there are, as far as RAM lets us see them. */
  existingGroups(place: Place, ids: readonly string[]): Promise<Result<ReadonlySet<string>, Failure>>;
  /** Most entries of the lists with these ids; lists that do not exist are left out. */
  listSizes(
    place: Place,
    kind: ListKind,
    ids: readonly string[],
  ): Promise<Result<Readonly<Record<string, number>>, Failure>>;
  /** All entries of a prefix list. A list that does not exist is a failure, and never an empty list. */
  prefixListEntries(place: Place, id: string): Promise<Result<KnownPrefixList, Failure>>;
  /** All entries of a port list; the same. */
  portListEntries(place: Place, id: string): Promise<Result<readonly PortRange[], Failure>>;
  write(request: WriteRequest): Promise<Result<{ readonly requestId: string }, Failure>>;
}
