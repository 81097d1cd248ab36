// What a running daemon knows, as one document: `/api/status`, the status page and `rampart status` show it.
import type { ConfigSummary } from '../config/summary.ts';
import type { HooksStatus } from './hooks/door-record.ts';
import type { LaneStatus } from '../queue/lanes.ts';
import type { ManagementChanges } from '../schedule/managed-groups.ts';
import type { PoliciesStatus } from '../schedule/policies/policy-loop-parts.ts';
import type { KnownWriters } from '../attribution/attributor.ts';
import type { LeasesStatus } from '../schedule/leases/shard-leases.ts';
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { GroupStatus } from '../schedule/group-record.ts';
import type { ListedStanding } from '../schedule/groups/group-tally.ts';
import type { ResyncSample } from '../schedule/rounds/resync-rounds.ts';

export interface GroupOfDaemon extends GroupStatus {
  /** Who made it drift, as far as ActionTrail said; null if it is not asked (`attribution.actiontrail`). */
  readonly attribution: KnownWriters | null;
}

export interface DaemonStatus {
  /** Of this document. */
  readonly version: 1;
  /** Of the program. */
  readonly rampart: string;
  /** ISO time. */
  readonly startedAt: string;
  /** Policies are loaded and every group has been tried. */
  readonly ready: boolean;
  readonly config: ConfigSummary;
  readonly policies: PoliciesStatus;
  /** Groups that came under management or left it since the start. */
  readonly management: ManagementChanges;
  /** What came of hooks since the start; null where `http.hooks` is off. */
  readonly hooks: HooksStatus | null;
  /** Who looks after which shards; null: this process has everything. */
  readonly leases: LeasesStatus | null;
  readonly groups: readonly GroupOfDaemon[];
  readonly lanes: readonly LaneStatus[];
  /** The last look at all groups, by account and region. */
  readonly resyncs: readonly ResyncSample[];
}

/** The same without the status of each group: of ten thousand that takes long, and a page shows a hundred. */
export interface DaemonView extends Omit<DaemonStatus, 'groups'> {
  readonly groups: GroupsView;
}

export interface GroupsView {
  /** How many groups stand how; some may be 0. */
  readonly counts: ReadonlyMap<GroupOfDaemon['outcome'], number>;
  /** All that the policies name, in order of account, region and id. */
  listed(): readonly ListedStanding[];
  /** Null: no policy names it. */
  statusOf(group: GroupRef): GroupOfDaemon | null;
}
