// Checks one signature by git, which hands what is signed to ssh-keygen or gpg.
import { err, ok } from '../../../../reconciler/model/result.ts';
import { quote } from '../../../../reconciler/policy/read/complaint.ts';
import type { VerifySettings } from '../../../config/sections/verify-schema.ts';
import type { SignatureKind } from '../objects/headers.ts';
import { namesNobody } from '../trust/allowed-signers.ts';
import type { Trust } from '../trust/trust.ts';
import type { VerifyGit } from '../verify-git.ts';
import { readGpgOutput } from './gpg-output.ts';
import type { CheckedSignature, SignatureFault, Signer } from './signer.ts';
import { readSshOutput, type SshFault } from './ssh-output.ts';

/** With what signatures are checked. */
export interface Checker {
  readonly git: VerifyGit;
  readonly trust: Trust;
  readonly settings: VerifySettings;
}

export interface SignedObject {
  readonly id: string;
  readonly type: 'commit' | 'tag';
  readonly signature: SignatureKind | null;
}

/** Whose signature the object carries: a person's whose key is trusted, or the platform's. */
export async function checkSignature(object: SignedObject, checker: Checker): Promise<CheckedSignature> {
  const { trust } = checker;
  switch (object.signature) {
    case null:
      return fault('unsigned', 'is not signed');
    case 'other':
      return fault('bad-signature', 'has a signature that is neither one of SSH nor one of OpenPGP');
    case 'ssh':
      return trust.ssh === null
        ? fault(
            'unknown-signer',
            'is signed by an SSH key, and `policies.git.verify.allowedSigners` is not set',
          )
        : checkSsh(object, checker, trust.ssh);
    case 'openpgp':
      return trust.hasKeyring
        ? checkGpg(object, checker)
        : fault(
            'unknown-signer',
            'is signed by an OpenPGP key, and `policies.git.verify.gpgKeyring` is not set',
          );
  }
}

/** Whether the git host signed, for itself alone. */
export const isPlatform = (signer: Signer, { platformKeys }: VerifySettings): boolean =>
  signer.keys.some((key) => platformKeys.includes(key));

const fault = (reason: SignatureFault['reason'], message: string) => err({ reason, message });

const verify = ({ id, type }: SignedObject, git: VerifyGit, settings: readonly string[] = []) =>
  git.run([...settings, `verify-${type}`, '--raw', id]);

async function checkSsh(
  object: SignedObject,
  { git, settings }: Checker,
  trusted: NonNullable<Trust['ssh']>,
): Promise<CheckedSignature> {
  const { kind, complaint } = await verify(object, git);
  const read = readSshOutput(complaint, kind === null);
  if (read.ok) return isPlatform(read.value, settings) ? read : personOnly(read.value);
  switch (read.error.kind) {
    case 'unlisted':
      return unlisted(read.error, trusted);
    case 'refused':
      return refusedBySsh(object, git, trusted);
    case 'unknown':
      return unexpected(complaint, kind, 'ssh-keygen');
  }
}

/** A pattern such as `*` lets a key sign, but says of no one that it is his. */
function personOnly(signer: Signer): CheckedSignature {
  const pattern = signer.names.find(namesNobody);
  if (pattern === undefined && signer.names.length > 0) return ok(signer);
  const message = `is signed by a key (${signer.keys.join()}) that is allowed for ${quote(pattern ?? '')}, which names no person: write whose key it is in \`policies.git.verify.allowedSigners\``;
  return fault('unknown-signer', message);
}

function unlisted(
  { key }: Extract<SshFault, { kind: 'unlisted' }>,
  { signers }: NonNullable<Trust['ssh']>,
): CheckedSignature {
  const listed = signers.find(({ fingerprint }) => fingerprint === key);
  const message =
    listed === undefined
      ? `is signed by a key (${key}) that \`policies.git.verify.allowedSigners\` does not list`
      : `is signed by the key of ${listed.principals.join()} (${key}) outside of the time for which it is allowed`;
  return fault('unknown-signer', message);
}

/** ssh-keygen says the same of a revoked key and of a false signature; without the list of revoked keys it tells them apart. */
async function refusedBySsh(
  object: SignedObject,
  git: VerifyGit,
  trusted: NonNullable<Trust['ssh']>,
): Promise<CheckedSignature> {
  if (trusted.hasRevocations) {
    const { kind, complaint } = await verify(object, git, ['-c', 'gpg.ssh.revocationFile=/dev/null']);
    const otherwise = readSshOutput(complaint, kind === null);
    if (otherwise.ok) {
      const { names, keys } = otherwise.value;
      return fault('revoked', `is signed by the key of ${names.join()} (${keys.join()}), which is revoked`);
    }
  }
  return fault('bad-signature', 'has a signature that does not fit it, or that was not made for git');
}

async function checkGpg(object: SignedObject, { git, settings }: Checker): Promise<CheckedSignature> {
  const { kind, complaint } = await verify(object, git);
  const read = readGpgOutput(complaint, kind === null);
  if (read === null) return unexpected(complaint, kind, 'gpg');
  if (!read.ok || isPlatform(read.value, settings)) return read;
  const [primary = ''] = read.value.keys;
  return settings.gpgFingerprints.includes(primary)
    ? read
    : fault(
        'unknown-signer',
        `is signed by the key ${primary}, which \`policies.git.verify.gpgFingerprints\` does not name`,
      );
}

function unexpected(complaint: string, kind: string | null, program: string): CheckedSignature {
  const said = complaint === '' ? (kind ?? 'nothing') : quote(complaint);
  return fault(
    'unreadable',
    `has a signature that could not be checked (is ${program} installed?): git said ${said}`,
  );
}
