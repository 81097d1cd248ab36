// Small changes of an input: of its bytes, its words and lines, and its structure. A mutation is a few numbers, so that
// fast-check shrinks it, and the same numbers change another input in a like way.
import fc from 'fast-check';
import { MAX_INPUT_BYTES, type Material, type Mutation } from './material.ts';
import { changeText } from './text.ts';
import { changeTree } from './tree.ts';

const share = fc.integer({ min: 0, max: 9999 }).map((part) => part / 10_000);

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    level: fc.constantFrom('text' as const, 'tree' as const, 'tree' as const),
    way: fc.nat({ max: 999 }),
    at: share,
    to: share,
    size: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 12 }) }, fc.nat({ max: 5000 })),
    word: fc.nat({ max: 9999 }),
  }),
  { maxLength: 6 },
);

export function mutated(input: Buffer, changes: readonly Mutation[], material: Material): Buffer {
  let bytes = input.toString('latin1');
  for (const change of changes) {
    const next =
      change.level === 'text' ? changeText(bytes, change, material) : changeTree(bytes, change, material);
    if (next.length <= MAX_INPUT_BYTES) bytes = next;
  }
  return Buffer.from(bytes, 'latin1');
}
