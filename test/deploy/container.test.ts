// deploy/Containerfile by hadolint. That its steps make an image that runs is shown by `npm run release:check`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { lastOf, readStages, wordsOf } from '../../scripts/container/containerfile.ts';
import { onlyWith } from '../support/optional-tool.ts';

const TEXT = readFileSync(path.resolve(import.meta.dirname, '../../deploy/Containerfile'), 'utf8');

onlyWith('hadolint', test)('hadolint has nothing to say about the Containerfile', () => {
  const lint = (input: string) =>
    spawnSync('hadolint', ['--failure-threshold=style', '-'], { input, encoding: 'utf8' });
  expect(lint(TEXT)).toMatchObject({ status: 0, stdout: '' });
  expect(lint(TEXT.replace(':20.20.2-bookworm-slim@${NODE_DIGEST} AS', ':latest AS')).stdout).toContain(
    'DL3007',
  );
});

test('every stage is pinned by a digest, and the image runs as a user without a name', () => {
  const stages = readStages(TEXT);
  expect(stages.map(({ name }) => name)).toEqual(['build', null]);
  for (const { base } of stages)
    expect(base).toMatch(/^docker\.io\/library\/node:[\w.-]+@\$\{NODE_DIGEST\}$/);
  expect(TEXT).toMatch(/^ARG NODE_DIGEST=sha256:[0-9a-f]{64}$/m);
  const image = stages[1]!;
  expect(lastOf(image, 'USER')).toBe('10001:10001');
  expect(wordsOf(image, 'ENTRYPOINT').at(-1)).toBe('/opt/rampart/dist/daemon/main.js');
});
