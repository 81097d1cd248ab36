// A git source under `policies.git.verify`, before a remote on which anyone pushes anything: signed, unsigned, by unknown and
// revoked keys, merged by people and by the git host, rewritten, tagged, with restarts and hooks at any time.
//
// 1. head: what comes into force is signed by a person whose key is trusted; or it is a merge that the git host made by
//    itself, and the same holds for each parent that was not in force.
// 2. strict: the same holds for every commit that comes with it, and for the newest even if it was in force before.
// 3. tag: what comes into force has a tag of that name that such a person signed for it.
// 4. What is not let in is held and told, and what was in force stays so.
// 5. A good commit on the one in force (a good tag of a higher version) comes into force, whatever went before.
import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitSchema, type GitSettings } from '../../daemon/config/sections/git-schema.ts';
import { GitSource } from '../../daemon/source/mirror/git-source.ts';
import { Mirror } from '../../daemon/source/mirror/mirror.ts';
import type { LoadedPolicies } from '../../daemon/source/source.ts';
import { ok } from '../../reconciler/model/result.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { runs } from '../support/runs.ts';
import type { SignedRepository } from '../support/signed-repository.ts';
import { SigningWorld, type SshName } from '../support/signing-world.ts';

type Mode = 'head' | 'strict' | 'tag';

/** Whose word counts. */
const TRUSTED: readonly string[] = ['alice', 'bob'];

type Step =
  | { readonly kind: 'commit'; readonly by: SshName | null; readonly on: number }
  | {
      readonly kind: 'merge';
      readonly by: SshName | null;
      readonly ours: number;
      readonly theirs: number;
      /** Whether the merge holds something of its own. */
      readonly adds: boolean;
    }
  | { readonly kind: 'point'; readonly at: number }
  | {
      readonly kind: 'tag';
      readonly by: SshName | 'lightweight' | null;
      readonly at: number;
      readonly version: number;
    }
  | { readonly kind: 'hook' | 'load' | 'race' | 'restart' | 'wipe' };

const signer = fc.constantFrom<SshName | null>(
  ...([
    'alice',
    'alice',
    'alice',
    'bob',
    'bob',
    'host',
    'host',
    'host',
    'mallory',
    'rob',
    'anyone',
    null,
  ] as const),
);
/** Zero is the commit in force; the others are counted back from the newest. */
const which = fc.nat({ max: 6 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), by: signer, on: fc.nat({ max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('merge' as const),
      by: signer,
      ours: which,
      theirs: which,
      adds: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('point' as const), at: which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('tag' as const),
      by: fc.oneof(signer, fc.constant('lightweight' as const)),
      at: which,
      version: fc.nat({ max: 4 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Step>({ kind: 'hook' }, { kind: 'load' }, { kind: 'load' }, { kind: 'race' }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'restart' }, { kind: 'wipe' }) },
);

interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly by: SshName | null;
  readonly files: Readonly<Record<string, string>>;
  readonly isMerge: boolean;
}

/** The remote, the source that follows it, and what may be in force by the list above. */
class History {
  readonly #world: SigningWorld;
  readonly #remote: SignedRepository;
  readonly #git: GitSettings;
  readonly #mode: Mode;
  readonly #commits: Commit[] = [];
  /** `COMMIT TAG` of every tag that was signed as it must be. */
  readonly #goodTags = new Set<string>();
  /** All that were in force, and what they build on. */
  readonly #trusted = new Set<string>();
  #inForce: LoadedPolicies['facts'] = null;
  #source: GitSource;

  constructor(world: SigningWorld, mode: Mode, allowRewind: boolean) {
    this.#world = world;
    this.#mode = mode;
    this.#remote = world.repository();
    const { revocationFile, allowedSigners, platformKeys } = world.settings();
    this.#git = gitSchema.parse({
      url: this.#remote.folder,
      path: '.',
      ref: mode === 'tag' ? 'refs/tags/v*' : 'main',
      allowRewind,
      verify: { mode, allowedSigners, revocationFile, platformKeys },
    });
    this.#source = this.#open();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'commit': {
        this.#commit(step.by, this.#at(step.on));
        return;
      }
      case 'merge': {
        this.#merge(step, [this.#at(step.ours), this.#at(step.theirs)]);
        return;
      }
      case 'point': {
        this.#push(this.#at(step.at)?.id);
        return;
      }
      case 'tag': {
        this.#tag(`v${step.version}`, step.by, this.#at(step.at));
        return;
      }
      case 'hook':
        return this.#source.refresh();
      case 'load':
        return this.#load();
      case 'race': {
        await Promise.all([this.#source.refresh(), this.#load(), this.#source.refresh()]);
        return;
      }
      case 'restart':
        this.#source = this.#open();
        return;
      case 'wipe': {
        await rm(this.#folder, { recursive: true, force: true });
        this.#source = this.#open();
      }
    }
  }

  /** Fetches and takes what there is. */
  async look(): Promise<void> {
    await this.#source.refresh();
    await this.#load();
  }

  /** Invariant 5. */
  async settle(): Promise<void> {
    const base = this.#commits.find(({ id }) => id === this.#inForce?.id);
    this.#commit('alice', base ?? null);
    const good = this.#commits.at(-1)?.id;
    this.#tag('v99', 'bob', this.#commits.at(-1) ?? null);
    await this.look();
    expect(this.#inForce?.id).toBe(good);
  }

  async #load(): Promise<void> {
    const { facts, held, unreadable } = await this.#source.load();
    const before = this.#inForce;
    if (facts === null) {
      expect(before, JSON.stringify({ held, unreadable })).toBeNull();
      return;
    }
    if (facts.id !== before?.id) this.#expectGood(facts);
    this.#inForce = facts;
    for (const id of this.#reach(facts.id)) this.#trusted.add(id);
    if (held !== null) expect(held.message).not.toBe('');
  }

  #expectGood({ id, tag }: NonNullable<LoadedPolicies['facts']>): void {
    switch (this.#mode) {
      case 'tag': {
        expect([...this.#goodTags]).toContain(`${id} ${tag ?? ''}`);
        return;
      }
      case 'head': {
        expect(this.#isGood(id), `commit ${id} came into force`).toBe(true);
        return;
      }
      case 'strict': {
        const isFirst = this.#trusted.size === 0;
        const brought = isFirst ? [] : this.#reach(id).filter((each) => !this.#trusted.has(each));
        const bad = [id, ...brought].filter((each) => !this.#isGood(each));
        expect(bad, `commit ${id} came into force`).toEqual([]);
        return;
      }
    }
  }

  /** By what the commits were made as, and no other code. */
  #isGood(id: string): boolean {
    const commit = this.#commits.find((each) => each.id === id);
    if (commit?.by === undefined || commit.by === null) return false;
    if (TRUSTED.includes(commit.by)) return true;
    const [base, ...merged] = commit.parents;
    const isFirst = this.#trusted.size === 0;
    const judged = isFirst ? merged : [base, ...merged];
    return (
      commit.by === 'host' &&
      commit.isMerge &&
      judged.every((each) => each !== undefined && (this.#trusted.has(each) || this.#isGood(each)))
    );
  }

  #reach(id: string): string[] {
    const found = new Set<string>();
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...(this.#commits.find((each) => each.id === next)?.parents ?? []));
    }
    return [...found];
  }

  #at(back: number): Commit | null {
    const inForce = this.#commits.find(({ id }) => id === this.#inForce?.id);
    if (back === 0 && inForce !== undefined) return inForce;
    return this.#commits.at(-Math.max(1, Math.min(back, this.#commits.length))) ?? null;
  }

  #commit(by: SshName | null, on: Commit | null): void {
    const files = { ...on?.files, ...this.#newFile() };
    const parents = on === null ? [] : [on.id];
    const id = this.#remote.commit({ parents, files, ...this.#signed(by) });
    this.#add({ id, parents, by, files, isMerge: false });
  }

  #merge({ by, adds }: Extract<Step, { kind: 'merge' }>, [ours, theirs]: ReadonlyArray<Commit | null>): void {
    if (!ours || !theirs || ours === theirs) return;
    const parents = [ours.id, theirs.id] as const;
    const files = { ...ours.files, ...theirs.files, ...(adds ? this.#newFile() : {}) };
    const id = this.#remote.commit({ parents, files, ...this.#signed(by) });
    this.#add({ id, parents, by, files, isMerge: !adds });
  }

  /** No two commits touch the same file, so no merge has conflicts. */
  #newFile(): Record<string, string> {
    return { [`f${this.#commits.length}.yaml`]: `# ${this.#commits.length}\n` };
  }

  #tag(name: string, by: SshName | 'lightweight' | null, on: Commit | null): void {
    if (on === null) return;
    const ref = `refs/tags/${name}`;
    if (by === 'lightweight') {
      this.#remote.ref(ref, on.id);
      return;
    }
    this.#remote.git(['update-ref', '-d', ref]);
    this.#remote.tag(name, on.id, this.#signed(by));
    if (by !== null && TRUSTED.includes(by)) this.#goodTags.add(`${on.id} ${ref}`);
  }

  #add(commit: Commit): void {
    this.#commits.push(commit);
    this.#push(commit.id);
  }

  #push(id: string | undefined): void {
    if (id !== undefined) this.#remote.ref('refs/heads/main', id);
  }

  #signed(by: SshName | null) {
    return by === null ? {} : { by: this.#world.keys[by] };
  }

  get #folder(): string {
    return `${this.#remote.folder}.mirror`;
  }

  #open(): GitSource {
    const mirror = new Mirror({
      git: this.#git,
      folder: this.#folder,
      environment: { PATH: process.env.PATH },
      onSecret: () => undefined,
      lock: () => Promise.resolve(ok(() => undefined)),
      signal: new AbortController().signal,
    });
    const clock = { nowMs: () => this.#remote.nowMs, monotonicMs: () => 0, sleep: () => Promise.resolve() };
    return new GitSource({
      git: this.#git,
      limits: { files: 100, bytes: 10_000, bytesPerFile: 1000 },
      mirror,
      standing: () => Promise.resolve({ inForce: this.#inForce, rollback: null, approved: new Set() }),
      clock,
      onAnswer: () => undefined,
    });
  }
}

onlyWith('ssh-keygen', describe)('what comes into force of a git repository', () => {
  let world: SigningWorld;
  beforeAll(() => {
    world = new SigningWorld();
  });
  afterAll(() => world.remove());

  for (const mode of ['head', 'strict', 'tag'] as const) {
    it(`is signed under ${mode}, whatever the order of pushes, restarts and hooks`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(step, fc.boolean()), { minLength: 6, maxLength: 16 }),
          fc.boolean(),
          async (steps, allowRewind) => {
            const history = new History(world, mode, allowRewind);
            await history.take({ kind: 'commit', by: null, on: 0 });
            for (const [each, isSeen] of steps) {
              await history.take(each);
              if (isSeen) await history.look();
            }
            await history.settle();
          },
        ),
        runs(4),
      );
    });
  }
});
