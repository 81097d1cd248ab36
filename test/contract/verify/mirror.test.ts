// What a hostile pusher, a careless user or a bad disk can put in the way of a verification.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyRevision } from '../../../daemon/source/verify/verify.ts';
import { onlyWith } from '../../support/optional-tool.ts';
import type { SignedRepository } from '../../support/signed-repository.ts';
import { shownVerdict, SigningWorld, verifyIn } from '../../support/signing-world.ts';

onlyWith('ssh-keygen', describe)('verification of a mirror', () => {
  let world: SigningWorld;
  beforeAll(() => {
    world = new SigningWorld();
  });
  afterAll(() => world.remove());

  const signedChain = (count: number): { repository: SignedRepository; ids: string[] } => {
    const repository = world.repository();
    const ids: string[] = [];
    for (let each = 0; each < count; each += 1) {
      ids.push(repository.commit({ parents: ids.slice(-1), by: world.keys.alice }));
    }
    repository.ref('refs/heads/main', ids.at(-1) ?? '');
    return { repository, ids };
  };

  /** A shallow copy, as a fetch of so many commits leaves it. */
  const shallow = (of: SignedRepository, depth: number): SignedRepository => {
    const copy = world.repository();
    copy.git(['fetch', '--quiet', `--depth=${depth}`, `file://${of.folder}`, 'main']);
    return copy;
  };

  it('holds a commit whose parent a shallow history lacks, and says that more may tell', async () => {
    const { repository, ids } = signedChain(3);
    const verdict = await verifyIn(shallow(repository, 1), {
      settings: world.settings(),
      to: ids[2]!,
      nowMs: repository.nowMs,
    });
    expect(verdict).toMatchObject({ kind: 'held', reason: 'unreadable', commit: ids[2], isCut: true });
  });

  it('holds a range that a shallow history cuts, and says that more may tell', async () => {
    const { repository } = signedChain(1);
    const from = repository.git(['rev-parse', 'main']);
    const unsigned = repository.commit({ parents: [from], files: { a: 'a' } });
    const ours = [1, 2].reduce(
      (parent) => repository.commit({ parents: [parent], by: world.keys.alice }),
      from,
    );
    const theirs = [1, 2, 3].reduce(
      (parent) => repository.commit({ parents: [parent], by: world.keys.alice }),
      unsigned,
    );
    const to = repository.merge([ours, theirs], { by: world.keys.alice });
    repository.ref('refs/heads/main', to);
    const settings = world.settings({ mode: 'strict' });
    const asked = { settings, from, to, nowMs: repository.nowMs };
    expect(await verifyIn(shallow(repository, 4), asked)).toMatchObject({
      reason: 'unreadable',
      isCut: true,
    });
    expect(await verifyIn(shallow(repository, 9), asked)).toMatchObject({
      reason: 'unsigned',
      commit: unsigned,
    });
  });

  it('verifies a range in a shallow history that holds all of it', async () => {
    const { repository, ids } = signedChain(6);
    const asked = {
      settings: world.settings({ mode: 'strict' }),
      from: ids[3]!,
      to: ids[5]!,
      nowMs: repository.nowMs,
    };
    expect(await verifyIn(shallow(repository, 3), asked)).toMatchObject({ kind: 'verified' });
  });

  it('holds a commit that is not in the mirror', async () => {
    const { repository } = signedChain(1);
    const to = '1234567890'.repeat(4);
    expect(await verifyIn(repository, { settings: world.settings(), to })).toMatchObject({
      reason: 'unreadable',
      commit: to,
      isCut: true,
    });
  });

  it('looks through a replaced object', async () => {
    const { repository, ids } = signedChain(1);
    const to = repository.commit({ parents: ids });
    const signed = repository.commit({ parents: ids, by: world.keys.alice });
    repository.git(['replace', to, signed]);
    expect(await verifyIn(repository, { settings: world.settings(), to })).toMatchObject({
      reason: 'unsigned',
    });
  });

  it('looks through a graft that hides a parent', async () => {
    const { repository, ids } = signedChain(1);
    const unsigned = repository.commit({ parents: ids });
    const to = repository.commit({ parents: [unsigned], by: world.keys.alice });
    mkdirSync(path.join(repository.folder, 'info'), { recursive: true });
    writeFileSync(path.join(repository.folder, 'info', 'grafts'), `${to} ${ids[0]}\n`);
    const asked = { settings: world.settings({ mode: 'strict' }), from: ids[0]!, to };
    expect(await verifyIn(repository, asked)).toMatchObject({ reason: 'unsigned', commit: unsigned });
  });

  it('uses neither the settings of the mirror nor those of the user', async () => {
    const { repository, ids } = signedChain(1);
    const to = repository.commit({ parents: ids, by: world.keys.mallory });
    const home = path.join(world.folder, 'home');
    const lying = path.join(home, 'lying');
    mkdirSync(home);
    writeFileSync(lying, '#!/bin/sh\necho \'Good "git" signature for alice@example.com\'\n', { mode: 0o755 });
    const signers = path.join(home, 'signers');
    writeFileSync(signers, `alice@example.com ${world.keys.mallory.publicKey}\n`);
    const settings = `[gpg "ssh"]\n\tprogram = ${lying}\n\tallowedSignersFile = ${signers}\n`;
    writeFileSync(path.join(home, '.gitconfig'), settings);
    writeFileSync(path.join(repository.folder, 'config'), settings, { flag: 'a' });
    const verdict = await verifyRevision({
      repository: repository.folder,
      environment: { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home },
      settings: world.settings(),
      from: null,
      to,
      tag: null,
      notBeforeMs: null,
      nowMs: repository.nowMs,
    });
    expect(verdict).toMatchObject({ reason: 'unknown-signer' });
  });

  it('holds a commit whose text was changed after it was signed', async () => {
    const { repository, ids } = signedChain(1);
    const bytes = repository.bytesOf(repository.commit({ parents: ids, by: world.keys.alice }));
    const to = repository.store('commit', bytes.replace(/commit\n$/, 'another\n'));
    expect(await verifyIn(repository, { settings: world.settings(), to })).toMatchObject({
      reason: 'bad-signature',
    });
  });

  it('holds a commit that carries the signature of another', async () => {
    const { repository, ids } = signedChain(1);
    const signature = /^gpgsig [^]*?END SSH SIGNATURE-----\n/m.exec(repository.bytesOf(ids[0]!))?.[0] ?? '';
    const bytes = repository.bytesOf(repository.commit({ parents: ids })).replace('\n\n', `\n${signature}\n`);
    const to = repository.store('commit', bytes);
    expect(await verifyIn(repository, { settings: world.settings(), to })).toMatchObject({
      reason: 'bad-signature',
    });
  });

  it('holds a commit with a signature that was made for something else than git', async () => {
    const { repository, ids } = signedChain(1);
    const bytes = repository.bytesOf(repository.commit({ parents: ids }));
    const file = path.join(world.folder, 'payload');
    writeFileSync(file, bytes);
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'file', '-f', world.keys.alice.signWith, file], {
      stdio: 'ignore',
    });
    const signature = readFileSync(`${file}.sig`, 'utf8').trimEnd().replaceAll('\n', '\n ');
    const to = repository.store('commit', bytes.replace('\n\n', `\ngpgsig ${signature}\n\n`));
    expect(await verifyIn(repository, { settings: world.settings(), to })).toMatchObject({
      reason: 'bad-signature',
    });
  });

  it.each([
    [
      'a second signature',
      (text: string) => text.replace(/^gpgsig [^]*?END SSH SIGNATURE-----\n/m, (all) => all + all),
    ],
    ['a second author', (text: string) => text.replace(/^author .*\n/m, (all) => all + all)],
    [
      'a parent after the committer',
      (text: string) => text.replace(/^committer .*\n/m, (all) => `${all}parent ${'0'.repeat(40)}\n`),
    ],
    ['a date that is no number', (text: string) => text.replace(/^(committer .*>) \d+/m, '$1 soon')],
    [
      'two addresses of the author',
      (text: string) => text.replace(/^author Author/m, 'author A <bob@example.com>'),
    ],
  ])('holds a commit with %s as unreadable', async (_, change) => {
    const { repository, ids } = signedChain(1);
    const to = repository.store('commit', change(repository.bytesOf(ids[0]!)));
    expect(await verifyIn(repository, { settings: world.settings(), to })).toMatchObject({
      reason: 'unreadable',
    });
  });

  it('holds a commit whose bytes are not what its id says', async () => {
    const { repository, ids } = signedChain(2);
    const bytes = repository.bytesOf(ids[1]!).replace('author Author', 'author Mallet');
    const id = ids[1]!;
    const file = path.join(repository.folder, 'objects', id.slice(0, 2), id.slice(2));
    execFileSync('chmod', ['u+w', file]);
    writeFileSync(file, deflateSync(`commit ${Buffer.byteLength(bytes)}\0${bytes}`));
    expect(await verifyIn(repository, { settings: world.settings(), to: id })).toMatchObject({
      reason: 'unreadable',
      message: expect.stringContaining('damaged in the mirror') as string,
      isCut: false,
    });
  });

  it('does not believe what a commit graph says of parents', async () => {
    const { repository, ids } = signedChain(1);
    const unsigned = repository.commit({ parents: ids });
    const to = repository.commit({ parents: [unsigned], by: world.keys.alice });
    repository.ref('refs/heads/main', to);
    repository.git(['commit-graph', 'write', '--reachable']);
    const graph = path.join(repository.folder, 'objects', 'info', 'commit-graph');
    const bytes = readFileSync(graph);
    // The place of the parent in the list of ids: that of the first commit instead.
    const order = [ids[0]!, unsigned, to].sort();
    const data = bytes.indexOf(Buffer.from(repository.git(['rev-parse', `${to}^{tree}`]), 'hex'));
    const entry = data + order.indexOf(to) * 36 + 20;
    expect(bytes.readUInt32BE(entry)).toBe(order.indexOf(unsigned));
    bytes.writeUInt32BE(order.indexOf(ids[0]!), entry);
    execFileSync('chmod', ['u+w', graph]);
    writeFileSync(graph, bytes);
    expect(repository.git(['rev-list', to, `^${ids[0]}`])).not.toContain(unsigned);
    const asked = { settings: world.settings({ mode: 'strict' }), from: ids[0]!, to };
    expect(await verifyIn(repository, asked)).toMatchObject({ reason: 'unsigned', commit: unsigned });
  });

  it('begins at `since` where nothing is in force', async () => {
    const { repository, ids } = signedChain(3);
    const old = repository.commit({ parents: ids.slice(-1) });
    const to = repository.commit({ parents: [old], by: world.keys.alice });
    const verdictSince = (since: string) =>
      verifyIn(repository, { settings: world.settings({ mode: 'strict', since }), to });
    expect(shownVerdict(await verdictSince(old), {})).toBe('verified by alice@example.com');
    expect(await verdictSince(ids[0]!)).toMatchObject({ reason: 'unsigned', commit: old });
    const elsewhere = repository.commit({ by: world.keys.alice });
    expect(await verdictSince(elsewhere)).toMatchObject({ reason: 'unreadable', isCut: false });
  });

  it('begins at the newest commit without `since`, with a warning', async () => {
    const { repository } = signedChain(1);
    const to = repository.commit({ parents: [repository.commit()], by: world.keys.alice });
    const verdict = await verifyIn(repository, { settings: world.settings({ mode: 'strict' }), to });
    expect(verdict).toMatchObject({ kind: 'verified', warnings: [expect.stringContaining('since')] });
  });

  it('looks at an unsigned commit that the one in force builds on, too', async () => {
    const { repository, ids } = signedChain(1);
    const old = repository.commit({ parents: ids });
    const from = repository.commit({ parents: [old], by: world.keys.alice });
    const asked = { settings: world.settings({ mode: 'strict' }), from, to: old };
    expect(await verifyIn(repository, asked)).toMatchObject({ reason: 'unsigned', commit: old });
  });

  it('holds a merge of the git host of two histories without a common beginning', async () => {
    const { repository, ids } = signedChain(1);
    const other = repository.commit({ by: world.keys.alice, files: { other: 'other' } });
    const to = repository.commit({
      parents: [...ids, other],
      by: world.keys.host,
      files: { other: 'other' },
    });
    expect(await verifyIn(repository, { settings: world.settings(), from: ids[0]!, to })).toMatchObject({
      kind: 'held',
      commit: to,
    });
  });

  it('leaves nothing behind, in the mirror or elsewhere', async () => {
    const { repository, ids } = signedChain(2);
    const side = repository.commit({
      parents: ids.slice(0, 1),
      files: { side: 'side' },
      by: world.keys.alice,
    });
    const to = repository.merge([ids[1]!, side], { by: world.keys.host });
    const objects = repository.git(['count-objects']);
    const temporary = path.join(world.folder, 'temporary');
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const asked = { settings: world.settings({ mode: 'strict' }), from: ids[0]!, to };
    expect(await verifyIn(repository, asked)).toMatchObject({ kind: 'verified' });
    vi.unstubAllEnvs();
    expect(repository.git(['count-objects'])).toBe(objects);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
