// What the checks are told about: facts seen from outside the daemon, on the network and in the cloud. Taken from the
// daemon's own word is only what is held against those: that it made a plan, under which revision, with which steps, and
// whether it warned that the plan cannot be hitless; and what it calls converged or done.
import type { SecurityGroup } from '../../emulator/state.ts';
import type { Step } from '../../reconciler/plan/plan.ts';
import type { SimPolicy } from './policies.ts';
import type { Wire } from './rules.ts';

/** A call that the daemon handed to the network. */
export interface SentCall {
  /** Which process sent it: 1 for the first. */
  readonly life: number;
  readonly atMs: number;
  readonly operation: string;
  readonly params: Wire;
  /** Security group id; empty for a listing. */
  readonly group: string;
  /** ClientToken; empty for a read. */
  readonly token: string;
}

/** A call that the cloud has worked off. */
export interface Landing {
  /** Null: someone at the console. */
  readonly call: SentCall | null;
  readonly atMs: number;
  readonly before: SecurityGroup;
  readonly after: SecurityGroup;
  /** The vendor's error code; empty after success. */
  readonly code: string;
}

/** An answer to DescribeSecurityGroupAttribute that reached the daemon whole. */
export interface Reading {
  readonly life: number;
  readonly group: string;
  readonly nicType: string;
  /** When it was asked for. */
  readonly sentMs: number;
  readonly shown: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

/** The daemon is about to carry out a plan. */
export interface PlanFact {
  readonly life: number;
  readonly group: string;
  readonly policy: SimPolicy;
  readonly hitless: boolean;
  /** Whether it was told earlier, and is begun once more: then this is the moment before its first call. */
  readonly isRetry: boolean;
  /** Whether a rule of the policy ends just now: the plan may still want it, or not any more. */
  readonly isEnding: boolean;
  /** The group as it really is at this moment. */
  readonly state: SecurityGroup;
}

/** A plan as it stands in the journal before its first call. */
export interface ToldPlan {
  readonly group: string;
  readonly steps: readonly Step[];
  /** The group as it really is at this moment. */
  readonly state: SecurityGroup;
}

/** The daemon says that the group is as its policy says. */
export interface Converged {
  readonly group: string;
  /** Null if a rule of it ends just now: it may or may not be wanted. */
  readonly policy: SimPolicy | null;
}

/** A rule that must hold at every moment, watching. Methods are called in the order in which things happen. */
export interface Check {
  sent?(call: SentCall): void;
  landed?(landing: Landing): void;
  read?(reading: Reading): void;
  /** The daemon has a picture of the group, of so many rules, from which it may make a plan at once. */
  described?(group: string, rules: number): void;
  planned?(plan: PlanFact): void;
  told?(plan: ToldPlan): void;
  /** The log says that the call with this token succeeded. */
  succeeded?(token: string): void;
  converged?(converged: Converged): void;
  /** A person lets the waiting plan of a group go on. */
  approved?(group: string, atMs: number): void;
  /** Someone changed what a policy says of the group. */
  edited?(group: string, atMs: number): void;
  /** A policy names the group from now on. */
  named?(group: string, atMs: number): void;
  /** Until that moment calls may come to nothing. */
  unreadable?(untilMs: number): void;
  /** A new process starts. */
  started?(life: number): void;
}

/** Takes note of a violation; the simulation ends at the next event. */
export type Fail = (invariant: string, message: string) => void;

export const isWrite = (operation: string): boolean => !operation.startsWith('Describe');
