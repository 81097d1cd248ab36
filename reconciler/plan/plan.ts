// The Plan: plain, frozen data in one computed order. Dry-run prints it, the journal stores it, an
// approval names its hash, the executor carries it out. Never closures.
import type { ExposureDelta } from '../exposure/ask/delta.ts';
import type { Packet } from '../exposure/engine/packet.ts';
import type {
  DescribedRule,
  DesiredRule,
  GroupRef,
  IgnorePattern,
  Mode,
  RuleOwnership,
} from '../model/group.ts';
import type { GuardrailCode, SourcePlace } from '../model/problem.ts';
import type { Direction, Rule, RuleField } from '../model/rule.ts';
import type { OpenedService } from '../judge/opening.ts';
import type { Promised } from './proof/transition.ts';
import type { Approval } from './safety.ts';

/** What the policies want of one group, its selector resolved and its expired rules gone. */
export interface GroupPolicy extends GroupRef {
  readonly mode: Mode;
  readonly ignore: readonly IgnorePattern[];
  /** Absent: exclusive. */
  readonly ownership?: RuleOwnership;
  readonly rules: Readonly<Record<Direction, readonly DesiredRule[] | null>>;
  /**
   * Whether the interfaces of the group's members have no other group, whose rules the cloud would merge with these
   * (T6 of docs/algorithms.md). Then a full group has more ways to change.
   */
  readonly alone: boolean;
  /** Whether a name or tags mean the group, and not its id. Absent: no. */
  readonly bySelector?: boolean;
  readonly source: SourcePlace;
}

/** A described rule that shall become another one. */
export interface Difference {
  readonly from: DescribedRule;
  readonly to: DesiredRule;
  readonly fields: readonly RuleField[];
}

/** The classes of the diff. Each list is in the fixed order of `compareRules`. */
export interface Diff {
  readonly missing: readonly DesiredRule[];
  readonly unexpected: readonly DescribedRule[];
  readonly different: readonly Difference[];
  readonly same: number;
  readonly unmanaged: number;
}

/**
 * One intended API call. `checkpoint` asks the executor to describe the group before this step and to
 * go on only if every rule that the plan authorized is there under an id of its own.
 */
export type Step = AuthorizeStep | ModifyStep | RevokeStep;

export interface AuthorizeStep {
  readonly kind: 'authorize';
  readonly direction: Direction;
  readonly checkpoint: boolean;
  /** 1 to 100 rules; any subset of them may be in force for a while. */
  readonly rules: readonly DesiredRule[];
}

export interface ModifyStep {
  readonly kind: 'modify';
  readonly direction: Direction;
  readonly checkpoint: boolean;
  readonly target: DescribedRule;
  readonly to: DesiredRule;
}

export interface RevokeStep {
  readonly kind: 'revoke';
  readonly direction: Direction;
  readonly checkpoint: boolean;
  /** 1 to 100 rules. */
  readonly targets: readonly DescribedRule[];
}

/** The rules that a step adds; a rule that is modified is one as it will be. */
export function rulesAddedBy(step: Step): readonly DesiredRule[] {
  switch (step.kind) {
    case 'authorize':
      return step.rules;
    case 'modify':
      return [step.to];
    case 'revoke':
      return [];
  }
}

/** The rules that a step removes; a rule that is modified is one as it was. */
export function rulesRemovedBy(step: Step): readonly DescribedRule[] {
  switch (step.kind) {
    case 'authorize':
      return [];
    case 'modify':
      return [step.target];
    case 'revoke':
      return step.targets;
  }
}

/** The side that is kept where no order is hitless, or why nothing is promised. */
export type ExceptionKind = Exclude<Promised, 'hitless'> | 'unpromised' | 'unproved' | 'cannot-modify';

/** A promise that this plan cannot keep, and why. */
export interface PlanException {
  readonly kind: ExceptionKind;
  readonly message: string;
  /** Where the promise is given up for want of room. */
  readonly noHitlessOrder?: NoHitlessOrder;
}

/** Of a change for which no hitless order was found. */
export interface NoHitlessOrder {
  /** Whether there is none: each order of calls that lead from old rules to new ones was looked at. Else one may have been overlooked. */
  readonly isCertain: boolean;
  /** Each order hits one of these packets, whatever becomes of all others; none: not known. */
  readonly witnesses: readonly Packet[];
  /** How many free slots more would do: for rules of any kind, and for rules that name a group. */
  readonly freeSlots: { readonly rules: number; readonly groupRules: number };
}

export type FindingId =
  | 'absent-group'
  | 'absent-prefix-list'
  | 'absent-port-list'
  | 'expectation-fails'
  | 'expectation-unknown'
  | 'ignore-hides-rule'
  | 'ignored-opens'
  | 'ipv6-in-classic'
  | 'list-in-classic'
  | 'list-size-unknown'
  | 'modified-anyway'
  | 'nic-type-in-vpc'
  | 'priority-twin'
  | 'unknown-fields'
  | 'unmanaged-rules';

export interface PlanFinding {
  readonly id: FindingId | GuardrailCode;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly file: string;
  readonly line: number;
  /** Of a guardrail, whose id the finding has. */
  readonly guardrail?: 'violated' | 'exempt' | 'unknown';
}

export type BlockKind =
  | 'brake'
  | 'takeover'
  | 'opening'
  | 'guardrail'
  | 'expectation'
  | 'quota'
  | 'managed'
  | 'paused'
  | 'frozen'
  | 'flapping'
  | 'quarantined'
  | 'denied'
  | 'unsafe'
  | 'unsupported';

/** What ends a block: its time, the approval of a person, or an edit of the policy, the config or the cloud. */
export type LiftedBy = 'time' | 'approval' | 'edit';

/** A reason not to carry a plan out. Made in check/ only. */
export interface Block {
  readonly kind: BlockKind;
  readonly liftedBy: LiftedBy;
  readonly message: string;
  /** How to go on all the same: where a person can lift it, the exact command; empty if there is no way. */
  readonly override: string;
}

/** Of a plan that has no steps, or whose steps were made: whether it was blocked for single rules only, that it leaves out. */
export const leavesOutRulesOnly = (blocks: readonly Block[]): boolean =>
  blocks.every(({ kind }) => OF_RULES_LEFT_OUT.has(kind));

/** What flaps, what the cloud refused, and what names something that does not exist. */
const OF_RULES_LEFT_OUT: ReadonlySet<BlockKind> = new Set(['flapping', 'quarantined', 'denied']);

export interface GroupPlan extends GroupRef {
  readonly mode: Mode;
  readonly status: 'converged' | 'pending' | 'blocked' | 'observed';
  readonly diff: Diff;
  readonly steps: readonly Step[];
  /** Every intermediate state allows at least what old and new both allow, at most what either allows. */
  readonly hitless: boolean;
  readonly exceptions: readonly PlanException[];
  /** What the plan as a whole opens and closes, by box and by the rule that causes it. */
  readonly exposure: ExposureDelta;
  readonly findings: readonly PlanFinding[];
  readonly blockedBy: readonly Block[];
  /** Those of them for which the policy itself is held, whatever the group is like. */
  readonly heldBy: readonly Block[];
  /** SHA-256 over the group, the mode and the changes, however they are made: see `planHash`. */
  readonly hash: string;
  /** SHA-256 over the desired rules that the plan leads to: see `desiredHash`. */
  readonly desiredHash: string;
  /** What the brake counts: accept rules that lose traffic, but for undone drift and announced ends. None if the brake is off. */
  readonly losing: readonly Rule[];
  /** What the plan newly opens to the internet. None if that is not judged. */
  readonly opening: readonly OpenedService[];
  /** The one that lifted a block. */
  readonly approval: Approval | null;
}

export type LegacyPriority = 'modify' | 'replace' | 'revokeFirst';

/** Choices of the config that shape a plan. */
export interface PlanSettings {
  /** `prefer`: every safe pair in place, up to `maxModifyPerPlan`; `auto`: fewest calls; `never`. */
  readonly modify: 'prefer' | 'auto' | 'never';
  readonly maxModifyPerPlan: number;
  /** What to give up where no hitless order exists. */
  readonly fallback: 'neverOpen' | 'neverCut' | 'refuse';
  /** Whether the cloud is promised to apply a batch as a whole. */
  readonly batchesAtomic: boolean;
  /** Most rules a group may hold, in and out together. */
  readonly ruleQuota: number;
  /** Most rules of a basic group that may name a group; the vendor's 20 if absent. */
  readonly groupReferenceQuota?: number;
}

/** The settings, and what was learned that bears on the order of the calls. */
export interface PlanOptions extends PlanSettings {
  /**
   * How a rule gets another priority where a Modify may ignore it, as far as it was found out by trying: by Modify (tried
   * first; absent means this), by a new rule beside the old one, or only by a new one after the old one went.
   */
  readonly legacyPriority?: LegacyPriority;
  /** Most entries of prefix lists and port lists, by id: that is how often a rule counts that names one. */
  readonly listSizes?: Readonly<Record<string, number>>;
}
