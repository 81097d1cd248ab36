// The file of allowed signers as ssh-keygen reads it, for what ssh-keygen does not say: whose key it is, and whether that
// is a person at all.
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';

/** One key, or one authority whose certificates are trusted. */
export interface AllowedSigner {
  /** Whose the key is, and all names are one person; or to whom the authority may give certificates. */
  readonly principals: readonly string[];
  readonly isAuthority: boolean;
  /** `SHA256:…` as ssh-keygen shows it. */
  readonly fingerprint: string;
}

const KEY_TYPE = /^(ssh|ecdsa|sk-ssh|sk-ecdsa)-[A-Za-z0-9@.-]+$/;
/** Runs of anything but spaces, but what stands in quotes belongs together. */
const FIELDS = /(?:[^\s"]|"(?:[^"\\]|\\.)*")+/g;

/** Every line of the file; or the number of the first that has no key. */
export function readAllowedSigners(text: string): Result<AllowedSigner[], number> {
  const signers: AllowedSigner[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const written = line.trim();
    if (written === '' || written.startsWith('#')) continue;
    const signer = readLine(written);
    if (signer === null) return err(index + 1);
    signers.push(signer);
  }
  return ok(signers);
}

function readLine(line: string): AllowedSigner | null {
  const [names, ...rest] = line.match(FIELDS) ?? [];
  const [first = '', second = ''] = rest;
  const hasOptions = !KEY_TYPE.test(first);
  const [type = '', key = ''] = hasOptions ? rest.slice(1) : [first, second];
  if (names === undefined || !KEY_TYPE.test(type) || !/^[A-Za-z0-9+/]{32,}={0,2}$/.test(key)) return null;
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
  return {
    principals: principalsOf(names.replaceAll('"', '')),
    isAuthority: hasOptions && /(^|,)cert-authority(,|$)/i.test(first),
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
  };
}

/** The names of a line, or of what ssh-keygen printed of it. */
export const principalsOf = (names: string): string[] => names.split(',').filter((name) => name !== '');

/** A pattern is no person's name. */
export const namesNobody = (principal: string): boolean => /[*?!]/.test(principal);
