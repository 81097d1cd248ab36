import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INTERNET_FILE, internetSource } from '../../../scripts/internet/internet-source.ts';

test('the prefixes of internet are what the script makes of the registries', async () => {
  expect(readFileSync(INTERNET_FILE, 'utf8')).toBe(await internetSource());
});
