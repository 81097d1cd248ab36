// Keys whose time is over, in the hands of someone who may push: what they sign stays out whatever dates are written.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onlyWith } from '../../support/optional-tool.ts';
import type { SignedRepository } from '../../support/signed-repository.ts';
import { shownVerdict, SigningWorld, verifyIn } from '../../support/signing-world.ts';

/** When the key of `lapsed` was good, and long before it. */
const THEN = Date.UTC(2025, 5, 1) / 1000;
const LONG_AGO = Date.UTC(2001, 0, 1) / 1000;
const TWO = { minSigners: 2 };

onlyWith('ssh-keygen', describe)('signatures by keys whose time is over', () => {
  let world: SigningWorld;
  let repository: SignedRepository;
  let from: string;

  beforeAll(() => {
    world = new SigningWorld();
    repository = world.repository();
    from = repository.commit({ files: { 'main.yaml': 'main' } });
  });

  afterAll(() => world.remove());

  /** Two commits on the one in force: one unsigned, dated long ago, and one by the key that was good once. */
  const datedBack = (): string => {
    const below = repository.commit({ parents: [from], at: LONG_AGO });
    return repository.commit({
      parents: [below],
      files: { 'main.yaml': 'main', 'evil.yaml': 'evil' },
      by: world.keys.lapsed,
      at: THEN,
    });
  };

  it('does not let a commit through that is dated back over an unsigned one', async () => {
    const to = datedBack();
    const verdict = await verifyIn(repository, { settings: world.settings(), from, to });
    expect(shownVerdict(verdict, { to })).toBe('clock at to');
  });

  it('does not count such a commit as one of two people', async () => {
    const side = datedBack();
    const to = repository.merge([from, side], { by: world.keys.alice });
    const verdict = await verifyIn(repository, { settings: world.settings(TWO), from, to });
    expect(verdict.kind).toBe('held');
  });

  it('does not let a tag through that is dated back over an unsigned commit', async () => {
    const below = repository.commit({ parents: [from], at: LONG_AGO });
    const tag = repository.tag('v9', below, { by: world.keys.lapsed, at: THEN });
    const settings = world.settings({ mode: 'tag' });
    const verdict = await verifyIn(repository, { settings, from, to: below, tag });
    expect(shownVerdict(verdict, { below })).toBe('clock at below');
  });

  it('lets a good key sign an older commit that was in force before', async () => {
    const old = repository.commit({ by: world.keys.alice });
    const newer = repository.commit({ parents: [old], by: world.keys.alice });
    const verdict = await verifyIn(repository, { settings: world.settings(), from: newer, to: old });
    expect(verdict.kind).toBe('verified');
  });

  it('takes two names of one key, each for its time, for one person', async () => {
    const { alice } = world.keys;
    const allowedSigners = world.write(
      'renamed_signers',
      [
        `ann@example.com valid-before="20260201" ${alice.publicKey}`,
        `alice@example.com valid-after="20260201" ${alice.publicKey}`,
        '',
      ].join('\n'),
    );
    const settings = world.settings({ ...TWO, allowedSigners });
    const side = repository.commit({ parents: [from], files: { 'evil.yaml': 'evil' }, by: alice });
    const to = repository.merge([from, side], { by: alice, at: Date.UTC(2026, 2, 1) / 1000 });
    const verdict = await verifyIn(repository, { settings, from, to });
    expect(shownVerdict(verdict, { side, to })).toBe('too-few-signers at side');
  });
});
