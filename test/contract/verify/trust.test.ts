// The files that say whose signatures count, as users leave them.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyVerdict } from '../../../daemon/source/verify/verdict.ts';
import { onlyWith } from '../../support/optional-tool.ts';
import { SigningWorld, verifyIn } from '../../support/signing-world.ts';

interface Case {
  readonly title: string;
  /** Makes the files; answers the settings that name them. */
  readonly make: (world: SigningWorld, folder: string) => Readonly<Record<string, unknown>>;
  readonly message: string;
}

const HELD: readonly Case[] = [
  {
    title: 'allowed signers that are not there',
    make: (_, folder) => ({ allowedSigners: path.join(folder, 'none') }),
    message: 'does not exist',
  },
  {
    title: 'a list of revoked keys that is not there',
    make: (_, folder) => ({ revocationFile: path.join(folder, 'none') }),
    message: 'does not exist',
  },
  {
    title: 'a list of revoked keys that is none',
    make: (world) => ({ revocationFile: world.write('garbage', 'hello\n') }),
    message: 'neither a list of public keys nor a KRL',
  },
  {
    title: 'a ring that is not there',
    make: (_, folder) => ({
      gpgKeyring: path.join(folder, 'none'),
      gpgFingerprints: ['A'.repeat(40)],
    }),
    message: 'does not exist',
  },
  {
    title: 'a folder in the place of the allowed signers',
    make: (_, folder) => ({ allowedSigners: folder }),
    message: 'not a regular file',
  },
  {
    title: 'a pipe in the place of the allowed signers',
    make: (_, folder) => {
      const pipe = path.join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      return { allowedSigners: pipe };
    },
    message: 'not a regular file',
  },
  {
    title: 'allowed signers with a line that cannot be read',
    make: (world) => ({
      allowedSigners: world.write('half', `${world.allowedSigners()}carol ssh-ed25519\n`),
    }),
    message: 'line 8 of',
  },
  {
    title: 'allowed signers that any user may write to',
    make: (world, folder) => ({ allowedSigners: copied(world, path.join(folder, 'signers'), 0o666) }),
    message: 'chmod o-w',
  },
  {
    title: 'allowed signers in a folder that any user may write to',
    make: (world, folder) => {
      const open = path.join(folder, 'open');
      mkdirSync(open);
      chmodSync(open, 0o777);
      return { allowedSigners: copied(world, path.join(open, 'signers')) };
    },
    message: 'chmod o-w',
  },
  {
    title: 'a link to allowed signers in a folder that any user may write to',
    make: (world, folder) => {
      const open = path.join(folder, 'open');
      mkdirSync(open);
      chmodSync(open, 0o777);
      symlinkSync(copied(world, path.join(open, 'signers')), path.join(folder, 'link'));
      return { allowedSigners: path.join(folder, 'link') };
    },
    message: 'chmod o-w',
  },
];

function copied(world: SigningWorld, file: string, mode = 0o644): string {
  writeFileSync(file, world.allowedSigners());
  chmodSync(file, mode);
  return file;
}

onlyWith('ssh-keygen', describe)('files that say whose signatures count', () => {
  let world: SigningWorld;
  let folders = 0;
  beforeAll(() => {
    world = new SigningWorld();
  });
  afterAll(() => world.remove());

  const newFolder = (): string => {
    folders += 1;
    const folder = path.join(world.folder, `files-${folders}`);
    mkdirSync(folder, { mode: 0o755 });
    return folder;
  };

  /** The verdict on a commit that alice signed. */
  const verdictWith = (written: Readonly<Record<string, unknown>>): Promise<VerifyVerdict> => {
    const repository = world.repository();
    const to = repository.commit({ by: world.keys.alice });
    return verifyIn(repository, { settings: world.settings(written), to });
  };

  for (const { title, make, message } of HELD) {
    it(`hold every commit where there is ${title}`, async () => {
      const verdict = await verdictWith(make(world, newFolder()));
      expect(verdict).toMatchObject({
        reason: 'unreadable',
        message: expect.stringContaining(message) as string,
      });
    });
  }

  it('warn of a group that may write to them', async () => {
    const allowedSigners = copied(world, path.join(newFolder(), 'signers'), 0o664);
    expect(await verdictWith({ allowedSigners })).toMatchObject({
      kind: 'verified',
      warnings: [expect.stringContaining('chmod g-w')],
    });
  });

  it('may be links into a folder that only the superuser writes to', async () => {
    const folder = newFolder();
    const link = path.join(folder, 'link');
    symlinkSync(copied(world, path.join(folder, 'signers')), link);
    expect(await verdictWith({ allowedSigners: link })).toMatchObject({ kind: 'verified', warnings: [] });
  });

  it('may be an empty list of revoked keys, or a KRL', async () => {
    expect(await verdictWith({ revocationFile: world.write('empty', '') })).toMatchObject({
      kind: 'verified',
    });
    const krl = path.join(newFolder(), 'krl');
    const revoke = (name: 'alice' | 'bob') =>
      execFileSync('ssh-keygen', ['-q', '-k', '-f', krl, `${world.keys[name].signWith}.pub`]);
    revoke('bob');
    expect(await verdictWith({ revocationFile: krl })).toMatchObject({ kind: 'verified' });
    revoke('alice');
    expect(await verdictWith({ revocationFile: krl })).toMatchObject({ reason: 'revoked' });
  });

  it('may name an authority, whose certificates say whose key it is', async () => {
    const { mallory, alice } = world.keys;
    const folder = newFolder();
    const own = path.join(folder, 'own');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', own]);
    const certified = ['-q', '-s', mallory.signWith, '-I', 'id', '-n', 'carol@example.com', `${own}.pub`];
    execFileSync('ssh-keygen', certified);
    const signers = world.write('authority', `*@example.com cert-authority ${mallory.publicKey}\n`);
    const repository = world.repository();
    const by = { ...alice, signWith: `${own}-cert.pub` };
    const asked = { settings: world.settings({ allowedSigners: signers }), to: repository.commit({ by }) };
    expect(await verifyIn(repository, asked)).toMatchObject({ signers: ['carol@example.com'] });
    const plain = repository.commit({ by: { ...alice, signWith: own } });
    expect(await verifyIn(repository, { ...asked, to: plain })).toMatchObject({ reason: 'unknown-signer' });
  });

  it('hold every commit where ssh-keygen is not installed', async () => {
    const folder = newFolder();
    for (const program of ['git', 'sh']) {
      symlinkSync(execFileSync('which', [program], { encoding: 'utf8' }).trim(), path.join(folder, program));
    }
    const repository = world.repository();
    const to = repository.commit({ by: world.keys.alice });
    const asked = { settings: world.settings(), to, searchPath: folder };
    expect(await verifyIn(repository, asked)).toMatchObject({
      reason: 'unreadable',
      message: expect.stringContaining('is ssh-keygen installed?') as string,
    });
    const none = { ...asked, searchPath: path.join(folder, 'none') };
    expect(await verifyIn(repository, none)).toMatchObject({ reason: 'unreadable' });
  });
});
