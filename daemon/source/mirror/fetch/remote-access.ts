// What git is told so that it reaches one remote, as the config says, and nothing else: no setting of the user or the
// system, no helper, no hook, no prompt. Secrets go through the environment: arguments are seen by everyone.
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import type { GitSettings } from '../../../config/sections/git-schema.ts';
import { readSecret, SecretMissing } from '../../../config/secret.ts';
import type { Environment } from '../../git/git.ts';

export interface AccessPorts {
  readonly environment: Environment;
  /** Told of each secret that git is given, so that no message shows it. */
  readonly onSecret: (secret: string) => void;
}

/** Of this process: how the network is reached. */
const PROXY_VARIABLES = [
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'all_proxy',
  'ALL_PROXY',
];

const PROTOCOLS = { https: 'https', ssh: 'ssh', local: 'file' } as const;

/** A server that sends next to nothing for this long is gone. */
const SLOW_SECONDS = 20;
const CONNECT_SECONDS = 15;

/**
 * Variables for every run of git in the mirror. `folder` is ours alone: what a home folder would add is not there, and
 * `gitconfig` in it is the only config that git reads besides that of the mirror.
 */
export function mirrorVariables(git: GitSettings, folder: string): Record<string, string> {
  return {
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: `${folder}/gitconfig`,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ALLOW_PROTOCOL: PROTOCOLS[git.url.kind],
    ...configVariables(SETTINGS),
  };
}

/** What stands in that `gitconfig`: the config names a local repository, whoever owns it. */
export function ownGitConfig({ url }: GitSettings): string {
  if (url.kind !== 'local') return '';
  const quoted = url.url.replace(/["\\]/g, '\\$&');
  return `[safe]\n\tdirectory = "${quoted}"\n\tdirectory = "${quoted}/.git"\n`;
}

/** The same, and what it takes to talk to the remote. An error says what is missing, never what it is. */
export async function remoteVariables(
  git: GitSettings,
  folder: string,
  { environment, onSecret }: AccessPorts,
): Promise<Result<Record<string, string>, string>> {
  const variables = mirrorVariables(git, folder);
  for (const name of PROXY_VARIABLES) {
    const value = environment[name];
    if (value !== undefined) variables[name] = value;
  }
  switch (git.url.kind) {
    case 'local':
      return ok(variables);
    case 'ssh':
      return ok({ ...variables, GIT_SSH_VARIANT: 'ssh', GIT_SSH_COMMAND: sshCommand(git.auth) });
    case 'https': {
      const settings = await httpsSettings(git, environment, onSecret);
      return settings.ok
        ? ok({ ...variables, ...configVariables([...SETTINGS, ...settings.value]) })
        : settings;
    }
  }
}

type Setting = readonly [key: string, value: string];

const SETTINGS: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['fetch.recurseSubmodules', 'false'],
  // Packs alone: how much is there can be told at a glance.
  ['fetch.unpackLimit', '1'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['protocol.version', '2'],
  ['transfer.bundleURI', 'false'],
];

async function httpsSettings(
  { url, auth }: GitSettings,
  environment: Environment,
  onSecret: AccessPorts['onSecret'],
): Promise<Result<Setting[], string>> {
  const settings: Setting[] = [
    // The token goes to this server, and not to where it points.
    ['http.followRedirects', 'false'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(SLOW_SECONDS)],
    ...(auth.caFile === undefined ? [] : [['http.sslCAInfo', auth.caFile] as const]),
  ];
  try {
    const token = await readSecret({ variable: auth.tokenEnv, file: auth.tokenFile }, environment);
    if (token === '') return ok(settings);
    const pair = Buffer.from(`${auth.username}:${token}`).toString('base64');
    onSecret(token);
    onSecret(pair);
    const key = `http.${new URL(url.url).origin}/.extraHeader`;
    return ok([...settings, [key, `Authorization: Basic ${pair}`]]);
  } catch (error) {
    if (error instanceof SecretMissing) return err(error.message);
    throw error;
  }
}

/** Git runs it through a shell. */
function sshCommand({ sshKeyFile = '', knownHostsFile = '' }: GitSettings['auth']): string {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHostsFile}`,
    'GlobalKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'PreferredAuthentications=publickey',
    `ConnectTimeout=${CONNECT_SECONDS}`,
    `ServerAliveInterval=${SLOW_SECONDS}`,
    'ClearAllForwardings=yes',
  ];
  const words = ['ssh', '-F', '/dev/null', '-i', sshKeyFile, ...options.flatMap((option) => ['-o', option])];
  return words.map(shellQuoted).join(' ');
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Settings as variables, which outweigh every config file. */
function configVariables(settings: readonly Setting[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}
