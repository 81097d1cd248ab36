// `policies` of the config: where they are, and what is not taken for them.
import { z } from 'zod';
import { MAX_POLICY_FILE_BYTES } from '../../../reconciler/policy/read/decode.ts';
import { filePath, section, wholeNumber } from '../schema-words.ts';
import { gitSchema } from './git-schema.ts';

const MEBIBYTE = 1024 * 1024;

/** How much is read of a policy folder; beyond it the folder, or the file, counts as unreadable. */
export interface PolicyLimits {
  readonly files: number;
  /** Of all files together. */
  readonly bytes: number;
  readonly bytesPerFile: number;
}

/** Where policies are read where a config does not say. */
export const DEFAULT_POLICIES = 'policies';

export const DEFAULT_POLICY_LIMITS: PolicyLimits = {
  files: 20_000,
  bytes: 256 * MEBIBYTE,
  bytesPerFile: MAX_POLICY_FILE_BYTES,
};

const policyLimits = section('How much is read; beyond it what is in force stays.', {
  files: wholeNumber(1, 50_000, 'Most policy files.').default(DEFAULT_POLICY_LIMITS.files),
  bytes: wholeNumber(1, 1024 * MEBIBYTE, 'Most bytes of all policy files together.').default(
    DEFAULT_POLICY_LIMITS.bytes,
  ),
  bytesPerFile: wholeNumber(1, MAX_POLICY_FILE_BYTES, 'Most bytes of one policy file.').default(
    DEFAULT_POLICY_LIMITS.bytesPerFile,
  ),
});

export const policiesSchema = section('Where the policies come from.', {
  source: z.enum(['directory', 'git']).default('directory').meta({
    description: 'directory: what lies in `path`; git: what a commit of the repository under `git` holds.',
  }),
  path: filePath
    .default(DEFAULT_POLICIES)
    .meta({ description: 'Folder of the policy files, or one policy file.' }),
  requireClean: z.boolean().default(false).meta({
    description: 'Whether only policies that are as in their git commit come into force.',
  }),
  settleSeconds: wholeNumber(
    0,
    3600,
    'How long a file that is only the beginning of the one in force must stay as it is before it is taken.',
  ).default(10),
  limits: policyLimits,
  git: gitSchema.nullable().default(null),
}).superRefine(({ source, git }, context) => {
  if ((source === 'git') === (git !== null)) return;
  const [message, hint] =
    git === null
      ? [
          'source: git needs `git: {url: …}`',
          'add `git: {url: https://git.example.com/policies.git}`, with your own repository',
        ]
      : ['`git` is only for `source: git`', 'add `source: git`, or remove git'];
  context.addIssue({ code: 'custom', path: [git === null ? 'git' : 'source'], message, params: { hint } });
});
