// A repository and the people who sign in it: who they are and whose keys count is written to files, as users write it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifySchema, type VerifySettings } from '../../daemon/config/sections/verify-schema.ts';
import type { VerifyVerdict } from '../../daemon/source/verify/verdict.ts';
import { verifyRevision } from '../../daemon/source/verify/verify.ts';
import { makeSshKey, SignedRepository, type SshKey } from './signed-repository.ts';

/** `lapsed`'s key was good until 2026, and `rob`'s is revoked; no one lists `mallory`; `anyone` is listed as `*`. */
export const SSH_NAMES = ['alice', 'bob', 'lapsed', 'rob', 'mallory', 'anyone', 'host'] as const;
export type SshName = (typeof SSH_NAMES)[number];

export class SigningWorld {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'rampart-signing-'));
  readonly keys: Readonly<Record<SshName, SshKey>>;
  #repositories = 0;

  constructor() {
    const keys = path.join(this.folder, 'keys');
    mkdirSync(keys);
    this.keys = Object.fromEntries(SSH_NAMES.map((name) => [name, makeSshKey(keys, name)])) as Record<
      SshName,
      SshKey
    >;
    this.write('allowed_signers', this.allowedSigners());
    this.write('revoked_keys', `${this.keys.rob.publicKey}\n`);
  }

  /** The lines of everyone but mallory. */
  allowedSigners(): string {
    const { alice, bob, lapsed, rob, anyone, host } = this.keys;
    const lines = [
      '# who may sign',
      `alice@example.com,alice namespaces="git" ${alice.publicKey} laptop`,
      `bob@example.com ${bob.publicKey}`,
      `lapsed@example.com valid-after="20250101",valid-before="20260101" ${lapsed.publicKey}`,
      `rob@example.com ${rob.publicKey}`,
      `* ${anyone.publicKey}`,
      `host ${host.publicKey}`,
    ];
    return `${lines.join('\n')}\n`;
  }

  /** A file beside the repositories; answers its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  }

  repository(): SignedRepository {
    this.#repositories += 1;
    return new SignedRepository(path.join(this.folder, `repository-${this.#repositories}.git`));
  }

  /** As written in a config, over the files of this world. */
  settings(written: Readonly<Record<string, unknown>> = {}): VerifySettings {
    return verifySchema.parse({
      mode: 'head',
      allowedSigners: path.join(this.folder, 'allowed_signers'),
      revocationFile: path.join(this.folder, 'revoked_keys'),
      platformKeys: [this.keys.host.fingerprint],
      ...written,
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What to ask of a repository; the rest is as usual. */
export interface AskedOf {
  readonly settings: VerifySettings;
  readonly from?: string | null;
  readonly to: string;
  readonly tag?: string;
  readonly nowMs?: number;
  /** PATH; absent: that of this process. */
  readonly searchPath?: string;
}

export function verifyIn(
  repository: SignedRepository,
  { settings, from = null, to, tag, nowMs = repository.nowMs, searchPath = process.env.PATH }: AskedOf,
): Promise<VerifyVerdict> {
  const environment = { PATH: searchPath };
  return verifyRevision({
    repository: repository.folder,
    environment,
    settings,
    from,
    to,
    tag: tag ?? null,
    notBeforeMs: from === null ? null : Number(repository.git(['log', '-1', '--format=%ct', from])) * 1000,
    nowMs,
  });
}

/** In one word each: `verified by A, B`, or `REASON of COMMIT` with the commit by its place in the list. */
export function shownVerdict(verdict: VerifyVerdict, commits: Readonly<Record<string, string>>): string {
  if (verdict.kind === 'verified') return `verified by ${verdict.signers.join(', ')}`;
  const named = Object.entries(commits).find(([, id]) => id === verdict.commit)?.[0];
  return `${verdict.reason} at ${named ?? verdict.commit}`;
}
