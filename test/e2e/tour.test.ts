import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tourText } from '../../scripts/tour/page.ts';

test('docs/tour.md shows what a walk through the rooms sees now (`npm run tour` writes it)', async () => {
  expect(readFileSync('docs/tour.md', 'utf8')).toBe(await tourText());
});
