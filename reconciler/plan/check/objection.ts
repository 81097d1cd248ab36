// Why a plan must not be carried out, as a plain value. Whoever finds a reason says what it is; what a person
// reads of it, and what becomes of the plan, is decided by blocks.ts and check.ts.
import type { Packet } from '../../exposure/engine/packet.ts';
import type { EmptiedDirection } from '../../judge/loss/emptied.ts';
import type { OpenedService } from '../../judge/opening.ts';
import type { SourcePlace } from '../../model/problem.ts';
import type { Rule, RuleAction } from '../../model/rule.ts';
import type { RefusedHere } from '../diff/quarantine.ts';
import type { Promised } from '../proof/transition.ts';
import type { NamedByRule } from '../diff/absent.ts';
import type { Frozen, Hold } from '../plan-input.ts';
import type { NoHitlessOrder, PlanOptions } from '../plan.ts';

/** All rules, or those that name a group: the vendor has a quota for each. */
export type QuotaKind = 'rules' | 'groupRules';

/** What is wanted, and what there may be. */
export interface Excess {
  readonly counted: QuotaKind;
  readonly wanted: number;
  readonly quota: number;
}

/** Found while an order of the calls was chosen: with one of these nothing is promised of the calls. */
export type OrderObjection =
  /** The group would hold more than it may, whatever the order. One entry or one for each quota. */
  | { readonly kind: 'overQuota'; readonly excess: readonly Excess[] }
  /** What is wanted fits, but there is no room to get there. */
  | {
      readonly kind: 'noRoom';
      readonly fallback: PlanOptions['fallback'];
      /** What there is too little room for. */
      readonly counted: readonly QuotaKind[];
      /** Null: more than room is missing. */
      readonly noHitlessOrder: NoHitlessOrder | null;
    }
  /** There is room for no more than to modify rules, and these would get the texts of others: they have none in the policy. */
  | { readonly kind: 'noText'; readonly places: readonly SourcePlace[] }
  /** Rules of these actions would be away for a moment, as they cannot be there beside the new ones. */
  | { readonly kind: 'briefAbsence'; readonly actions: ReadonlySet<RuleAction> };

/** Found by the proof, in the call at this 1-based place. */
export interface ProofObjection {
  readonly kind: 'brokenPromise';
  readonly promised: Promised;
  readonly call: number;
  readonly witness: Packet;
}

/** Found in what the vendor is known to refuse. `places`: of the rules that it refuses, in reading order. */
export type VendorObjection =
  | { readonly kind: 'managedByProduct' | 'noRuleIds' }
  | { readonly kind: 'groupPeers' | 'itselfAsPeer' | 'wholeOwnSide'; readonly places: readonly SourcePlace[] }
  /** Rules name what does not exist: they are left out of the plan until it does. */
  | { readonly kind: 'absentNames'; readonly absent: readonly NamedByRule[] };

/** A limit of the brake that the plan goes beyond. */
export type BrakeReason =
  | { readonly limit: 'rules'; readonly allowed: number }
  | { readonly limit: 'percent'; readonly allowed: number; readonly accepts: number }
  | { readonly limit: 'perHour'; readonly allowed: number; readonly lostLastHour: number }
  | { readonly limit: 'emptied'; readonly emptied: readonly EmptiedDirection[] };

/** Found in how much of a group is at stake: what a person may approve. */
export type SafetyObjection =
  | { readonly kind: 'brake'; readonly losing: readonly Rule[]; readonly reasons: readonly BrakeReason[] }
  /** A selector newly brought the group in, and this first plan would open or close something. */
  | { readonly kind: 'takeover'; readonly rules: number; readonly opens: boolean; readonly closes: boolean }
  | { readonly kind: 'opening'; readonly opening: readonly OpenedService[] };

/** Found in what the plan exposes or cuts, beyond a guardrail or against an expectation. */
export interface VerdictObjection {
  readonly kind: 'guardrail' | 'expectation';
  /** Id of the guardrail, or name of the expectation. */
  readonly about: string;
  readonly what: string;
  /** Empty: the policy's author knows best. */
  readonly remedy: string;
}

export type Objection =
  | VerdictObjection
  | SafetyObjection
  | OrderObjection
  | ProofObjection
  | VendorObjection
  | { readonly kind: 'held'; readonly hold: Hold }
  /** Something else keeps undoing the repair of these rules: they are left out of the plan until then. */
  | { readonly kind: 'flapping'; readonly rules: readonly Rule[]; readonly untilMs: number }
  /** The cloud refuses these rules: they are left out of the plan until each is tried again. */
  | { readonly kind: 'quarantined'; readonly refused: readonly RefusedHere[] }
  | { readonly kind: 'frozen'; readonly frozen: Frozen }
  /** The planner failed on this group. */
  | { readonly kind: 'bug'; readonly message: string };
