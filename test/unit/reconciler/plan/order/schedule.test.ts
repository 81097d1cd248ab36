import { describe, expect, it } from 'vitest';
import { schedule, type ScheduleOptions } from '../../../../../reconciler/plan/order/schedule.ts';

/** Items are letters; capitals are calls of their own. `before` holds pairs such as `ab`: a before b. */
function calls(
  items: string,
  before: readonly string[],
  fields: Partial<ScheduleOptions<string>> = {},
): string[] {
  return schedule(items.split(''), {
    precedes: (first, later) => before.includes(first + later),
    isBatched: (item) => item === item.toLowerCase(),
    batchSize: 3,
    batchesAtomic: false,
    mayGoEarly: () => false,
    onCall: () => undefined,
    ...fields,
  }).map((call) => call.join(''));
}

describe('schedule', () => {
  const atomic = { batchesAtomic: true };
  it.each<[string, string, string[], Partial<ScheduleOptions<string>>, string[]]>([
    ['nothing', '', [], {}, []],
    ['free items share a call', 'abc', [], {}, ['abc']],
    ['full calls', 'abcdefg', [], {}, ['abc', 'def', 'g']],
    ['what must come first is in an earlier call', 'abc', ['ab'], {}, ['ac', 'b']],
    ['a chain', 'abc', ['ab', 'bc'], {}, ['a', 'b', 'c']],
    ['a chain within an atomic batch', 'abc', ['ab', 'bc'], atomic, ['abc']],
    ['of too many, the longest chain first', 'abcdef', ['de', 'ef'], { batchSize: 2 }, ['ad', 'be', 'cf']],
    ['singles first, as they cost the same at any time', 'aBc', [], {}, ['B', 'ac']],
    ['a single between what it waits for and what waits for it', 'aBc', ['aB', 'Bc'], {}, ['a', 'B', 'c']],
    ['no item joins an atomic batch before its single', 'aBc', ['aB', 'Bc'], atomic, ['a', 'B', 'c']],
    [
      'an item that may go early does',
      'abc',
      ['ab', 'bc'],
      { mayGoEarly: (item) => item === 'c' },
      ['ac', 'b'],
    ],
  ])('%s', (...row) => {
    const [, items, before, fields, expected] = row;
    expect(calls(items, before, fields)).toEqual(expected);
  });

  it('tells of each call before it asks about the next', () => {
    const log: string[] = [];
    calls('abc', ['ab', 'ac'], {
      onCall: (call) => log.push(`call ${call.join('')}`),
      mayGoEarly: (item) => log.push(`may ${item}?`) < 0,
    });
    expect(log).toEqual(['may b?', 'may c?', 'call a', 'call bc']);
  });
});
