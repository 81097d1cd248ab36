// `policies.git` of the config: which commit of which repository is enforced, and how it is fetched.
import { z } from 'zod';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import {
  envNameSuchAs,
  filePath,
  parsedText,
  refuseInline,
  secretFile,
  wholeNumber,
} from '../schema-words.ts';
import { verifySchema } from './verify-schema.ts';
import { parseGitUrl } from './git-url.ts';

/** Complete and checked. Paths are as written until the config is resolved. */
export type GitSettings = Readonly<z.output<typeof gitSchema>>;

const auth = z
  .strictObject(
    {
      tokenEnv: envNameSuchAs('RAMPART_GIT_TOKEN')
        .optional()
        .meta({ description: 'Variable that holds the token for https.' }),
      tokenFile: secretFile
        .optional()
        .meta({ description: 'File that holds the token for https; read at each fetch.' }),
      username: z
        .string()
        .regex(/^[\w.@+-]{1,128}$/, 'write 1 to 128 letters, digits or any of . @ + - _')
        .default('x-access-token')
        .meta({ description: 'Goes with the token; most hosts take any.' }),
      caFile: filePath
        .optional()
        .meta({ description: 'Certificates of those who may sign that of an https server.' }),
      sshKeyFile: filePath.optional().meta({ description: 'Private key for ssh, without a passphrase.' }),
      knownHostsFile: filePath
        .optional()
        .meta({ description: 'Host keys for ssh, as ssh-keyscan writes them.' }),
    },
    {
      error: refuseInline(
        ['token', 'password', 'sshKey'],
        'name an environment variable (tokenEnv) or a file (tokenFile, sshKeyFile)',
      ),
    },
  )
  .prefault({})
  .meta({ description: 'How the remote knows us, and we it.' });

/** As git allows it, and a `*` for tags. */
function parseRef(text: string): Result<string, string> {
  const isGood =
    /^[\w.*+@-]+(\/[\w.*+@-]+)*$/.test(text) &&
    !/(^|\/)[.-]|\.\.|@\{|\.lock(\/|$)|\.$/.test(text) &&
    text.length <= 250;
  return isGood ? ok(text) : err('write a branch, or a full name such as refs/tags/v1.2.0');
}

function parseFolder(text: string): Result<string, string> {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (text.startsWith('/') || parts.includes('..') || text.includes('\0')) {
    return err('write a folder or a file of the repository, from its top');
  }
  return ok(parts.join('/'));
}

const DEFAULT_REF = 'main';

export const gitSchema = z
  .strictObject({
    url: parsedText(parseGitUrl, 'https, ssh, file, or the path of a local repository.'),
    ref: parsedText(parseRef, 'Branch; or the full name of a tag, or of tags with a * in it.').prefault(
      DEFAULT_REF,
    ),
    path: parsedText(
      parseFolder,
      'Folder of the policy files in the repository, or one policy file.',
    ).prefault('policies'),
    pollSeconds: wholeNumber(1, 86_400, 'The remote is asked for a newer commit this often.').default(30),
    allowRewind: z.boolean().default(false).meta({
      description: 'Whether a commit that does not descend from the one in force is taken unasked.',
    }),
    maxDepth: wholeNumber(
      1,
      1_000_000,
      'Most commits that are fetched to find the one in force among the ancestors of a newer one.',
    ).default(5000),
    verify: verifySchema,
    auth,
  })
  .superRefine(({ url, auth: given, ref, verify }, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (given.tokenEnv !== undefined && given.tokenFile !== undefined) {
      complain(['auth', 'tokenFile'], 'write one of tokenEnv and tokenFile');
    }
    for (const key of AUTH_KEYS) {
      const kind = AUTH_KINDS[key];
      if (given[key] !== undefined && kind !== url.kind) {
        complain(['auth', key], `${key} is only for ${kind} URLs`);
      }
    }
    for (const key of ['sshKeyFile', 'knownHostsFile'] as const) {
      if (url.kind === 'ssh' && given[key] === undefined) {
        complain(['auth'], `${key} is missing: an ssh URL needs sshKeyFile and knownHostsFile`);
      }
    }
    const trouble = refTrouble(ref, verify);
    if (trouble !== null) complain(['ref'], trouble);
  })
  .meta({ description: 'The repository that the policies are read from, for `source: git`.' });

/** Which kind of URL a key of `auth` is for. */
const AUTH_KINDS = {
  tokenEnv: 'https',
  tokenFile: 'https',
  caFile: 'https',
  sshKeyFile: 'ssh',
  knownHostsFile: 'ssh',
} as const;

const AUTH_KEYS = ['tokenEnv', 'tokenFile', 'caFile', 'sshKeyFile', 'knownHostsFile'] as const;

function refTrouble(ref: string, { mode }: z.output<typeof verifySchema>): string | null {
  if (ref.includes('*') && !ref.startsWith('refs/tags/')) {
    return 'a * may only stand in the name of tags: write refs/tags/…';
  }
  return mode === 'tag' && ref === DEFAULT_REF
    ? '`verify.mode: tag` follows tags: write refs/tags/v*, or the name of one tag'
    : null;
}
