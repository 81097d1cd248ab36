import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onlyWith } from '../../support/optional-tool.ts';
import type { SignedRepository } from '../../support/signed-repository.ts';
import { shownVerdict, SigningWorld, verifyIn } from '../../support/signing-world.ts';

interface Case {
  readonly title: string;
  /** Makes the tag that leads to the commit; answers its full name. */
  readonly tag: (repository: SignedRepository, world: SigningWorld, to: string) => string;
  /** Whose key signs the commit; absent: unsigned. */
  readonly commitBy?: 'alice' | 'bob';
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly verdict: string;
}

const TWO = { minSigners: 2 };

const CASES: readonly Case[] = [
  {
    title: 'a signed tag verifies an unsigned commit',
    tag: (repository, { keys }, to) => repository.tag('v1', to, { by: keys.alice }),
    verdict: 'verified by alice@example.com',
  },
  {
    title: 'an unsigned annotated tag is held',
    tag: (repository, _, to) => repository.tag('v1', to),
    commitBy: 'alice',
    verdict: 'unsigned at to',
  },
  {
    title: 'a lightweight tag on a signed commit is held',
    tag: (repository, _, to) => {
      repository.ref('refs/tags/v1', to);
      return 'refs/tags/v1';
    },
    commitBy: 'alice',
    verdict: 'unsigned at to',
  },
  {
    title: 'a tag that is not there is held',
    tag: () => 'refs/tags/v1',
    commitBy: 'alice',
    verdict: 'unreadable at to',
  },
  {
    title: 'a tag of an unknown key is held',
    tag: (repository, { keys }, to) => repository.tag('v1', to, { by: keys.mallory }),
    verdict: 'unknown-signer at to',
  },
  {
    title: 'a tag of a revoked key is held',
    tag: (repository, { keys }, to) => repository.tag('v1', to, { by: keys.rob }),
    verdict: 'revoked at to',
  },
  {
    title: 'a tag of a key outside of its window is held',
    tag: (repository, { keys }, to) => repository.tag('v1', to, { by: keys.lapsed }),
    verdict: 'unknown-signer at to',
  },
  {
    title: 'a tag that is dated back into the window of its key is held',
    tag: (repository, { keys }, to) =>
      repository.tag('v1', to, { by: keys.lapsed, at: Date.UTC(2025, 5, 1) / 1000 }),
    verdict: 'clock at to',
  },
  {
    title: 'a tag dated an hour ahead is held',
    tag: (repository, { keys }, to) =>
      repository.tag('v1', to, { by: keys.alice, at: repository.nowMs / 1000 + 3600 }),
    verdict: 'clock at to',
  },
  {
    title: 'a signed tag that was moved to another commit is held',
    tag: (repository, { keys }, to) => {
      const elsewhere = repository.tag('v1', repository.commit(), { by: keys.alice });
      const moved = repository
        .bytesOf(repository.git(['rev-parse', elsewhere]))
        .replace(/^object \w+/, `object ${to}`);
      repository.ref(elsewhere, repository.store('tag', moved));
      return elsewhere;
    },
    verdict: 'bad-signature at to',
  },
  {
    title: 'a ref that points at the signed tag of another commit is held',
    tag: (repository, { keys }) => repository.tag('v1', repository.commit(), { by: keys.alice }),
    verdict: 'bad-signature at to',
  },
  {
    title: 'an old signed tag under a new name is held',
    tag: (repository, { keys }, to) => {
      const old = repository.git(['rev-parse', repository.tag('v1', to, { by: keys.alice })]);
      repository.ref('refs/tags/v2', old);
      return 'refs/tags/v2';
    },
    verdict: 'bad-signature at to',
  },
  {
    title: 'a tag of a tag is held',
    tag: (repository, { keys }, to) => {
      const inner = repository.tag('inner', to, { by: keys.alice });
      return repository.tag('v1', inner, { by: keys.alice });
    },
    verdict: 'bad-signature at to',
  },
  {
    title: 'a forged tagger with a good key of someone else is held',
    tag: (repository, { keys }, to) =>
      repository.tag('v1', to, { by: keys.bob, author: 'alice@example.com' }),
    settings: { authors: ['*@example.com'] },
    verdict: 'forged-author at to',
  },
  {
    title: 'a tag of the git host is no one’s',
    tag: (repository, { keys }, to) => repository.tag('v1', to, { by: keys.host }),
    commitBy: 'alice',
    verdict: 'too-few-signers at to',
  },
  {
    title: 'of two signers, the tag and the commit have one each',
    tag: (repository, { keys }, to) => repository.tag('v1', to, { by: keys.bob }),
    commitBy: 'alice',
    settings: TWO,
    verdict: 'verified by alice@example.com, bob@example.com',
  },
  {
    title: 'of two signers, the one of the tag is not also that of the commit',
    tag: (repository, { keys }, to) => repository.tag('v1', to, { by: keys.bob }),
    commitBy: 'bob',
    settings: TWO,
    verdict: 'too-few-signers at to',
  },
  {
    title: 'of two signers, an unsigned commit has none',
    tag: (repository, { keys }, to) => repository.tag('v1', to, { by: keys.bob }),
    settings: TWO,
    verdict: 'unsigned at to',
  },
];

onlyWith('ssh-keygen', describe)('what a tag verifies', () => {
  let world: SigningWorld;
  beforeAll(() => {
    world = new SigningWorld();
  });
  afterAll(() => world.remove());

  for (const { title, tag, commitBy, settings, verdict } of CASES) {
    it(title, async () => {
      const repository = world.repository();
      const from = repository.commit();
      const by = commitBy === undefined ? {} : { by: world.keys[commitBy] };
      const to = repository.commit({ parents: [from], ...by });
      const asked = { settings: world.settings({ mode: 'tag', ...settings }), from, to };
      const found = await verifyIn(repository, { ...asked, tag: tag(repository, world, to) });
      expect(shownVerdict(found, { from, to }), JSON.stringify(found)).toBe(verdict);
    });
  }
});
