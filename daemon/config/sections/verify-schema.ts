// `policies.git.verify` of the config: whose signatures a commit needs before it may come into force.
import { z } from 'zod';
import { filePath, section, wholeNumber } from '../schema-words.ts';

/** Complete and checked; paths as written until the config is resolved. */
export type VerifySettings = Readonly<z.output<typeof verifySchema>>;

/** What must be signed: nothing, the newest commit, every commit, or the tag that is followed. */
export type VerifyMode = VerifySettings['mode'];

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
  allowedSigners: filePath
    .nullable()
    .default(null)
    .meta({
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

export const verifySchema = section('Whose signatures a commit needs before it comes into force.', shape);
