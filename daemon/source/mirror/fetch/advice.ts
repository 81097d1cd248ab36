// Which key of the config to look at, by what git, ssh or curl said. They name their own settings, which are not ours.
import type { GitSettings } from '../../../config/sections/git-schema.ts';

type Advice = readonly [said: RegExp, advice: (git: GitSettings) => string];

const KEY_ADVICE: readonly Advice[] = [
  [/could not read (Username|Password)|Authentication failed|returned error: 401/i, tokenAdvice],
  [/returned error: 403/i, tokenAdvice],
  [
    /certificate|SSL_ERROR|TLS connect/i,
    ({ auth: { caFile } }) =>
      caFile === undefined
        ? 'where the server has a certificate of your own authority, name its file in `policies.git.auth.caFile`'
        : `the server's certificate must be signed by one in \`policies.git.auth.caFile\` (${caFile}), and be made out to the host in \`policies.git.url\``,
  ],
  [
    /Host key verification failed|HOST IDENTIFICATION HAS CHANGED/i,
    ({ auth: { knownHostsFile = '' } }) =>
      `the key that the host shows is not in \`policies.git.auth.knownHostsFile\` (${knownHostsFile}): ask for it by ssh-keyscan, compare it with what the host's owner says, and only then write it there`,
  ],
  [
    /Permission denied|UNPROTECTED PRIVATE KEY|Load key|Identity file/i,
    ({ url, auth: { sshKeyFile = '' } }) =>
      url.kind === 'ssh'
        ? `the key in \`policies.git.auth.sshKeyFile\` (${sshKeyFile}) must be readable by this user alone, without a passphrase, and let in by the host`
        : 'this user must be able to read what `policies.git.url` names',
  ],
  [
    /Could not resolve host|Name or service not known/i,
    () => 'is the host in `policies.git.url` the right one?',
  ],
  [
    /returned error: 30\d|from redirection/i,
    () => 'redirects are not followed: write the address that they lead to in `policies.git.url`',
  ],
  [
    /not found|does not appear to be a git repository|does not exist|no such file/i,
    ({ url }) =>
      url.kind === 'local'
        ? 'is `policies.git.url` the right path?'
        : 'is `policies.git.url` right, and may we see that repository? A host says the same of one that it hides from us',
  ],
];

/** Null: it says enough, or nothing that we know of. */
export function adviceOn(complaint: string, git: GitSettings): string | null {
  const found = KEY_ADVICE.find(([said]) => said.test(complaint));
  return found === undefined ? null : found[1](git);
}

function tokenAdvice({ auth: { tokenEnv, tokenFile } }: GitSettings): string {
  const where =
    tokenEnv !== undefined
      ? `\`policies.git.auth.tokenEnv\` (${tokenEnv})`
      : `\`policies.git.auth.tokenFile\` (${tokenFile ?? ''})`;
  if (tokenEnv === undefined && tokenFile === undefined) {
    return 'the host wants a token: name it in `policies.git.auth.tokenEnv` or `policies.git.auth.tokenFile`';
  }
  return `the host does not take the token from ${where}: is it the right one, not expired, and may it read this repository?`;
}
