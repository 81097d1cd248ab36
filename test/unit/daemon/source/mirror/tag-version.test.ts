import { expect, it } from 'vitest';
import { compareTags, highestTag } from '../../../../../daemon/source/mirror/tag-version.ts';

/** From the lowest to the highest. */
const IN_ORDER = ['v0.9', 'v1', 'v1.2.0-alpha', 'v1.2.0-alpha.1', 'v1.2.0-beta.2', 'v1.2.0-beta.11'];
const FURTHER = ['v1.2.0-rc', 'v1.2.0', 'v1.9.9', 'v1.10', 'v2.0.0', 'v10.0.0', 'v123456789012345678'];

it('orders tags by their numbers, and what came before a release below it', () => {
  const tags = [...IN_ORDER, ...FURTHER].map((tag) => `refs/tags/${tag}`);
  for (const [at, lower] of tags.entries()) {
    for (const higher of tags.slice(at + 1)) {
      expect([lower, higher, compareTags(lower, higher)]).toEqual([lower, higher, -1]);
      expect([higher, lower, compareTags(higher, lower)]).toEqual([higher, lower, 1]);
    }
  }
});

it('finds equal versions equal, whatever they are called', () => {
  expect(compareTags('refs/tags/v1.0', 'refs/tags/release-1')).toBe(0);
  expect(compareTags('refs/tags/v1.0.0+build.7', 'refs/tags/v1.0.0')).toBe(0);
});

it('knows no order with a tag without a version, and never takes it for the highest', () => {
  expect(compareTags('refs/tags/latest', 'refs/tags/v1')).toBeNull();
  const named = ['refs/tags/latest', 'refs/tags/v1', 'refs/tags/v0.1'].map((name) => ({ name }));
  expect(highestTag(named)).toEqual({ name: 'refs/tags/v1' });
  expect(highestTag([{ name: 'refs/tags/latest' }])).toBeNull();
});
