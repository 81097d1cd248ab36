// What the policy loop works with, and what it tells of the policies in force.
import type { CommitFacts } from '../../../reconciler/report/commit.ts';
import type { Engine } from '../../reconcile/engine.ts';
import type { DesiredKeeper } from '../../source/desired.ts';
import type { FirstLoadPorts } from '../../source/first-load.ts';
import type { RemoteStatus } from '../../source/source.ts';
import type { Controller } from '../controller.ts';
import type { HeldStatus } from '../held-revision.ts';
import type { ShardLeases } from '../leases/shard-leases.ts';
import type { TargetResolver } from '../selectors.ts';

export interface PolicyLoopParts extends FirstLoadPorts {
  readonly engine: Engine;
  readonly keeper: DesiredKeeper;
  readonly resolver: TargetResolver;
  readonly controller: Controller;
  readonly leases: Pick<ShardLeases, 'want' | 'isSettled' | 'status'>;
  /** Called each time that the controller got targets. */
  readonly onProgress: () => void;
}

/** For `/api/status`. */
export interface PoliciesStatus {
  /** Of the policies in force; null before the first good ones. */
  readonly revision: string | null;
  /** Problems of the newest policies; above zero, the last good ones stay in force. */
  readonly problems: number;
  /** The newer revision that is not put in force while an older one is. */
  readonly held: HeldStatus | null;
  /** Of the policies in force; null: they are not from a git source. */
  readonly commit: CommitFacts | null;
  /** How the remote of a git source answered last; null: there is none. */
  readonly remote: RemoteStatus | null;
  /** What a person should know of where they are from, such as a rollback; one sentence each. */
  readonly notes: readonly string[];
}
