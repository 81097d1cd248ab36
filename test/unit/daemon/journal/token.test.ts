import { describe, expect, it } from 'vitest';
import { formatToken, MAX_TOKEN_LENGTH, randomPart } from '../../../../daemon/journal/token.ts';

const PARTS = { install: 'a1b2c3d4e5', opening: 'f6g7h8j9k0', epoch: 1, counter: 1 };

describe('a ClientToken', () => {
  it('fits the vendor in a thousand years of restarts and calls', () => {
    const token = formatToken({ ...PARTS, epoch: 1e9, counter: 1e12 });
    expect(token.length).toBeLessThanOrEqual(MAX_TOKEN_LENGTH);
    expect(token).toMatch(/^[!-~]+$/);
  });

  it('that would not fit is a bug', () => {
    expect(() => formatToken({ ...PARTS, install: 'x'.repeat(60) })).toThrow('a ClientToken of');
  });

  it.each([
    { name: 'another installation', change: { install: 'zzzzzzzzzz' } },
    { name: 'another opening', change: { opening: 'zzzzzzzzzz' } },
    { name: 'another epoch', change: { epoch: 2 } },
    { name: 'another intent', change: { counter: 2 } },
    { name: 'digits that move between epoch and counter', change: { epoch: 11, counter: 1 } },
  ])('differs for $name', ({ change }) => {
    expect(formatToken({ ...PARTS, ...change })).not.toBe(formatToken(PARTS));
    expect(formatToken({ ...PARTS, ...change })).not.toBe(formatToken({ ...PARTS, epoch: 1, counter: 11 }));
  });

  it('takes every bit of its random part from the source', () => {
    const bytes = [0, 255, 31, 32, 64, 1, 2, 3, 4, 5];
    expect(randomPart(() => bytes.shift() ?? 0)).toBe('0zz0012345');
  });
});
