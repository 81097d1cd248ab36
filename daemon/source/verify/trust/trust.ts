// The keys as they were when a question was asked, copied into a private folder: what is checked is what is used, gpg
// finds no settings and writes nothing beside the user's keys.
import { mkdtemp, rm, writeFile, mkdir, readdir, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { VerifySettings } from '../../../config/sections/verify-schema.ts';
import { err, ok, type Result } from '../../../../reconciler/model/result.ts';
import { ioReason } from '../../../io-reason.ts';
import type { Workplace } from '../verify-git.ts';
import { readAllowedSigners, type AllowedSigner } from './allowed-signers.ts';
import { readTrustFile } from './trust-file.ts';

export interface Trust extends Workplace {
  /** Null where no SSH key is trusted. */
  readonly ssh: {
    readonly signers: readonly AllowedSigner[];
    readonly hasRevocations: boolean;
  } | null;
  readonly hasKeyring: boolean;
  readonly warnings: readonly string[];
}

const VERIFY_KEYS = 'policies.git.verify';
const MAX_SIGNERS_BYTES = 1024 * 1024;
const MAX_KEYS_BYTES = 32 * 1024 * 1024;
const RINGS = ['pubring.kbx', 'pubring.gpg'];

/** Copies the keys, asks with them, and removes the copies. */
export async function withTrust<T>(
  settings: VerifySettings,
  ask: (trust: Trust) => Promise<T>,
): Promise<Result<T, string>> {
  const folder = await privateFolder();
  if (!folder.ok) return folder;
  try {
    const trust = await copyKeys(settings, folder.value);
    return trust.ok ? ok(await ask(trust.value)) : trust;
  } finally {
    await rm(folder.value, { recursive: true, force: true });
  }
}

async function privateFolder(): Promise<Result<string, string>> {
  try {
    return ok(await mkdtemp(path.join(tmpdir(), 'rampart-verify-')));
  } catch (error) {
    return err(`no folder for the keys can be made in ${tmpdir()}: ${ioReason(error)}`);
  }
}

async function copyKeys(settings: VerifySettings, folder: string): Promise<Result<Trust, string>> {
  try {
    return await copyAll(settings, folder);
  } catch (error) {
    return err(`the keys cannot be copied to ${folder}: ${ioReason(error)}`);
  }
}

async function copyAll(settings: VerifySettings, folder: string): Promise<Result<Trust, string>> {
  const ssh = await copySshKeys(settings, folder);
  if (!ssh.ok) return ssh;
  const gpg = await copyKeyring(settings.gpgKeyring, folder);
  if (!gpg.ok) return gpg;
  return ok({
    folder,
    settings: ssh.value?.settings ?? [],
    // An empty folder where there is no keyring: never the user's own.
    variables: { GNUPGHOME: path.join(folder, 'gnupg') },
    ssh: ssh.value,
    hasKeyring: settings.gpgKeyring !== null,
    warnings: [...(ssh.value?.warnings ?? []), ...gpg.value],
  });
}

async function copySshKeys(
  { allowedSigners, revocationFile }: VerifySettings,
  folder: string,
): Promise<Result<(NonNullable<Trust['ssh']> & Pick<Trust, 'settings' | 'warnings'>) | null, string>> {
  if (allowedSigners === null) return ok(null);
  const written = await readTrustFile(`${VERIFY_KEYS}.allowedSigners`, allowedSigners, MAX_SIGNERS_BYTES);
  if (!written.ok) return written;
  const signers = readAllowedSigners(written.value.bytes.toString('utf8'));
  if (!signers.ok) {
    return err(`line ${signers.error} of ${allowedSigners} is not PRINCIPALS [OPTIONS] KEYTYPE KEY`);
  }
  const copy = path.join(folder, 'allowed_signers');
  await writeFile(copy, written.value.bytes, { mode: 0o600 });
  const settings = [`gpg.ssh.allowedSignersFile=${copy}`];
  const { warnings } = written.value;
  if (revocationFile === null)
    return ok({ signers: signers.value, hasRevocations: false, settings, warnings });
  const revoked = await readTrustFile(`${VERIFY_KEYS}.revocationFile`, revocationFile, MAX_KEYS_BYTES);
  if (!revoked.ok) return revoked;
  if (!isRevocationList(revoked.value.bytes)) {
    return err(`${revocationFile} is neither a list of public keys nor a KRL of ssh-keygen`);
  }
  const revokedCopy = path.join(folder, 'revoked_keys');
  await writeFile(revokedCopy, revoked.value.bytes, { mode: 0o600 });
  return ok({
    signers: signers.value,
    hasRevocations: true,
    settings: [...settings, `gpg.ssh.revocationFile=${revokedCopy}`],
    warnings: [...warnings, ...revoked.value.warnings],
  });
}

/** Otherwise ssh-keygen would refuse every signature, and it would look as if every key were revoked. */
function isRevocationList(bytes: Buffer): boolean {
  if (bytes.subarray(0, 8).toString('latin1') === 'SSHKRL\n\0') return true;
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim());
  return lines.every(
    (line) => line === '' || line.startsWith('#') || /^[a-z0-9@.-]+ [A-Za-z0-9+/]{32,}={0,2}( |$)/.test(line),
  );
}

/** Its warnings. Only the public keys are taken: settings could make gpg fetch keys, and an agent would stay behind. */
async function copyKeyring(
  keyring: string | null,
  folder: string,
): Promise<Result<readonly string[], string>> {
  const home = path.join(folder, 'gnupg');
  await mkdir(home, { mode: 0o700 });
  await chmod(home, 0o700);
  await writeFile(path.join(home, 'gpg.conf'), GPG_SETTINGS, { mode: 0o600 });
  if (keyring === null) return ok([]);
  const named = `\`${VERIFY_KEYS}.gpgKeyring\` names ${keyring}`;
  let names: string[];
  try {
    names = await readdir(keyring);
  } catch (error) {
    return err(`${named}, which cannot be read: ${ioReason(error)}`);
  }
  const ring = RINGS.find((name) => names.includes(name));
  if (ring === undefined)
    return err(`${named}, which has no ${RINGS.join(' or ')}: gpg --homedir ${keyring} --import KEY`);
  const read = await readTrustFile(`${VERIFY_KEYS}.gpgKeyring`, path.join(keyring, ring), MAX_KEYS_BYTES);
  if (!read.ok) return read;
  await writeFile(path.join(home, ring), read.value.bytes, { mode: 0o600 });
  return ok(read.value.warnings);
}

const GPG_SETTINGS = [
  'batch',
  'no-tty',
  'no-autostart',
  'no-auto-check-trustdb',
  'no-auto-key-retrieve',
  'disable-dirmngr',
  // Who may sign is told by fingerprints; the ring has no trust of its own.
  'trust-model always',
  '',
].join('\n');
