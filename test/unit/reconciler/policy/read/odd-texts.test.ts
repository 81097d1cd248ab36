// Found by fuzzing: places that are outside of the text, and messages that a terminal would act upon.
import { describe, expect, it } from 'vitest';
import { parsePolicyFile } from '../../../../../reconciler/policy/read/file.ts';
import { escapeInvisibles, quote } from '../../../../../reconciler/policy/read/complaint.ts';

describe('problems of an odd text', () => {
  it('behind a quoted text that does not end stand in the line in which they are', () => {
    const text = '"""\n"t';
    const lines = text.split('\n');
    const { problems } = parsePolicyFile({ path: 'a.yaml', text });
    expect(problems).not.toEqual([]);
    for (const { line, column } of problems)
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
  });

  it('hold what is invisible in its escaped form', () => {
    const { problems } = parsePolicyFile({
      path: 'a.yaml',
      text: '{\u2028: 1, "\u202e": 2, "\u0085": 3, a: *b\u200b}',
    });
    const told = problems.map(({ message, hint }) => message + hint).join('');
    expect(problems.length).toBeGreaterThan(0);
    expect(told).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  });
});

it('quote writes as JSON does, and escapes what JSON leaves', () => {
  expect(quote('a "b"\n\u2028\u007f')).toBe('"a \\"b\\"\\n\\u2028\\u007f"');
  expect(escapeInvisibles('é 😀 \ud800')).toBe('é 😀 \\ud800');
});
