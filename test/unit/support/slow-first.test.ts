// The order of the suite: a file that was renamed would start last again.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SLOW_FILES } from '../../support/slow-first.ts';

it.each(SLOW_FILES)('%s, which starts early, is there', (file) => {
  expect(existsSync(path.resolve(import.meta.dirname, '../..', file))).toBe(true);
});
