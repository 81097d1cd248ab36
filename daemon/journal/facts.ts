// What the journal knows of a group, and of all of them together, besides calls: it decides what the next plan may do,
// so it must survive a restart. A field is stored by itself, as JSON: add one here, with its value for a group of which
// nothing is known.
import type { KeptRule } from '../../reconciler/judge/break-glass.ts';
import type { CommitFacts, SourceHoldReason } from '../../reconciler/report/commit.ts';
import type { DesiredState } from '../../reconciler/model/group.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import { NO_ATTRIBUTION, type GroupAttribution } from './attribution.ts';

/** Rules that lose traffic by a plan that no approval covered. */
export interface Loss {
  /** When the plan was begun, Unix milliseconds. */
  readonly atMs: number;
  /** `ruleIdentity` of each. */
  readonly rules: readonly string[];
  /** `ruleIdentity` of the drop rules that the plan brings; absent: none. */
  readonly drops?: readonly string[];
  /** Whether the plan came to its end; else those of the rules are lost that are gone, and all once a drop is there. */
  readonly isDone: boolean;
}

/** A rule that a person has declared to be ours. */
export interface AdoptedRule {
  readonly id: string;
  /** OS user and host: self-asserted. */
  readonly by: string;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

export interface GroupFacts {
  /** `ruleIdentity` of each rule that the group had when it was last seen as its policy says; null: never seen so. */
  readonly lastConverged: readonly string[] | null;
  /** The policy last put in force: drift is repaired against it while a newer one waits. Null: none was yet. */
  readonly inForce: GroupPolicy | null;
  /** The newest revision of the policies that said so; null: not known. */
  readonly inForceRevision: string | null;
  /** `ruleIdentity` of rules that ended as their policy had said, since the group was last as its policy says. */
  readonly ended: readonly string[];
  /** Whether the group may be changed although a name or tags brought it in. */
  readonly takenOver: boolean;
  /** Ids of the rules that calls of this journal have brought or changed. */
  readonly ownedRules: readonly string[];
  /** `ruleIdentity` of the rules that calls have brought since the group was last read, which tells their ids. */
  readonly broughtRules: readonly string[];
  /** Written by `rampart adopt` alone, also beside a running daemon. */
  readonly adoptedRules: readonly AdoptedRule[];
  /** Of the last hour, oldest first. */
  readonly losses: readonly Loss[];
  /** Rules by hand that are left alone for a while, or were in the last day. */
  readonly breakGlass: readonly KeptRule[];
  /** Who made it drift. Stays when the group is forgotten. */
  readonly attribution: GroupAttribution;
}

export const NO_GROUP_FACTS: GroupFacts = {
  lastConverged: null,
  inForce: null,
  inForceRevision: null,
  ended: [],
  takenOver: false,
  ownedRules: [],
  broughtRules: [],
  adoptedRules: [],
  losses: [],
  breakGlass: [],
  attribution: NO_ATTRIBUTION,
};

/** A revision of the policies that is not put in force while the one before is. */
export type HeldRevision = {
  /** Of the policies as loaded, or of their tree in a commit: what an approval names. */
  readonly hash: string;
  readonly revision: string;
  /** Unix milliseconds. */
  readonly sinceMs: number;
} & (
  | {
      readonly reason: 'brake';
      /** Groups, as the policies name them, that would lose traffic. */
      readonly losing: readonly string[];
      /** Groups, as the policies name them, that would be released. */
      readonly released: readonly string[];
      /** More groups than this needed an approval. */
      readonly limit: number;
    }
  | {
      readonly reason: SourceHoldReason;
      /** One sentence: which commit, and why. */
      readonly message: string;
    }
);

/** The commit in force, and where it is from: in another repository, or of another ref, it means nothing. */
export interface CommitInForce {
  readonly url: string;
  /** In full. */
  readonly ref: string;
  readonly facts: CommitFacts;
}

/** A person has put an earlier commit in force, until the remote names another one than it did then. */
export interface RollbackInForce {
  /** Full id of the commit. */
  readonly to: string;
  /** What the remote named then. */
  readonly from: string;
  /** OS user and host: self-asserted. */
  readonly by: string;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

/** Most commits that were in force of which is known who wrote them. */
export const MAX_KNOWN_COMMITS = 200;

/** With one ended in the list, and without those that are over. */
export const withEndedFreeze = (
  before: readonly EndedFreeze[],
  ended: EndedFreeze,
  nowMs: number,
): readonly EndedFreeze[] => [...before.filter(({ untilMs }) => untilMs > nowMs), ended];

/** One occurrence of a freeze that a person has ended before its time. */
export interface EndedFreeze {
  readonly name: string;
  /** When that occurrence would have ended by itself, Unix milliseconds. */
  readonly untilMs: number;
  readonly reason: string;
}

/** The policy files that the state in force was made of, to tell a whole file from half of one after a restart. */
export interface KnownPolicyFiles {
  /** The policy folder or file, as the config names it. */
  readonly root: string;
  readonly rootIsFile: boolean;
  readonly files: readonly KnownPolicyFile[];
}

export interface KnownPolicyFile {
  /** Path from the policy folder. */
  readonly path: string;
  /** As shown to people. */
  readonly file: string;
  readonly length: number;
  /** SHA-256 in hexadecimal digits. */
  readonly hash: string;
  /** The bytes, deflated, in base64; null: too many. */
  readonly deflated: string | null;
}

export interface EstateFacts {
  /** What is in force; null before the first policies. */
  readonly desired: DesiredState | null;
  readonly held: HeldRevision | null;
  readonly endedFreezes: readonly EndedFreeze[];
  /** Null before the first policies. */
  readonly policyFiles: KnownPolicyFiles | null;
  /** Null: the policies in force are of no git source. */
  readonly commit: CommitInForce | null;
  /** Commits that were put in force, the newest last; each once. */
  readonly commits: readonly CommitFacts[];
  readonly rollback: RollbackInForce | null;
}

export const NO_ESTATE_FACTS: EstateFacts = {
  desired: null,
  held: null,
  endedFreezes: [],
  policyFiles: null,
  commit: null,
  commits: [],
  rollback: null,
};
