import path from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../../../daemon/clock.ts';
import { gitSchema } from '../../../../../daemon/config/sections/git-schema.ts';
import { DEFAULT_POLICY_LIMITS } from '../../../../../daemon/config/sections/policies-schema.ts';
import { GitSource } from '../../../../../daemon/source/mirror/git-source.ts';
import { Mirror } from '../../../../../daemon/source/mirror/mirror.ts';
import { ok } from '../../../../../reconciler/model/result.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

it('tells whoever watches the policies of a journal that fails while the remote is polled', async () => {
  const folder = await tempFolder();
  const git = gitSchema.parse({ url: path.join(folder, 'nowhere.git') });
  const failure = new Error('the journal is gone');
  const source = new GitSource({
    git,
    limits: DEFAULT_POLICY_LIMITS,
    mirror: new Mirror({
      git,
      folder: path.join(folder, 'mirror'),
      environment: process.env,
      onSecret: () => undefined,
      lock: () => Promise.resolve(ok(() => undefined)),
      signal: new AbortController().signal,
    }),
    standing: () => Promise.reject(failure),
    clock: systemClock,
    onAnswer: () => undefined,
  });
  const told = await new Promise((resolve) => void source.watch(() => undefined, resolve));
  expect(told).toBe(failure);
});
