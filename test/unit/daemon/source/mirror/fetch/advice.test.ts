import { expect, it } from 'vitest';
import { gitSchema } from '../../../../../../daemon/config/sections/git-schema.ts';
import { adviceOn } from '../../../../../../daemon/source/mirror/fetch/advice.ts';
import { complaintText } from '../../../../../../daemon/source/mirror/fetch/complaint.ts';

const https = (auth: Record<string, string> = {}) =>
  gitSchema.parse({ url: 'https://git.example.com/net/p.git', auth });
const ssh = gitSchema.parse({
  url: 'ssh://git@git.example.com/net/p.git',
  auth: { sshKeyFile: '/keys/id', knownHostsFile: '/keys/hosts' },
});
const local = gitSchema.parse({ url: '/srv/p.git' });

const NO_USER = "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled";

it('names the key whose token the host refuses, and shows no token', () => {
  expect(adviceOn(NO_USER, https({ tokenEnv: 'GIT_TOKEN' }))).toContain(
    '`policies.git.auth.tokenEnv` (GIT_TOKEN)',
  );
  expect(adviceOn(NO_USER, https({ tokenFile: '/run/token' }))).toContain(
    '`policies.git.auth.tokenFile` (/run/token)',
  );
});

it('says that the host wants a token where the config names none', () => {
  expect(adviceOn(NO_USER, https())).toContain('name it in `policies.git.auth.tokenEnv`');
});

it.each([
  ['Host key verification failed.', ssh, '`policies.git.auth.knownHostsFile` (/keys/hosts)'],
  ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @', ssh, 'knownHostsFile'],
  ['git@git.example.com: Permission denied (publickey).', ssh, '`policies.git.auth.sshKeyFile` (/keys/id)'],
  [
    "fatal: unable to access 'https://x/': SSL certificate problem: unable to get local issuer",
    https(),
    'caFile',
  ],
  [
    "fatal: unable to access 'https://x/': server certificate verification failed.",
    https({ caFile: '/ca.pem' }),
    '`policies.git.auth.caFile` (/ca.pem)',
  ],
  ["fatal: repository 'https://git.example.com/net/p.git/' not found", https(), '`policies.git.url` right'],
  ["fatal: '/srv/p.git' does not appear to be a git repository", local, 'right path'],
  ["fatal: unable to access 'https://x/': Could not resolve host: x", https(), '`policies.git.url`'],
  ['fatal: unable to update url base from redirection', https(), 'redirects are not followed'],
] as const)('says where to look after "%s"', (said, git, key) => {
  const text = complaintText({ kind: 'refused', code: 128, complaint: said }, { git, seconds: 30 });
  expect(text).toContain(key);
});

it('adds nothing to what it knows nothing of', () => {
  expect(adviceOn('fatal: bad pack', https())).toBeNull();
});
