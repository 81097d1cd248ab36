import { once } from 'node:events';
import path from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../../../daemon/clock.ts';
import { gitSchema } from '../../../../../daemon/config/sections/git-schema.ts';
import { DEFAULT_POLICY_LIMITS } from '../../../../../daemon/config/sections/policies-schema.ts';
import { GitSource } from '../../../../../daemon/source/mirror/git-source.ts';
import { Mirror } from '../../../../../daemon/source/mirror/mirror.ts';
import { ok } from '../../../../../reconciler/model/result.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

/** Of a remote that is nowhere. */
async function sourceOf(
  ports: Pick<ConstructorParameters<typeof GitSource>[0], 'standing' | 'clock' | 'onAnswer'>,
): Promise<GitSource> {
  const folder = await tempFolder();
  const git = gitSchema.parse({ url: path.join(folder, 'nowhere.git') });
  const mirror = new Mirror({
    git,
    folder: path.join(folder, 'mirror'),
    environment: process.env,
    onSecret: () => undefined,
    lock: () => Promise.resolve(ok(() => undefined)),
    signal: new AbortController().signal,
  });
  return new GitSource({ git, limits: DEFAULT_POLICY_LIMITS, mirror, ...ports });
}

it('tells whoever watches the policies of a journal that fails while the remote is polled', async () => {
  const failure = new Error('the journal is gone');
  const source = await sourceOf({
    standing: () => Promise.reject(failure),
    clock: systemClock,
    onAnswer: () => undefined,
  });
  const told = await new Promise((resolve) => void source.watch(() => undefined, resolve));
  expect(told).toBe(failure);
});

it('asks a remote once at the start, and again when it is time to poll', async () => {
  const errors: Array<string | null> = [];
  const sleeps = new EventTarget();
  const slept = once(sleeps, 'sleep');
  const sleep = async (_: number, signal: AbortSignal): Promise<void> => {
    sleeps.dispatchEvent(new Event('sleep'));
    await once(signal, 'abort');
  };
  const source = await sourceOf({
    standing: () => Promise.resolve({ inForce: null, rollback: null, approved: new Set<string>() }),
    clock: { ...systemClock, sleep },
    onAnswer: ({ error }) => void errors.push(error),
  });
  await source.load();
  const watcher = await source.watch(() => undefined);
  await slept;
  expect(errors).toEqual([expect.stringContaining('nowhere.git')]);
  await watcher.close();
});
