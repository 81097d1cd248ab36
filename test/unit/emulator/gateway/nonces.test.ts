import { describe, expect, it } from 'vitest';
import { Nonces } from '../../../../emulator/gateway/nonces.ts';

describe('nonces', () => {
  const nonces = () => new Nonces({ windowMs: 100, capacity: 3 });

  it.each([0, 1, 50, 99, 100])('are remembered for the whole window: after %i ms', (afterMs) => {
    const memory = nonces();
    expect(memory.use('first', 1000)).toBe(true);
    expect(memory.use('a', 1000)).toBe(true);
    expect(memory.use('a', 1000 + afterMs)).toBe(false);
  });

  it('are forgotten two windows later', () => {
    const memory = nonces();
    memory.use('a', 1000);
    memory.use('b', 1100);
    expect(memory.use('a', 1200)).toBe(true);
  });

  it('are forgotten when there are too many, the oldest first', () => {
    const memory = nonces();
    for (const nonce of ['a', 'b', 'c', 'd', 'e', 'f']) expect(memory.use(nonce, 1000)).toBe(true);
    expect(['d', 'e', 'f'].map((nonce) => memory.use(nonce, 1000))).toEqual([false, false, false]);
    expect(memory.use('a', 1000)).toBe(true);
  });
});
