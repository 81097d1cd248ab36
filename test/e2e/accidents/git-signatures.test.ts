// Accidents with who signs the policies: no one, someone else, with a key that no longer counts, or at a time that is
// not now. The last commit that was signed as it must be goes on to be enforced, also over a restart.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAD_POLICY, expectLastGood, GitAccidentWorld, GOOD_POLICY } from '../../support/git-accident.ts';
import { onlyWith } from '../../support/optional-tool.ts';
import { type CommitParts, SignedRepository } from '../../support/signed-repository.ts';
import { SigningWorld } from '../../support/signing-world.ts';
import { removeFolder } from '../../support/remove-folder.ts';

let people: SigningWorld;
let remote: SignedRepository;
let world: GitAccidentWorld;

const HELD = { reason: 'signature' };
const MINUTE = 60;
const nowSeconds = (): number => Math.floor(Date.now() / 1000);
/** Of the commit made last. */
let seconds = nowSeconds() - 60 * MINUTE;

/** Pushes a commit after these, or after the one in force. */
function push(parts: CommitParts, text = BAD_POLICY): string {
  const tree = (entries: string): string => remote.git(['mktree'], { input: entries });
  const blob = remote.git(['hash-object', '-w', '--stdin'], { input: text });
  const policies = tree(`100644 blob ${blob}\tweb.yaml\n`);
  const top = tree(`040000 tree ${policies}\tpolicies\n`);
  seconds += 1;
  const { parents = [world.inForce], at = seconds, ...signing } = parts;
  const commit = remote.commitTree(top, parents, { ...signing, at });
  remote.ref('refs/heads/main', commit);
  return commit;
}

interface SigningAccident {
  readonly title: string;
  readonly happens: () => unknown;
  readonly says: string;
  readonly restarted?: true;
  /** Whether the files of whose signatures count are changed. */
  readonly filesSuffer?: true;
}

const ACCIDENTS: readonly SigningAccident[] = [
  { title: 'the commit is unsigned', happens: () => push({}), says: 'not signed', restarted: true },
  {
    title: 'the signer is unknown',
    happens: () => push({ by: people.keys.mallory }),
    says: 'does not list',
  },
  { title: 'a revoked key signed', happens: () => push({ by: people.keys.rob }), says: 'revoked' },
  { title: 'a key signed whose time is over', happens: () => push({ by: people.keys.lapsed }), says: '' },
  {
    title: 'a key signed that is for the host alone',
    happens: () => push({ by: people.keys.host }),
    says: '',
  },
  {
    title: 'the clock of the signer is an hour ahead',
    happens: () => push({ by: people.keys.alice, at: nowSeconds() + 60 * MINUTE }),
    says: 'ahead',
  },
  {
    title: 'the clock of the signer is years behind',
    happens: () => push({ by: people.keys.alice, at: Date.UTC(2020, 0, 1) / 1000 }),
    says: 'before',
  },
  {
    title: 'the author is forged',
    happens: () => push({ by: people.keys.bob, author: 'alice@example.com' }),
    says: 'alice@example.com',
  },
  {
    title: 'the signature is of another commit',
    happens: () => {
      const signed = remote.bytesOf(push({ by: people.keys.alice }));
      const forged = remote.store('commit', signed.replace('\n\ncommit', '\n\nanother'));
      remote.ref('refs/heads/main', forged);
    },
    says: '',
  },
  {
    title: 'a signed commit follows an unsigned one',
    happens: () => push({ by: people.keys.alice, parents: [push({})] }),
    says: 'not signed',
  },
  {
    title: 'a signed merge brings in an unsigned commit',
    happens: () => push({ by: people.keys.alice, parents: [world.inForce, push({})] }),
    says: 'not signed',
  },
  {
    filesSuffer: true,
    title: 'the key was revoked after it had signed what is in force',
    happens: () => {
      const { alice, rob } = people.keys;
      people.write('revoked_keys', `${rob.publicKey}\n${alice.publicKey}\n`);
      push({ by: alice });
    },
    says: 'revoked',
  },
  {
    filesSuffer: true,
    title: 'the file of those who may sign is gone',
    happens: () => {
      rmSync(path.join(people.folder, 'allowed_signers'));
      push({ by: people.keys.alice });
    },
    says: 'allowed_signers',
    restarted: true,
  },
  {
    filesSuffer: true,
    title: 'the file of those who may sign is damaged',
    happens: () => {
      people.write('allowed_signers', '\0garbage\n'.repeat(10));
      push({ by: people.keys.alice });
    },
    says: '',
  },
  {
    filesSuffer: true,
    title: 'the file of revoked keys is gone',
    happens: () => {
      rmSync(path.join(people.folder, 'revoked_keys'));
      push({ by: people.keys.alice });
    },
    says: 'revoked_keys',
    restarted: true,
  },
];

const register = (): void => {
  beforeAll(async () => {
    people = new SigningWorld();
    const files = ['allowed_signers', 'revoked_keys'].map((name) => path.join(people.folder, name));
    const verify = [
      `mode: strict, allowedSigners: "${files[0]}", revocationFile: "${files[1]}"`,
      `authors: ["*@example.com"], platformKeys: ["${people.keys.host.fingerprint}"]`,
    ];
    world = await GitAccidentWorld.open({
      git: `verify: {${verify.join(', ')}}`,
      firstCommit: (estate) => {
        removeFolder(estate.remote);
        remote = new SignedRepository(estate.remote);
        return push({ by: people.keys.alice, parents: [] }, GOOD_POLICY);
      },
    });
  });
  afterAll(async () => {
    await world.close();
    people.remove();
  });

  for (const { says, ...accident } of ACCIDENTS) {
    test(`the last verified commit stays in force where ${accident.title}`, async () => {
      const files = ['allowed_signers', 'revoked_keys'].map((name) => path.join(people.folder, name));
      const before = files.map((file) => readFileSync(file));
      const line = await expectLastGood(world, {
        ...accident,
        told: ['policies.held', HELD, says],
      });
      expect(line.level).toBe('error');
      const mended = push({ by: people.keys.alice }, `${GOOD_POLICY}# after: ${accident.title}\n`);
      // Were the files whole again before this commit is seen, the one of the accident would be good.
      if (accident.filesSuffer === true) await world.daemon.event('policies.held', { commit: mended });
      for (const [at, file] of files.entries()) writeFileSync(file, before[at] ?? '');
      await world.putInForce(() => mended);
    });
  }
};

onlyWith('ssh-keygen', describe)('policies that must be signed have an accident', register);
