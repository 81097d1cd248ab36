// What stands between a mistake and a group, as values: limits, approvals, and what was there before.
import type { OpenedService } from '../judge/opening.ts';
import type { DesiredRule } from '../model/group.ts';
import type { Expectation, Guardrail } from '../model/packets/pattern.ts';
import type { Prefix } from '../model/prefix.ts';
import type { Direction } from '../model/rule.ts';

export interface BrakeSettings {
  /** Most losing rules of one plan. */
  readonly rules: number;
  /** Most losing rules of one plan in percent of the group's accept rules, from three on. */
  readonly percent: number;
  /** Most groups that one revision may make lose traffic, or release. */
  readonly groups: number;
  /** Most losing rules of a group in any hour that no approval covers. */
  readonly perHour: number;
  readonly opens: 'internet' | 'off';
  readonly takeover: 'approve' | 'auto';
}

export const DEFAULT_BRAKE: BrakeSettings = {
  rules: 20,
  percent: 30,
  groups: 10,
  perHour: 20,
  opens: 'internet',
  takeover: 'approve',
};

/** What a person has allowed. */
export interface Approval {
  /** Of the plan that the person saw. */
  readonly planHash: string;
  /** Of the desired rules that the plan leads to: later plans of the same ones may be covered too. */
  readonly desiredHash: string | null;
  /** `losingKey` of each losing rule, `openingKey` of each opened port; null: approved ahead, bound at the first plan of this hash. */
  readonly losing: readonly string[] | null;
  readonly opening: readonly string[] | null;
  /** OS user and host: self-asserted. */
  readonly by: string;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly untilMs: number;
}

/** What names an opened service in an approval. */
export const openingKey = ({ family, protocol, ports }: OpenedService): string =>
  `${family} ${protocol} ${ports}`;

/** How a person calls this program, for commands that are printed to be pasted. */
export interface Invocation {
  /** As `npx rampart`. */
  readonly program: string;
  /** ` --config FILE` with a space before it, or empty for the default one. */
  readonly flags: string;
}

export const DEFAULT_INVOCATION: Invocation = { program: 'rampart', flags: '' };

/** Absent parts of a plan input: nothing is judged of that kind. */
export interface SafetyInput {
  readonly brake: BrakeSettings | 'off';
  /** `ruleIdentity` of the rules of the group's last converged state; null: none is known, every rule counts. */
  readonly lastConverged: ReadonlySet<string> | null;
  /**
   * `ruleIdentity` of rules whose end was known while they were in force, and has come (`expires`, keep-until): that
   * they go is no loss.
   */
  readonly announced: ReadonlySet<string>;
  /** The policy that was last put in force; absent or null: none is known. */
  readonly inForce?: { readonly rules: Readonly<Record<Direction, readonly DesiredRule[] | null>> } | null;
  /** Losing rules that were carried out in the last hour without an approval. */
  readonly lostLastHour: number;
  /** Whether a selector brought the group in and it was never taken over. */
  readonly isNew: boolean;
  /** Those of this group, run out or not. */
  readonly approvals: readonly Approval[];
  /** Those whose scope holds this group. */
  readonly guardrails: readonly Guardrail[];
  /** Those of this group. */
  readonly expectations: readonly Expectation[];
  /** Where members of other groups are. Absent: `DEFAULT_PRIVATE_NETWORKS`. */
  readonly privateNetworks?: readonly Prefix[];
  readonly invocation: Invocation;
}
