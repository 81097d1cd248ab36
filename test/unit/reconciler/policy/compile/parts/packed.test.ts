// Values as one short text, and back: what several texts have in common is held once.
import { describe, expect, it } from 'vitest';
import { pack, SharedParts, unpack } from '../../../../../../reconciler/policy/compile/parts/packed.ts';

const rule = (port: number, description: string) => ({
  ports: { kind: 'range', first: port, last: port },
  peer: { kind: 'ipv4', address: 10n, length: 8 },
  description,
});

interface Rule {
  readonly ports: object;
  readonly peer: object;
}

const unpacked = (value: unknown, shared: SharedParts): Rule => unpack(pack(value), shared) as Rule;

describe('parts of several texts', () => {
  it('are one object where they are equal, and say what they said', () => {
    const shared = new SharedParts();
    const [one, other] = [rule(443, 'a'), rule(443, 'b')].map((each) => unpacked(each, shared));
    expect(one).toEqual(rule(443, 'a'));
    expect(other).toEqual(rule(443, 'b'));
    expect(other?.ports).toBe(one?.ports);
    expect(other?.peer).toBe(one?.peer);
    expect(unpacked(rule(80, 'a'), shared).ports).not.toBe(one?.ports);
  });

  it('are told apart where they only look alike', () => {
    const alike = [
      { kind: 'x', of: '1' },
      { kind: 'x', of: 1 },
      { kind: 'x', of: 1n },
      { kind: 'x', of: null },
      { kind: 'x', of: 'null' },
      { kind: 'x', off: '1' },
      { kind: 'x', of: { kind: '1' } },
      { kind: 'x', of: '1","string","1' },
    ];
    const shared = new SharedParts();
    expect(alike.map((each) => unpacked(each, shared))).toEqual(alike);
    expect(alike.map((each) => unpacked(each, shared))).toEqual(alike);
  });
});
