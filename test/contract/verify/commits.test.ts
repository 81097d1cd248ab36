import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onlyWith } from '../../support/optional-tool.ts';
import type { SignedRepository } from '../../support/signed-repository.ts';
import { shownVerdict, SigningWorld, verifyIn } from '../../support/signing-world.ts';

/** The commits of a case by name: `from` is in force, `to` is the newest. */
type Commits = Readonly<Record<string, string>> & { readonly from: string; readonly to: string };

interface Case {
  readonly title: string;
  readonly build: (repository: SignedRepository, world: SigningWorld) => Commits;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly head: string;
  readonly strict: string;
}

const TWO = { minSigners: 2 };
const AUTHORS = { authors: ['*@example.com'] };
const MAIN = { 'main.yaml': 'main' };
const BRANCH = { 'main.yaml': 'main', 'branch.yaml': 'branch' };

/** One commit on the one in force. */
const single =
  (parts: (world: SigningWorld) => Parameters<SignedRepository['commit']>[0]): Case['build'] =>
  (repository, world) => {
    const from = repository.commit({ files: MAIN });
    return { from, to: repository.commit({ parents: [from], files: BRANCH, ...parts(world) }) };
  };

/** A commit on a branch, and the commit that merges it into the one in force. */
const merged =
  (
    of: (world: SigningWorld) => Parameters<SignedRepository['merge']>[1],
    by: (world: SigningWorld) => Parameters<SignedRepository['merge']>[1],
  ): Case['build'] =>
  (repository, world) => {
    const from = repository.commit({ files: MAIN });
    const side = repository.commit({ parents: [from], files: BRANCH, ...of(world) });
    return { from, side, to: repository.merge([from, side], by(world)) };
  };

const CASES: readonly Case[] = [
  {
    title: 'an unsigned commit is held',
    build: single(() => ({})),
    head: 'unsigned at to',
    strict: 'unsigned at to',
  },
  {
    title: 'a commit signed by an allowed key is verified',
    build: single(({ keys }) => ({ by: keys.alice })),
    head: 'verified by alice@example.com',
    strict: 'verified by alice@example.com',
  },
  {
    title: 'an unsigned commit below a signed one is held by strict alone',
    build: (repository, { keys }) => {
      const from = repository.commit();
      const below = repository.commit({ parents: [from] });
      return { from, below, to: repository.commit({ parents: [below], by: keys.alice }) };
    },
    head: 'verified by alice@example.com',
    strict: 'unsigned at below',
  },
  {
    title: 'an unsigned commit that a signed merge brings is held by strict alone',
    build: merged(
      () => ({}),
      ({ keys }) => ({ by: keys.alice }),
    ),
    head: 'verified by alice@example.com',
    strict: 'unsigned at side',
  },
  {
    title: 'a key that no line lists is held',
    build: single(({ keys }) => ({ by: keys.mallory })),
    head: 'unknown-signer at to',
    strict: 'unknown-signer at to',
  },
  {
    title: 'a revoked key is held',
    build: single(({ keys }) => ({ by: keys.rob })),
    head: 'revoked at to',
    strict: 'revoked at to',
  },
  {
    title: 'a key outside of its window is held',
    build: single(({ keys }) => ({ by: keys.lapsed })),
    head: 'unknown-signer at to',
    strict: 'unknown-signer at to',
  },
  {
    title: 'a key outside of its window is held though its commit is dated back into it',
    build: single(({ keys }) => ({ by: keys.lapsed, at: Date.UTC(2025, 5, 1) / 1000 })),
    head: 'clock at to',
    strict: 'clock at to',
  },
  {
    title: 'a commit dated one second before its parent is held',
    build: (repository, { keys }) => {
      const from = repository.commit({ at: 2_000_000_000 });
      return { from, to: repository.commit({ parents: [from], by: keys.alice, at: 1_999_999_999 }) };
    },
    head: 'clock at to',
    strict: 'clock at to',
  },
  {
    title: 'a commit of the same second as its parent is verified',
    build: (repository, { keys }) => {
      const from = repository.commit({ at: 2_000_000_000 });
      return { from, to: repository.commit({ parents: [from], by: keys.alice, at: 2_000_000_000 }) };
    },
    head: 'verified by alice@example.com',
    strict: 'verified by alice@example.com',
  },
  {
    title: 'a key that is allowed for a pattern of names is no one’s',
    build: single(({ keys }) => ({ by: keys.anyone })),
    head: 'unknown-signer at to',
    strict: 'unknown-signer at to',
  },
  {
    title: 'a forged author with a good key of someone else is held',
    build: single(({ keys }) => ({ by: keys.bob, author: 'alice@example.com' })),
    settings: AUTHORS,
    head: 'forged-author at to',
    strict: 'forged-author at to',
  },
  {
    title: 'an author who signs himself is verified',
    build: single(({ keys }) => ({ by: keys.bob, author: 'Bob@Example.com' })),
    settings: AUTHORS,
    head: 'verified by bob@example.com',
    strict: 'verified by bob@example.com',
  },
  {
    title: 'an author whom no glob lets pass is held',
    build: single(({ keys }) => ({ by: keys.bob, author: 'bob@example.com' })),
    settings: { authors: ['*@other.example'] },
    head: 'forged-author at to',
    strict: 'forged-author at to',
  },
  {
    title: 'an address that is mapped to a signer is his',
    build: single(({ keys }) => ({ by: keys.bob, author: 'robert@home.example' })),
    settings: { authors: ['bob@example.com=*@home.example'] },
    head: 'verified by bob@example.com',
    strict: 'verified by bob@example.com',
  },
  {
    title: 'a merge that the git host signs is verified by the signer of what it merges',
    build: merged(
      ({ keys }) => ({ by: keys.alice }),
      ({ keys }) => ({ by: keys.host }),
    ),
    settings: AUTHORS,
    head: 'verified by alice@example.com',
    strict: 'verified by alice@example.com',
  },
  {
    title: 'a merge that the git host signs is held where what it merges is unsigned',
    build: merged(
      () => ({}),
      ({ keys }) => ({ by: keys.host }),
    ),
    head: 'unsigned at side',
    strict: 'unsigned at side',
  },
  {
    title: 'a merge of the git host that adds something of its own is held',
    build: (repository, { keys }) => {
      const from = repository.commit({ files: MAIN });
      const side = repository.commit({ parents: [from], files: BRANCH, by: keys.alice });
      const files = { ...BRANCH, 'more.yaml': 'more' };
      return { from, side, to: repository.commit({ parents: [from, side], files, by: keys.host }) };
    },
    head: 'too-few-signers at to',
    strict: 'too-few-signers at to',
  },
  {
    title: 'a merge of the git host into an unsigned commit is held',
    build: (repository, { keys }) => {
      const from = repository.commit({ files: MAIN });
      const below = repository.commit({ parents: [from], files: { ...MAIN, 'below.yaml': 'below' } });
      const side = repository.commit({ parents: [from], files: BRANCH, by: keys.alice });
      return { from, below, side, to: repository.merge([below, side], { by: keys.host }) };
    },
    head: 'unsigned at below',
    strict: 'unsigned at below',
  },
  {
    title: 'two merges of the git host in a row are verified',
    build: (repository, { keys }) => {
      const from = repository.commit({ files: MAIN });
      const side = repository.commit({ parents: [from], files: BRANCH, by: keys.alice });
      const first = repository.merge([from, side], { by: keys.host });
      const files = { ...MAIN, 'bob.yaml': 'bob' };
      const bobs = repository.commit({ parents: [from], files, by: keys.bob });
      return { from, side, first, bobs, to: repository.merge([first, bobs], { by: keys.host }) };
    },
    head: 'verified by bob@example.com',
    strict: 'verified by bob@example.com',
  },
  {
    title: 'a commit that the git host squashed is held: it is no one’s',
    build: single(({ keys }) => ({ by: keys.host })),
    head: 'too-few-signers at to',
    strict: 'too-few-signers at to',
  },
  {
    title: 'of two signers, one is too few',
    build: single(({ keys }) => ({ by: keys.alice })),
    settings: TWO,
    head: 'too-few-signers at to',
    strict: 'too-few-signers at to',
  },
  {
    title: 'of two signers, the second may sign the merge',
    build: merged(
      ({ keys }) => ({ by: keys.alice }),
      ({ keys }) => ({ by: keys.bob }),
    ),
    settings: TWO,
    head: 'verified by bob@example.com, alice@example.com',
    strict: 'verified by bob@example.com, alice@example.com',
  },
  {
    title: 'of two signers, the one of the commit is not the second',
    build: merged(
      ({ keys }) => ({ by: keys.alice }),
      ({ keys }) => ({ by: keys.alice }),
    ),
    settings: TWO,
    head: 'too-few-signers at side',
    strict: 'too-few-signers at side',
  },
  {
    title: 'of two signers, the git host is not the second',
    build: merged(
      ({ keys }) => ({ by: keys.alice }),
      ({ keys }) => ({ by: keys.host }),
    ),
    settings: TWO,
    head: 'too-few-signers at side',
    strict: 'too-few-signers at side',
  },
  {
    title: 'of two signers, the second is not in what the merge adds of its own',
    build: (repository, { keys }) => {
      const from = repository.commit({ files: MAIN });
      const side = repository.commit({ parents: [from], files: BRANCH, by: keys.alice });
      const files = { ...BRANCH, 'more.yaml': 'more' };
      return { from, side, to: repository.commit({ parents: [from, side], files, by: keys.bob }) };
    },
    settings: TWO,
    head: 'too-few-signers at to',
    strict: 'too-few-signers at to',
  },
  {
    title: 'of two signers, the second has not signed by bringing a branch up to date',
    build: (repository, { keys }) => {
      const from = repository.commit({ files: MAIN });
      const below = repository.commit({ parents: [from], files: BRANCH, by: keys.alice });
      const bobs = repository.commit({ parents: [from], files: { ...MAIN, 'b.yaml': 'b' }, by: keys.bob });
      const update = repository.merge([bobs, below], { by: keys.bob });
      return { from, below, bobs, update, to: repository.merge([below, update], { by: keys.alice }) };
    },
    settings: TWO,
    head: 'too-few-signers at below',
    strict: 'too-few-signers at below',
  },
  {
    title: 'of two signers, the second may put a tag on the commit',
    build: (repository, world) => {
      const commits = single(({ keys }) => ({ by: keys.alice }))(repository, world);
      repository.tag('approved', commits.to, { by: world.keys.bob, author: 'bob@example.com' });
      return commits;
    },
    settings: TWO,
    head: 'verified by alice@example.com, bob@example.com',
    strict: 'verified by alice@example.com, bob@example.com',
  },
  {
    title: 'of two signers, a tag of the first, of the host, of a revoked key or without signature is none',
    build: (repository, world) => {
      const commits = single(({ keys }) => ({ by: keys.alice }))(repository, world);
      for (const name of ['alice', 'host', 'rob', 'mallory', 'anyone'] as const) {
        repository.tag(name, commits.to, { by: world.keys[name] });
      }
      repository.tag('unsigned', commits.to);
      return commits;
    },
    settings: TWO,
    head: 'too-few-signers at to',
    strict: 'too-few-signers at to',
  },
  {
    title: 'a commit that the git host squashed is verified by the tag of a person',
    build: (repository, world) => {
      const commits = single(({ keys }) => ({ by: keys.host }))(repository, world);
      repository.tag('approved', commits.to, { by: world.keys.bob });
      return commits;
    },
    head: 'verified by bob@example.com',
    strict: 'verified by bob@example.com',
  },
];

onlyWith('ssh-keygen', describe)('what a revision is verified by', () => {
  let world: SigningWorld;
  beforeAll(() => {
    world = new SigningWorld();
  });
  afterAll(() => world.remove());

  for (const mode of ['head', 'strict'] as const) {
    describe(`under ${mode}`, () => {
      for (const { title, build, settings, ...expected } of CASES) {
        it(title, async () => {
          const repository = world.repository();
          const commits = build(repository, world);
          const asked = {
            settings: world.settings({ mode, ...settings }),
            from: commits.from,
            to: commits.to,
          };
          const verdict = await verifyIn(repository, asked);
          expect(shownVerdict(verdict, commits), JSON.stringify(verdict)).toBe(expected[mode]);
        });
      }
    });
  }
});
