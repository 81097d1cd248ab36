import { expect, it } from 'vitest';
import { alignedLines } from '../../../../daemon/cli/table.ts';

it('puts cells below each other and leaves no spaces at the ends', () => {
  expect(
    alignedLines([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ]),
  ).toEqual(['a    bb  c', 'aaa  b']);
});

it('prints no control characters', () => {
  expect(alignedLines([['\u001b[2J', 'x']])).toEqual(['\u{FFFD}[2J  x']);
});
