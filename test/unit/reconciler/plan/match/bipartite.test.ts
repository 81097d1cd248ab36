import { describe, expect, it } from 'vitest';
import { pairUp } from '../../../../../reconciler/plan/match/bipartite.ts';

const olds = new Map(['a', 'b', 'c'].map((name) => [name, { name }]));
const news = new Map(['1', '2', '3'].map((name) => [name, { name }]));

/** Edges such as `a1:5`: old a and new 1 with score 5. */
function pairs(...edges: string[]): string[] {
  const parsed = edges.map((edge) => {
    const from = olds.get(edge[0] ?? '');
    const to = news.get(edge[1] ?? '');
    if (from === undefined || to === undefined) throw new Error(edge);
    return { from, to, score: Number(edge.slice(3)), text: edge.slice(0, 2) };
  });
  return pairUp(parsed)
    .map(({ text }) => text)
    .sort();
}

describe('pairUp', () => {
  it.each([
    ['no edges', [], []],
    ['the better of two', ['a1:1', 'a2:2'], ['a2']],
    ['each to its best', ['a1:5', 'a2:1', 'b1:1', 'b2:5'], ['a1', 'b2']],
    ['one gives way to another that has no choice', ['a1:5', 'a2:1', 'b1:4'], ['a2', 'b1']],
    ['over two steps', ['a1:9', 'a2:8', 'b2:7', 'b3:6', 'c1:5'], ['a2', 'b3', 'c1']],
    ['more olds than news', ['a1:1', 'b1:2', 'c1:3'], ['c1']],
  ])('pairUp: %s', (_, edges, expected) => {
    expect(pairs(...edges)).toEqual(expected);
  });
});
