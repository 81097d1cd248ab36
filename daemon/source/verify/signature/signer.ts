// Who signed, as a signature proves it.
import type { Result } from '../../../../reconciler/model/result.ts';
import type { VerifyReason } from '../verdict.ts';

export interface Signer {
  /** Fingerprints of the key: `SHA256:…` of an SSH key; of an OpenPGP key its primary key's first, then its own. */
  readonly keys: readonly string[];
  /** Names of whose key it is: principals, or the fingerprint of the primary key. */
  readonly names: readonly string[];
}

/** Why a signature proves nothing; the message goes on after `commit ID`. */
export interface SignatureFault {
  readonly reason: VerifyReason;
  readonly message: string;
  /** Whether commits are missing that would tell. */
  readonly isCut?: true;
}

export type CheckedSignature = Result<Signer, SignatureFault>;
