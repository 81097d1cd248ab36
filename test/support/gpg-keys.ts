// Real OpenPGP keys in a folder of their own, whose agent ends with the test.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GitSigner } from './signed-repository.ts';

export class GpgKeys {
  readonly home: string;

  /** Socket names are short: the folder must not be deep. */
  constructor(folder: string) {
    this.home = path.join(folder, 'gnupg');
    mkdirSync(this.home, { mode: 0o700 });
  }

  make(email: string): GitSigner {
    this.run(['--passphrase', '', '--quick-generate-key', `Name <${email}>`, 'ed25519', 'sign', 'never']);
    return this.#signer(email);
  }

  /** A key that expired in 2020; it signs as if it were then. */
  makeExpired(email: string): GitSigner {
    const then = ['--faked-system-time', '20200101T000000'];
    const key = [
      '--passphrase',
      '',
      '--quick-generate-key',
      `Name <${email}>`,
      'ed25519',
      'sign',
      '2020-02-01',
    ];
    this.run([...then, ...key]);
    const program = path.join(this.home, 'gpg-of-2020');
    writeFileSync(program, `#!/bin/sh\nexec gpg ${then.join(' ')} "$@"\n`, { mode: 0o755 });
    return { ...this.#signer(email), program };
  }

  /** A subkey of this key that signs in its place. */
  subkey({ fingerprint }: GitSigner): GitSigner {
    this.run(['--passphrase', '', '--quick-add-key', fingerprint, 'ed25519', 'sign', 'never']);
    const listed = this.run(['--with-colons', '--list-keys', fingerprint])
      .split('\n')
      .filter((line) => line.startsWith('fpr'));
    const own = listed.at(-1)?.split(':')[9] ?? '';
    return { format: 'openpgp', signWith: `${own}!`, fingerprint, gnupgHome: this.home };
  }

  /** A ring in a folder of its own: these public keys, and that some of them are revoked. */
  ring(folder: string, keys: readonly GitSigner[], revoked: readonly GitSigner[] = []): string {
    mkdirSync(folder, { mode: 0o700 });
    const take = (text: string): void => {
      const args = ['--homedir', folder, '--batch', '--quiet', '--no-autostart', '--import'];
      execFileSync('gpg', args, { input: text, stdio: ['pipe', 'ignore', 'ignore'] });
    };
    take(this.run(['--armor', '--export', ...keys.map(({ fingerprint }) => fingerprint)]));
    for (const { fingerprint } of revoked) {
      const certificate = path.join(this.home, 'openpgp-revocs.d', `${fingerprint}.rev`);
      take(readFileSync(certificate, 'utf8').replace(/^:---/m, '---'));
    }
    return folder;
  }

  close(): void {
    spawnSync('gpgconf', ['--homedir', this.home, '--kill', 'all'], { stdio: 'ignore' });
  }

  run(args: readonly string[]): string {
    return execFileSync('gpg', ['--homedir', this.home, '--batch', '--quiet', '--no-tty', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #signer(email: string): GitSigner {
    const listed = this.run(['--with-colons', '--list-keys', email]).split('\n');
    const fingerprint = listed.find((line) => line.startsWith('fpr'))?.split(':')[9] ?? '';
    return { format: 'openpgp', signWith: `${fingerprint}!`, fingerprint, gnupgHome: this.home };
  }
}
