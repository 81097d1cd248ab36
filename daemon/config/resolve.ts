import path from 'node:path';
import { deepFreeze } from '../../reconciler/model/collections.ts';
import type { WrittenGuardrails } from '../../reconciler/policy/compile/compile-guardrails.ts';
import type { AccountConfig } from './accounts/accounts-schema.ts';
import type { Config, EmulatorConfig } from './config.ts';
import { isPostgresUrl } from './postgres-url.ts';
import { SHARED_JOURNAL } from './sections/journal-schema.ts';
import type { VerifySettings } from './sections/verify-schema.ts';
import { configSchema, type CheckedConfig } from './schema.ts';

type PathPlacer = (written: string) => string;

/** The complete, frozen config. Its relative paths start from the folder of the config file. */
export function resolveConfig(checked: CheckedConfig, file: string, guardrails: WrittenGuardrails): Config {
  const folder = path.dirname(file);
  const place: PathPlacer = (written) => (path.isAbsolute(written) ? written : path.join(folder, written));
  const { policies, reconcile, limits, attribution, notify, http, metrics, log, emulator } = checked;
  return deepFreeze({
    file,
    policies: { ...policies, path: place(policies.path), git: placeGit(policies.git, place) },
    accounts: placeAccounts(checked.accounts, place),
    reconcile,
    limits,
    guardrails,
    privateNetworks: checked.privateNetworks,
    attribution,
    journal: placeJournal(checked.journal, place),
    notify: notify.map((receiver) => placeFiles(receiver, place)),
    http: { ...http, hooks: placeHooks(http.hooks, place) },
    metrics,
    log,
    emulator: placeEmulator(emulator, place),
  });
}

function placeAccounts(accounts: CheckedConfig['accounts'], place: PathPlacer): Config['accounts'] {
  const placed = Object.create(null) as Record<string, AccountConfig>;
  for (const [name, account] of Object.entries(accounts)) {
    placed[name] = { ...account, credentials: placeFiles(account.credentials, place) };
  }
  return placed;
}

function placeHooks(hooks: CheckedConfig['http']['hooks'], place: PathPlacer): Config['http']['hooks'] {
  if (hooks === 'off') return hooks;
  const { git, events } = hooks;
  return {
    ...hooks,
    ...(git === undefined ? {} : { git: placeFiles(git, place) }),
    ...(events === undefined ? {} : { events: placeFiles(events, place) }),
  };
}

function placeJournal(
  { url, shards, leaseSeconds }: CheckedConfig['journal'],
  place: PathPlacer,
): Config['journal'] {
  return {
    url: isPostgresUrl(url) ? url : place(url),
    shards: shards ?? SHARED_JOURNAL.shards,
    leaseSeconds: leaseSeconds ?? SHARED_JOURNAL.leaseSeconds,
  };
}

/** git is run in a folder of its own, so a path of ours must be absolute. */
function placeGit(git: CheckedConfig['policies']['git'], place: PathPlacer): Config['policies']['git'] {
  if (git === null) return null;
  const absolute: PathPlacer = (written) => path.resolve(place(written));
  const url = git.url.kind === 'local' ? { ...git.url, url: absolute(git.url.url) } : git.url;
  return { ...git, url, auth: placeFiles(git.auth, absolute), verify: placeVerify(git.verify, absolute) };
}

function placeVerify(verify: VerifySettings, place: PathPlacer): VerifySettings {
  const { allowedSigners, revocationFile, gpgKeyring } = verify;
  const placed = (written: string | null) => (written === null ? null : place(written));
  return {
    ...verify,
    allowedSigners: placed(allowedSigners),
    revocationFile: placed(revocationFile),
    gpgKeyring: placed(gpgKeyring),
  };
}

function placeEmulator(emulator: CheckedConfig['emulator'], place: PathPlacer): EmulatorConfig {
  const { state, tls } = emulator;
  return {
    ...emulator,
    state: state === undefined ? null : place(state),
    tls: typeof tls === 'string' ? tls : placeFiles(tls, place),
  };
}

/** Every key `…File` names a file; an assumed role has credentials of its own inside. */
function placeFiles<T extends object>(credentials: T, place: PathPlacer): T {
  const placed = Object.entries(credentials).map(([key, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return [key, placeFiles(value, place)];
    return [key, typeof value === 'string' && key.endsWith('File') ? place(value) : value];
  });
  return Object.fromEntries(placed) as T;
}

/** What `rampart emulator` starts with where no config is named. */
export const emulatorDefaults = (): EmulatorConfig => ({
  ...configSchema.shape.emulator.parse({}),
  state: null,
});
