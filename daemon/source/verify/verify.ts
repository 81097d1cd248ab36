// Decides whether a commit may come into force by who signed it. What cannot be told is held, never verified.
import type { VerifySettings } from '../../config/sections/verify-schema.ts';
import type { Environment } from '../git/git.ts';

export interface VerifyRequest {
  /** Path of a bare repository. */
  readonly repository: string;
  readonly environment: Environment;
  readonly settings: VerifySettings;
  /** The commit in force, which is trusted; null at the first start. */
  readonly from: string | null;
  /** Id of the commit that shall come into force. */
  readonly to: string;
  /** Under `tag`, the full name of the tag that points at it. */
  readonly tag: string | null;
  readonly nowMs: number;
}

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

export type VerifyVerdict =
  | {
      readonly kind: 'verified';
      /** The people who signed the commit, its merge or a tag on it; none under `none`. */
      readonly signers: readonly string[];
      /** What a person should know all the same. */
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'held';
      readonly reason: VerifyReason;
      /** The commit that is not as it must be. */
      readonly commit: string;
      readonly message: string;
    };

/** Whether `to` may come into force after `from`. A git that fails makes it held; a rejected promise is a bug. */
export function verifyRevision({ settings, to }: VerifyRequest): Promise<VerifyVerdict> {
  if (settings.mode === 'none') return Promise.resolve({ kind: 'verified', signers: [], warnings: [] });
  const message = 'signatures cannot be verified yet';
  return Promise.resolve({ kind: 'held', reason: 'unreadable', commit: to, message });
}
