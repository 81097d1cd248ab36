// What comes out when signatures are verified: a verdict, or the first thing that is not as it must be.
import { err, type Result } from '../../../reconciler/model/result.ts';
import type { VerifySettings } from '../../config/sections/verify-schema.ts';

/** Why a commit is not verified. */
export type VerifyReason =
  | 'unsigned'
  | 'bad-signature'
  | 'unknown-signer'
  | 'revoked'
  | 'forged-author'
  | 'too-few-signers'
  | 'clock'
  | 'unreadable';

export interface HeldCommit {
  readonly kind: 'held';
  readonly reason: VerifyReason;
  /** The commit that is not as it must be. */
  readonly commit: string;
  readonly message: string;
  /** Whether commits are missing that a deeper fetch may bring. */
  readonly isCut: boolean;
}

export interface Verified {
  readonly kind: 'verified';
  /** The people who signed the commit, its merge or a tag on it; none under `none`. */
  readonly signers: readonly string[];
  /** What a person should know all the same. */
  readonly warnings: readonly string[];
}

export type VerifyVerdict = Verified | HeldCommit;

/** How to go on after it, as the end of a sentence; empty where the message says so. No approval helps. */
export function howToSign(reason: VerifyReason, mode: VerifySettings['mode']): string {
  switch (reason) {
    case 'unsigned':
    case 'bad-signature':
    case 'unknown-signer':
    case 'revoked':
    case 'forged-author':
      return `; ${CURES[mode]}; no approval does instead`;
    case 'too-few-signers':
    case 'clock':
    case 'unreadable':
      return '';
  }
}

const CURES: Readonly<Record<VerifySettings['mode'], string>> = {
  none: 'sign it',
  head: 'push a signed commit on top of it, such as `git commit --allow-empty -S`',
  strict:
    'sign it again, and all after it: `git rebase --exec "git commit --amend --no-edit -S" COMMIT_IN_FORCE`, and push that in its place',
  tag: 'sign a tag of a higher version: `git tag -s`',
};

/** A commit that is held, in the place of a value. */
export function held(
  commit: string,
  reason: VerifyReason,
  message: string,
  isCut = false,
): { readonly ok: false; readonly error: HeldCommit } {
  return err({ kind: 'held', reason, commit, message, isCut });
}

/** The history ends before what is asked for: that is unknown, and so it is held. */
export function cutShort(
  commit: string,
  missing: string,
): { readonly ok: false; readonly error: HeldCommit } {
  const message = `commit ${shortId(missing)}, which commit ${shortId(commit)} builds on, is not in the mirror: what it brings is unknown`;
  return held(commit, 'unreadable', message, true);
}

/** A value, or the commit that is held. */
export type OrHeld<T> = Result<T, HeldCommit>;

const SHORT_DIGITS = 12;

/** A commit's id as people read it. */
export const shortId = (id: string): string => id.slice(0, SHORT_DIGITS);
