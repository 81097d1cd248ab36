// Everything that decides a plan. Whoever plans a group hands over all of it at once, and edits nothing afterwards.
import type { ReadLists } from '../exposure/engine/context.ts';
import type { DescribedGroup, GroupRef } from '../model/group.ts';
import type { Quarantined, RefusedRule } from './diff/quarantine.ts';
import type { Resting } from './diff/resting.ts';
import type { GroupPolicy, LegacyPriority, PlanSettings } from './plan.ts';
import type { SafetyInput } from './safety.ts';

export interface PlanInput {
  readonly desired: GroupPolicy;
  readonly described: DescribedGroup;
  readonly settings: PlanSettings;
  /** Absent: nothing was learned. */
  readonly learned?: Partial<Learned>;
  /**
   * Ids of the rules that the journal shows we brought, or were told to adopt: where the policy says `declared`, no others
   * are removed or changed. Absent: none.
   */
  readonly ownedRules?: ReadonlySet<string>;
  /** `ruleIdentity` of rules by hand that are left alone for now. Absent: none. */
  readonly keptRules?: ReadonlySet<string>;
  /** Absent: none. Those of other groups, and those that have ended, hold nothing here. */
  readonly holds?: readonly Hold[];
  /** A freeze that is about what this policy asks for. Absent or null: none is. */
  readonly frozen?: Frozen | null;
  /** Entries of prefix lists and port lists. Absent: none was read. A list that is not here could not be read. */
  readonly lists?: ReadLists;
  /**
   * Ids of groups, prefix lists and port lists that the cloud says do not exist, so that it would refuse a rule that names
   * one. Absent: none is known.
   */
  readonly absent?: ReadonlySet<string>;
  /** Absent: no limit, no guardrail and no expectation is judged. */
  readonly safety?: SafetyInput;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/** What earlier calls have shown. A plan that is made without it is right too, but the cloud may refuse a part of it. */
export interface Learned {
  /** Rules that something else keeps undoing. Absent or null: none. */
  readonly resting?: Resting | null;
  /** Rules that the cloud keeps refusing. */
  readonly quarantined: Quarantined;
  /** Why, and until when. Absent: not known. */
  readonly refused?: readonly RefusedRule[];
  /** Most rules that the group was seen to hold where the cloud refused one more; null: no such refusal is known. */
  readonly ruleLimit: number | null;
  readonly legacyPriority: LegacyPriority;
  /** Most entries of prefix lists and port lists, by id: that is how often a rule counts that names one. */
  readonly listSizes: Readonly<Record<string, number>>;
  /** Why the sizes of some lists are not known: one sentence for each kind of list. */
  readonly unreadLists: readonly string[];
}

/** Changes wait until a time that was set beforehand. */
export interface Frozen {
  /** Of the freeze, in the config. */
  readonly name: string;
  /** `drift`: changes of the policy wait; `none`: nothing is written. */
  readonly allow: 'drift' | 'none';
  /** Whether another policy is in force. Then this one waits, whatever the group is like and whatever its mode. */
  readonly holdsPolicy: boolean;
  /** When none goes on any more that says no to as much, Unix milliseconds. */
  readonly untilMs: number;
  /** Whether that is later than the end of this one. */
  readonly isLonger: boolean;
}

/** A person has stopped all writing to a group, or (null) to every group, for a while. */
export interface Hold {
  readonly group: GroupRef | null;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly untilMs: number;
}
