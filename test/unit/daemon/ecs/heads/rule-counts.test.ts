// Rule counts as a value: what is news, what is how this cloud counts, and what must never be hidden.
import { describe, expect, it } from 'vitest';
import {
  afterHead,
  afterLook,
  NOTHING_COUNTED,
  type CountMemory,
} from '../../../../../daemon/ecs/heads/rule-counts.ts';

const rules = (count: number, naming = 0) => ({ rules: count, naming });

/** Looks and heads in turn; answers for each head whether it was news. */
function story(...steps: ReadonlyArray<{ readonly look: number } | { readonly head: number }>): boolean[] {
  let memory: CountMemory = NOTHING_COUNTED;
  const news: boolean[] = [];
  for (const step of steps) {
    if ('look' in step) {
      memory = afterLook(memory, rules(step.look));
    } else {
      const after = afterHead(memory, rules(step.head));
      memory = after.memory;
      news.push(after.isNews);
    }
  }
  return news;
}

describe('the count that a head tells', () => {
  it('is no news before the first look, nor while it is what the last look saw', () => {
    expect(story({ head: 3 }, { look: 5 }, { head: 5 }, { head: 5 })).toEqual([false, false, false]);
  });

  it('is news when a rule came or went by hand', () => {
    expect(story({ look: 5 }, { head: 6 })).toEqual([true]);
    expect(story({ look: 5 }, { head: 4 })).toEqual([true]);
  });

  it('is no news after a plan of ours whose end was looked at', () => {
    expect(story({ look: 5 }, { head: 5 }, { look: 7 }, { head: 7 })).toEqual([false, false]);
  });

  it('is news when another rule names a group while their number stays', () => {
    const memory = afterLook(NOTHING_COUNTED, rules(5, 1));
    expect(afterHead(memory, rules(5, 2)).isNews).toBe(true);
  });

  it('is news each time that someone adds the rule which was just removed again', () => {
    const round = [{ head: 6 }, { look: 6 }, { look: 5 }] as const;
    expect(story({ look: 5 }, ...round, ...round, ...round)).toEqual([true, true, true]);
  });
});

describe('a cloud that counts in another way', () => {
  it('is looked at once, and then its way is known', () => {
    expect(story({ look: 5 }, { head: 8 }, { look: 5 }, { head: 8 }, { head: 8 })).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('still has news beyond its usual difference', () => {
    const learned = [{ look: 5 }, { head: 8 }, { look: 5 }, { head: 8 }] as const;
    expect(story(...learned, { head: 9 })).toEqual([true, false, true]);
    expect(story(...learned, { look: 6 }, { head: 9 })).toEqual([true, false, false]);
  });

  it('is not learned from a difference that a look has explained', () => {
    expect(story({ look: 5 }, { head: 6 }, { look: 6 }, { look: 5 }, { head: 6 })).toEqual([true, true]);
  });
});
