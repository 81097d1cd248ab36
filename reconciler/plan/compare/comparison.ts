// What comes of comparing two revisions of the policies.
import type { ExposureDelta } from '../../exposure/ask/delta.ts';
import type { OpenedService } from '../../judge/opening.ts';
import type { RevisionLoss } from '../../judge/revision-loss.ts';
import type { Weakening } from '../../judge/weakenings.ts';
import type { GroupRef, GroupSelector, Mode } from '../../model/group.ts';
import type { Expectation } from '../../model/packets/pattern.ts';
import type { SourcePlace } from '../../model/problem.ts';
import type { Block, Diff, PlanFinding } from '../plan.ts';

/** One entry of the policies; `id` is what people read of its selector. */
export interface GroupComparison extends GroupRef {
  readonly selector: GroupSelector;
  readonly change: 'added' | 'released' | 'changed' | 'same';
  readonly mode: Mode;
  /** `blocked`: it breaks a guardrail or an expectation that the policy before keeps. */
  readonly status: 'converged' | 'pending' | 'blocked' | 'observed' | 'released';
  readonly diff: Diff;
  /** What changes beside the rules. */
  readonly settings: readonly string[];
  readonly exposure: ExposureDelta;
  readonly opening: readonly OpenedService[];
  readonly findings: readonly PlanFinding[];
  readonly blockedBy: readonly Block[];
  /** Where it is written; of one that was released, where it was. */
  readonly source: SourcePlace;
}

export interface PolicyComparison {
  /** Each entry of either side, in order of account, region and id. */
  readonly groups: readonly GroupComparison[];
  readonly weakened: readonly Weakening[];
  /** Expectations that the policies before did not have. */
  readonly expected: readonly Expectation[];
  /** Null: there were no policies before. */
  readonly loss: RevisionLoss | null;
}
