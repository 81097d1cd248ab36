// Which commit is taken of those that there are: the newest, unless a reason speaks against it. Then the one in force
// goes on, and the newer one is held.
import type { CommitFacts, SourceHoldReason } from '../../../reconciler/report/commit.ts';
import type { GitSettings } from '../../config/sections/git-schema.ts';
import type { SourceHold } from '../source.ts';
import type { Verifier } from '../verify/remember-verdicts.ts';
import { howToSign, shortId, type VerifyVerdict } from '../verify/verdict.ts';
import { treeId } from './commit-policies.ts';
import type { Base, Mirror, Tip } from './mirror.ts';
import { isTagRef } from './remote-ref.ts';
import type { SourceStanding } from './standing.ts';
import { compareTags } from './tag-version.ts';

export interface Choice {
  /** Null: none may be taken, and none is in force. */
  readonly commit: Chosen | null;
  readonly held: SourceHold | null;
  readonly warnings: readonly string[];
  /** Whether it is held for want of older commits, which a deeper fetch may bring. */
  readonly isCut: boolean;
}

export interface Chosen extends Pick<CommitFacts, 'id' | 'signers' | 'tag'> {
  /** Whether it is the one that was in force. */
  readonly isInForce: boolean;
}

export interface ChoosePorts {
  readonly git: GitSettings;
  readonly mirror: Mirror;
  readonly verify: Verifier;
  readonly nowMs: () => number;
}

/**
 * What newer commits must descend from: what is in force, or for `strict` what needs no signature. Of a rollback, the
 * commit that is wanted.
 */
export function baseOf(standing: SourceStanding, { verify }: GitSettings, tip: Tip): Base | null {
  const { inForce } = standing;
  const { ref, commit: wanted, isRolledBack } = commitMeant(tip, standing);
  if (isRolledBack && wanted !== inForce?.id) {
    return { kind: 'chosen', commit: wanted, tag: isTagRef(ref) ? ref : null };
  }
  const whole = verify.mode === 'strict';
  const commit = inForce?.id ?? (whole ? verify.since : null);
  return commit === null ? null : { kind: 'ancestor', commit, whole };
}

export async function chooseCommit(
  tip: Tip | null,
  standing: SourceStanding,
  ports: ChoosePorts,
): Promise<Choice> {
  const { inForce } = standing;
  const stays = inForce === null ? null : { ...inForce, isInForce: true };
  const wanted = tip === null ? null : commitMeant(tip, standing);
  const told = wanted?.isRolledBack === true ? rollbackTexts(standing) : [];
  const unchanged = { commit: stays, held: null, warnings: told, isCut: false };
  if (wanted === null || wanted.commit === inForce?.id) return unchanged;
  const cause = await causeToHold(wanted, standing, ports);
  if (cause === PENDING) return unchanged;
  if (cause !== null) return { ...unchanged, held: await heldAs(wanted, cause, ports) };
  const verdict = await askWhoSigned(wanted, standing, ports);
  if (verdict.kind === 'held') {
    const message = `${verdict.message}${howToSign(verdict.reason, ports.git.verify.mode)}`;
    const refused = { reason: 'signature', message } as const;
    return { ...unchanged, held: await heldAs(wanted, refused, ports), isCut: verdict.isCut };
  }
  const { signers, warnings } = verdict;
  const commit = { id: wanted.commit, signers, tag: tagOf(wanted), isInForce: false };
  return { ...unchanged, commit, warnings: [...told, ...warnings] };
}

function rollbackTexts({ rollback }: SourceStanding): string[] {
  const { to = '', about = null } = rollback ?? {};
  if (about === null) return [];
  return [
    `rolled back to ${shortId(to)}, ${about}: until the remote names another commit, or \`rampart rollback --end\``,
  ];
}

interface CommitMeant extends Tip {
  /** Whether a person chose it, whatever lies between. */
  readonly isRolledBack: boolean;
}

const commitMeant = (tip: Tip, { rollback }: SourceStanding): CommitMeant =>
  rollback !== null && (rollback.from ?? tip.commit) === tip.commit
    ? { ref: rollback.tag ?? (isTagRef(tip.ref) ? '' : tip.ref), commit: rollback.to, isRolledBack: true }
    : { ...tip, isRolledBack: false };

const tagOf = ({ ref }: Tip): string | null => (isTagRef(ref) ? ref : null);

const askWhoSigned = (
  wanted: CommitMeant,
  { inForce, rollback }: SourceStanding,
  { git, mirror, verify, nowMs }: ChoosePorts,
): Promise<VerifyVerdict> =>
  verify({
    repository: mirror.place.cwd,
    environment: mirror.place.environment,
    settings: git.verify,
    from: wanted.isRolledBack && rollback?.wasInForce === true ? null : (inForce?.id ?? null),
    to: wanted.commit,
    tag: tagOf(wanted),
    notBeforeMs: earliestOf(wanted, inForce, nowMs()),
    nowMs: nowMs(),
  });

/** Null if it may be older than what is in force: it is meant to, or the date of that is none that came yet. */
function earliestOf(wanted: CommitMeant, inForce: CommitFacts | null, nowMs: number): number | null {
  if (inForce === null || inForce.atMs > nowMs || wanted.isRolledBack) return null;
  return isTagRef(wanted.ref) && rewound(wanted, inForce) !== null ? null : inForce.atMs;
}

interface HoldCause {
  readonly reason: SourceHoldReason;
  readonly message: string;
}

/** The mirror does not reach far enough yet for an answer. */
const PENDING = Symbol('pending');

/** Why a commit is not taken after the one in force; null: it is. */
async function causeToHold(
  tip: CommitMeant,
  standing: SourceStanding,
  ports: ChoosePorts,
): Promise<HoldCause | typeof PENDING | null> {
  const { inForce } = standing;
  if (inForce === null || tip.isRolledBack || ports.git.allowRewind) return null;
  const found = isTagRef(tip.ref) ? rewound(tip, inForce) : await strayed(tip, inForce, ports);
  if (found === null || found === PENDING) return found;
  const tree = await treeId({ commit: tip.commit, path: ports.git.path }, ports.mirror.place);
  return tree !== null && standing.approved.has(tree) ? null : found;
}

async function strayed(
  { commit, ref }: Tip,
  inForce: CommitFacts,
  { mirror, git }: ChoosePorts,
): Promise<HoldCause | typeof PENDING | null> {
  const whole = git.verify.mode === 'strict';
  switch (await mirror.ancestry({ commit: inForce.id, whole }, commit)) {
    case 'descends':
      return null;
    case 'cut':
      return PENDING;
    case 'unrelated':
      return {
        reason: 'not-a-descendant',
        message: `${ref} is at ${shortId(commit)}, which does not descend from ${shortId(inForce.id)}, the commit in force: history was rewritten`,
      };
    case 'too-deep':
      return {
        reason: 'history-too-deep',
        message: `${shortId(inForce.id)}, the commit in force, is not among the ancestors of ${shortId(commit)} (${ref}) that policies.git.maxDepth (${git.maxDepth}) lets be fetched`,
      };
  }
}

function rewound({ commit, ref }: Tip, { tag, id }: CommitFacts): HoldCause | null {
  if (tag === null) return null;
  if (tag === ref) {
    const message = `the tag ${ref} was moved from ${shortId(id)}, the commit in force, to ${shortId(commit)}`;
    return { reason: 'rewind', message };
  }
  const difference = compareTags(ref, tag);
  if (difference !== null && difference > 0) return null;
  return {
    reason: 'rewind',
    message: `${ref} (${shortId(commit)}) is not of a higher version than ${tag} (${shortId(id)}), which is in force`,
  };
}

async function heldAs(
  { commit }: Tip,
  { reason, message }: HoldCause,
  { git, mirror }: ChoosePorts,
): Promise<SourceHold> {
  const hash = (await treeId({ commit, path: git.path }, mirror.place)) ?? commit;
  return { hash, revision: commit, reason, message };
}
