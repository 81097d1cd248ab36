// A remote that brings more than is taken, or that takes too long, against a real git: the mirror is left as it was.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gitSchema } from '../../../daemon/config/sections/git-schema.ts';
import { MIRROR_BOUNDS, type MirrorBounds } from '../../../daemon/source/mirror/fetch/bounds.ts';
import { Mirror } from '../../../daemon/source/mirror/mirror.ts';
import { ok } from '../../../reconciler/model/result.ts';
import { GitRepository } from '../../support/git-repository.ts';
import { onlyWith } from '../../support/optional-tool.ts';

let folder: string;
let remote: GitRepository;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rampart-bounds-'));
  mkdirSync(path.join(folder, 'remote'));
  remote = new GitRepository(path.join(folder, 'remote'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function mirrorOf(bounds: Partial<MirrorBounds>, url = remote.folder): Mirror {
  return new Mirror({
    git: gitSchema.parse({ url }),
    folder: path.join(folder, 'mirror'),
    environment: { PATH: process.env.PATH },
    onSecret: () => undefined,
    lock: () => Promise.resolve(ok(() => undefined)),
    signal: new AbortController().signal,
    bounds: { ...MIRROR_BOUNDS, ...bounds },
  });
}

function commitOf(bytes: number): string {
  writeFileSync(path.join(remote.folder, 'blob'), randomBytes(bytes));
  return remote.commit();
}

const leftovers = (): string[] =>
  readdirSync(path.join(folder, 'mirror'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /tmp_|fresh-|worn-/.test(name),
  );

onlyWith('git', describe)('a mirror with small bounds', () => {
  test('refuses a commit that brings more bytes than are taken, and keeps what it had', async () => {
    const first = commitOf(10);
    const bounds = { bytes: 1_000_000, measureMs: 5 };
    expect(await mirrorOf(bounds).update(() => null)).toMatchObject({ ok: true, value: { commit: first } });
    commitOf(16_000_000);
    const refused = await mirrorOf(bounds).update(() => null);
    expect(refused).toMatchObject({ ok: false });
    expect(JSON.stringify(refused)).toContain('larger than is taken');
    expect(await mirrorOf(bounds).tip()).toMatchObject({ commit: first });
    const next = commitOf(10);
    expect(await mirrorOf(bounds).update(() => null)).toMatchObject({ ok: true, value: { commit: next } });
    expect(leftovers()).toEqual([]);
  });

  test('gives up on a remote that does not come to its end, and keeps what it had', async () => {
    const first = commitOf(10);
    expect(await mirrorOf({}).update(() => null)).toMatchObject({ ok: true });
    const open = new Set<Socket>();
    const silent = createServer((socket) => open.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const slow = mirrorOf({ askSeconds: 1 }, `https://127.0.0.1:${port}/p.git`);
    expect(await slow.update(() => null)).toEqual({
      ok: false,
      error: 'git did not come to its end within 1 s',
    });
    expect(await mirrorOf({}).tip()).toMatchObject({ commit: first });
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });
});
