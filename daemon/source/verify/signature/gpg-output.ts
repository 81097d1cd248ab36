// What gpg says of an OpenPGP signature, in its status lines alone: its words for people are in no fixed form.
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import type { SignatureFault, Signer } from './signer.ts';

const PREFIX = '[GNUPG:] ';

/** What makes a signature worthless, whatever else gpg says of it; the first that is found counts. */
const FAULTS: ReadonlyArray<readonly [status: string, reason: SignatureFault['reason'], message: string]> = [
  ['BADSIG', 'bad-signature', 'has a signature that does not fit it'],
  ['REVKEYSIG', 'revoked', 'is signed by a revoked key'],
  ['EXPKEYSIG', 'unknown-signer', 'is signed by a key that has expired'],
  ['EXPSIG', 'bad-signature', 'has a signature that has expired'],
  ['NO_PUBKEY', 'unknown-signer', 'is signed by a key that is not in `policies.git.verify.gpgKeyring`'],
  ['ERRSIG', 'bad-signature', 'has a signature that gpg cannot check'],
];

/** SHA-256 and its kin; collisions of the older ones can be made. */
const GOOD_DIGESTS = ['8', '9', '10', '11'];
/** Of a binary or a text document. */
const GOOD_CLASSES = ['00', '01'];

/** The signer; null if this is not what gpg says of one signature. */
export function readGpgOutput(text: string, succeeded: boolean): Result<Signer, SignatureFault> | null {
  const statuses = text
    .split('\n')
    .filter((line) => line.startsWith(PREFIX))
    .map((line) => line.slice(PREFIX.length).split(' '));
  const linesOf = (name: string): string[][] => statuses.filter(([status]) => status === name);
  const signatures = linesOf('NEWSIG').length;
  if (signatures > 1) return err({ reason: 'bad-signature', message: 'has more than one signature' });
  const fault = FAULTS.find(([status]) => linesOf(status).length > 0);
  if (fault !== undefined) {
    const [status, reason, message] = fault;
    const key = linesOf(status)[0]?.[1] ?? '';
    return err({ reason, message: `${message} (${key})` });
  }
  const [valid, ...others] = linesOf('VALIDSIG');
  if (!succeeded || signatures !== 1 || linesOf('GOODSIG').length !== 1) return null;
  return valid === undefined || others.length > 0 ? null : readValid(valid.slice(1));
}

/** Fingerprint, date, seconds, expiry, version, reserved, key algorithm, digest, class, primary key's fingerprint. */
function readValid(fields: readonly string[]): Result<Signer, SignatureFault> | null {
  const [key = '', digest = '', kind = '', primary = ''] = [fields[0], fields[7], fields[8], fields[9]];
  if (![key, primary].every((each) => /^([0-9A-F]{40}|[0-9A-F]{64})$/.test(each))) return null;
  if (!GOOD_DIGESTS.includes(digest) || !GOOD_CLASSES.includes(kind)) {
    return err({
      reason: 'bad-signature',
      message: 'has a signature over a weak digest: sign it with SHA-256',
    });
  }
  return ok({ keys: [primary, key], names: [primary] });
}
