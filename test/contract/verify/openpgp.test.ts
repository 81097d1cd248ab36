import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifySettings } from '../../../daemon/config/sections/verify-schema.ts';
import { GpgKeys } from '../../support/gpg-keys.ts';
import { onlyWith } from '../../support/optional-tool.ts';
import type { GitSigner, SignedRepository } from '../../support/signed-repository.ts';
import { shownVerdict, SigningWorld, verifyIn } from '../../support/signing-world.ts';

const NAMES = ['carol', 'dave', 'guest', 'revoked', 'expired', 'stranger', 'host'] as const;
type Name = (typeof NAMES)[number];

interface Case {
  readonly title: string;
  readonly build: (
    repository: SignedRepository,
    keys: Readonly<Record<Name | 'subkey', GitSigner>>,
    world: SigningWorld,
  ) => string;
  readonly settings?: (keys: Readonly<Record<Name, GitSigner>>) => Readonly<Record<string, unknown>>;
  readonly verdict: (keys: Readonly<Record<Name, GitSigner>>) => string;
}

const by =
  (name: Name | 'subkey', author?: string): Case['build'] =>
  (repository, keys) =>
    repository.commit({ by: keys[name], ...(author === undefined ? {} : { author }) });

const mapped = (keys: Readonly<Record<Name, GitSigner>>) => ({
  gpgFingerprints: [keys.carol.fingerprint, keys.dave.fingerprint],
  authors: [
    `${keys.carol.fingerprint}=alice@example.com`,
    `${keys.dave.fingerprint}=dave@example.com`,
    '*@example.com',
  ],
});

const CASES: readonly Case[] = [
  {
    title: 'a key whose fingerprint is named is verified',
    build: by('carol'),
    verdict: ({ carol }) => `verified by ${carol.fingerprint}`,
  },
  {
    title: 'a subkey is its primary key’s',
    build: by('subkey'),
    verdict: ({ carol }) => `verified by ${carol.fingerprint}`,
  },
  {
    title: 'a key that is only in the ring is held',
    build: by('guest'),
    verdict: () => 'unknown-signer at to',
  },
  {
    title: 'a key that is not in the ring is held',
    build: by('stranger'),
    verdict: () => 'unknown-signer at to',
  },
  { title: 'a revoked key is held', build: by('revoked'), verdict: () => 'revoked at to' },
  { title: 'an expired key is held', build: by('expired'), verdict: () => 'unknown-signer at to' },
  {
    title: 'a commit that was changed after it was signed is held',
    build: (repository, { carol }) =>
      repository.store(
        'commit',
        repository.bytesOf(repository.commit({ by: carol })).replace(/commit\n$/, 'another\n'),
      ),
    verdict: () => 'bad-signature at to',
  },
  {
    title: 'two signatures in one are held, though the first is good',
    build: (repository, { carol, stranger }) => {
      const unsigned = repository.bytesOf(repository.commit());
      const payload = path.join(repository.folder, 'payload');
      writeFileSync(payload, unsigned);
      const both = Buffer.concat([carol, stranger].map((key) => signatureOf(payload, key)));
      return repository.store('commit', withSignature(unsigned, both));
    },
    verdict: () => 'bad-signature at to',
  },
  {
    title: 'a key of the git host is no one’s',
    build: by('host'),
    verdict: () => 'too-few-signers at to',
  },
  {
    title: 'a merge that the git host signs is verified by the signer of what it merges',
    build: (repository, { carol, host }) => {
      const from = repository.commit({ files: { a: 'a' } });
      const side = repository.commit({ parents: [from], by: carol, files: { a: 'a', b: 'b' } });
      return repository.merge([from, side], { by: host });
    },
    verdict: ({ carol }) => `verified by ${carol.fingerprint}`,
  },
  {
    title: 'a key that is mapped to its author is verified by his address',
    build: by('carol', 'alice@example.com'),
    settings: mapped,
    verdict: () => 'verified by alice@example.com',
  },
  {
    title: 'a forged author with a good key of someone else is held',
    build: by('dave', 'alice@example.com'),
    settings: mapped,
    verdict: () => 'forged-author at to',
  },
  {
    title: 'of two signers, the SSH key and the OpenPGP key of one person are one',
    build: (repository, { carol }, { keys }) => {
      const from = repository.commit({ files: { a: 'a' } });
      const side = repository.commit({ parents: [from], by: keys.alice, files: { a: 'a', b: 'b' } });
      return repository.merge([from, side], { by: carol });
    },
    settings: (keys) => ({ ...mapped(keys), minSigners: 2 }),
    verdict: () => 'too-few-signers at side',
  },
  {
    title: 'of two signers, one may sign with SSH and one with OpenPGP',
    build: (repository, { dave }, { keys }) => {
      const from = repository.commit({ files: { a: 'a' } });
      const side = repository.commit({ parents: [from], by: keys.alice, files: { a: 'a', b: 'b' } });
      return repository.merge([from, side], { by: dave, author: 'dave@example.com' });
    },
    settings: (keys) => ({ ...mapped(keys), minSigners: 2 }),
    verdict: () => 'verified by dave@example.com, alice@example.com',
  },
];

/** A detached signature of a file, as gpg writes it without armor. */
function signatureOf(file: string, key: GitSigner): Buffer {
  const args = ['--homedir', key.gnupgHome ?? '', '--batch', '--no-tty', '--local-user', key.signWith];
  return execFileSync('gpg', [...args, '--detach-sign', '--output', '-', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function withSignature(commit: string, signature: Buffer): string {
  const lines = signature.toString('base64').match(/.{1,64}/g) ?? [];
  const armored = ['-----BEGIN PGP SIGNATURE-----', '', ...lines, '-----END PGP SIGNATURE-----'].join('\n ');
  return commit.replace('\n\n', `\ngpgsig ${armored}\n\n`);
}

onlyWith('gpg', describe)('what an OpenPGP key verifies', () => {
  let world: SigningWorld;
  let gpg: GpgKeys;
  let keys: Readonly<Record<Name | 'subkey', GitSigner>>;
  let ring: string;

  beforeAll(() => {
    world = new SigningWorld();
    gpg = new GpgKeys(world.folder);
    const made = Object.fromEntries(
      NAMES.map((name) => [
        name,
        name === 'expired' ? gpg.makeExpired('expired@example.com') : gpg.make(`${name}@example.com`),
      ]),
    ) as Record<Name, GitSigner>;
    keys = { ...made, subkey: gpg.subkey(made.carol) };
    ring = gpg.ring(
      path.join(world.folder, 'ring'),
      NAMES.filter((name) => name !== 'stranger').map((name) => made[name]),
      [made.revoked],
    );
  });
  afterAll(() => {
    gpg.close();
    world.remove();
  });

  const settings = (written: Readonly<Record<string, unknown>>): VerifySettings =>
    world.settings({
      mode: 'strict',
      gpgKeyring: ring,
      gpgFingerprints: [keys.carol, keys.dave, keys.revoked, keys.expired].map(
        ({ fingerprint }) => fingerprint,
      ),
      platformKeys: [keys.host.fingerprint.toLowerCase()],
      ...written,
    });

  for (const { title, build, settings: written, verdict } of CASES) {
    it(title, async () => {
      const repository = world.repository();
      const to = build(repository, keys, world);
      const merged = repository
        .git(['rev-list', '--no-walk', `${to}^@`])
        .split('\n')
        .filter(Boolean);
      const [from = null, side = ''] =
        merged.length > 1 ? (repository.bytesOf(to).match(/(?<=^parent )\w+/gm) ?? []) : [];
      const found = await verifyIn(repository, { settings: settings(written?.(keys) ?? {}), from, to });
      expect(shownVerdict(found, { to, side }), JSON.stringify(found)).toBe(verdict(keys));
    });
  }

  it('a signature of gpg is held where only SSH keys are trusted', async () => {
    const repository = world.repository();
    const to = repository.commit({ by: keys.carol });
    expect(await verifyIn(repository, { settings: world.settings(), to })).toMatchObject({
      reason: 'unknown-signer',
    });
  });

  it('a signature of ssh is held where only OpenPGP keys are trusted', async () => {
    const repository = world.repository();
    const to = repository.commit({ by: world.keys.alice });
    const gpgOnly = settings({ allowedSigners: null, revocationFile: null });
    expect(await verifyIn(repository, { settings: gpgOnly, to })).toMatchObject({ reason: 'unknown-signer' });
  });

  it('the ring is neither written to nor asked for its settings', async () => {
    const lying = path.join(world.folder, 'lying-ring');
    gpg.ring(lying, [keys.guest]);
    writeFileSync(path.join(lying, 'gpg.conf'), `keyring ${path.join(ring, 'pubring.kbx')}\n`);
    const before = readdirSync(lying);
    const repository = world.repository();
    const to = repository.commit({ by: keys.carol });
    const verdict = await verifyIn(repository, { settings: settings({ gpgKeyring: lying }), to });
    expect(verdict).toMatchObject({ reason: 'unknown-signer' });
    expect(readdirSync(lying)).toEqual(before);
  });

  it('a folder without a ring is told', async () => {
    const empty = path.join(world.folder, 'empty');
    mkdirSync(empty);
    const repository = world.repository();
    const to = repository.commit({ by: keys.carol });
    const verdict = await verifyIn(repository, { settings: settings({ gpgKeyring: empty }), to });
    expect(verdict).toMatchObject({
      reason: 'unreadable',
      message: expect.stringContaining('pubring.kbx') as string,
    });
  });
});
