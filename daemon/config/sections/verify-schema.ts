// `policies.git.verify` of the config: whose signatures a commit needs before it may come into force.
import { z } from 'zod';
import { filePath, section, wholeNumber } from '../schema-words.ts';

/** Complete and checked; paths as written until the config is resolved. */
export type VerifySettings = Readonly<z.output<typeof verifySchema>>;

const MAX_ENTRIES = 1000;
/** Of an OpenPGP key: the primary key's, in full. */
const GPG_FINGERPRINT = /^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/;
const SSH_FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

const gpgFingerprint = z
  .string()
  .regex(GPG_FINGERPRINT, 'write the full fingerprint of the primary key: 40 hex digits without spaces')
  .transform((text) => text.toUpperCase());

const anyFingerprint = z
  .string()
  .refine(
    (text) => GPG_FINGERPRINT.test(text) || SSH_FINGERPRINT.test(text),
    'write SHA256:… as `ssh-keygen -lf KEY.pub` shows it, or the 40 hex digits of an OpenPGP key',
  )
  .transform((text) => (GPG_FINGERPRINT.test(text) ? text.toUpperCase() : text));

const author = z
  .string()
  .regex(/^([^=\s]+=)?[^=\s]+$/, 'write an address, a glob of addresses, or SIGNER=ADDRESS')
  .transform((text) => {
    const [first = '', second] = text.split('=');
    return second === undefined ? { signer: null, email: first } : { signer: first, email: second };
  });

const list = <Item extends z.ZodType>(item: Item, description: string) =>
  z.array(item).max(MAX_ENTRIES).default([]).meta({ description });

const shape = {
  mode: z.enum(['none', 'head', 'strict', 'tag']).default('none').meta({
    description:
      'head: the newest commit is signed; strict: every commit since the one in force is; tag: `ref` is a signed tag, or a glob of them.',
  }),
  since: z
    .string()
    .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'write the full id of a commit')
    .nullable()
    .default(null)
    .meta({ description: 'The last commit that need not be signed, for the first start under `strict`.' }),
  allowedSigners: filePath.nullable().default(null).meta({
    description: 'SSH keys that may sign, and whose they are: see ALLOWED SIGNERS in ssh-keygen(1).',
  }),
  revocationFile: filePath
    .nullable()
    .default(null)
    .meta({ description: 'SSH keys that may no longer sign: public keys, or a KRL. Must exist.' }),
  gpgKeyring: filePath
    .nullable()
    .default(null)
    .meta({ description: 'Folder with the OpenPGP public keys (a GNUPGHOME); nothing else of it is used.' }),
  gpgFingerprints: list(gpgFingerprint, 'OpenPGP keys that may sign; others of the ring may not.'),
  authors: list(
    author,
    'Who may be author: globs of addresses that the signer must have himself, or SIGNER=ADDRESS. Empty: any.',
  ),
  minSigners: wholeNumber(
    1,
    2,
    'People who must have signed: with 2, the signer of a commit and that of its merge or of a tag on it.',
  ).default(1),
  platformKeys: list(
    anyFingerprint,
    'Keys with which the git host signs merges. They prove a merge; they are never a person.',
  ),
};

export const verifySchema = section(
  'Whose signatures a commit needs before it comes into force.',
  shape,
).superRefine((written, context) => {
  for (const { key, message } of conflictsOf(written)) {
    context.addIssue({ code: 'custom', path: [key], message });
  }
});

type WrittenVerify = z.output<z.ZodObject<typeof shape>>;

interface KeyConflict {
  readonly key: keyof WrittenVerify;
  readonly message: string;
}

/** What the keys say together and cannot mean. */
function conflictsOf(written: WrittenVerify): KeyConflict[] {
  const { mode, allowedSigners, revocationFile, gpgKeyring, gpgFingerprints, platformKeys } = written;
  const conflicts: ReadonlyArray<KeyConflict & { readonly when: boolean }> = [
    {
      when: mode !== 'none' && allowedSigners === null && gpgKeyring === null,
      key: 'mode',
      message: 'name whose signatures count: allowedSigners (SSH) or gpgKeyring (OpenPGP)',
    },
    {
      when: revocationFile !== null && allowedSigners === null,
      key: 'revocationFile',
      message: 'revocationFile is only for the keys of allowedSigners',
    },
    {
      when: gpgKeyring !== null && gpgFingerprints.length === 0 && !platformKeys.some(isGpg),
      key: 'gpgFingerprints',
      message: 'name the keys of gpgKeyring that may sign: being in the ring is not enough',
    },
    {
      when: gpgKeyring === null && gpgFingerprints.length > 0,
      key: 'gpgFingerprints',
      message: 'gpgFingerprints needs gpgKeyring, the folder with these keys',
    },
    ...unmappedKeys(written),
  ];
  const found = conflicts.filter(({ when }) => when);
  return found.length > 0 ? found : verifiesNothing(written);
}

/** Whoever writes keys down and forgets the mode believes that commits are verified. */
function verifiesNothing({ mode, ...keys }: WrittenVerify): KeyConflict[] {
  const { allowedSigners, gpgKeyring, authors, platformKeys, minSigners, since } = keys;
  const isMeant =
    [allowedSigners, gpgKeyring, since].some((key) => key !== null) ||
    authors.length + platformKeys.length > 0 ||
    minSigners > 1;
  const message =
    'under mode none nothing is verified: write head, strict or tag, or leave the other keys out';
  return mode === 'none' && isMeant ? [{ key: 'mode', message }] : [];
}

const isGpg = (fingerprint: string): boolean => GPG_FINGERPRINT.test(fingerprint);

/** A fingerprint names no person: two keys of one person must not count as two, and no author has it as an address. */
function unmappedKeys({
  gpgFingerprints,
  authors,
  minSigners,
}: WrittenVerify): Array<KeyConflict & { readonly when: boolean }> {
  const mapped = new Set(authors.map(({ signer }) => signer?.toUpperCase()));
  const missing = gpgFingerprints.find((fingerprint) => !mapped.has(fingerprint));
  if (missing === undefined) return [];
  const message = `say whose key ${missing} is: ${missing}=ADDRESS`;
  return [{ when: minSigners > 1 || authors.length > 0, key: 'authors', message }];
}
