// Facts as text: what JSON has no form for comes back as it was, and the text is the one that journals hold already.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factText, parseFact } from '../../../../daemon/journal/fact-text.ts';

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    fc.bigInt(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
    fc.tuple(fc.constantFrom('n:', 's:', 'n', ''), fc.string()).map(([mark, text]) => mark + text),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
}));

/** As journals were written that are there already. */
const writtenBefore = (fact: unknown): string =>
  JSON.stringify(fact, (_, each: unknown) => {
    if (typeof each === 'bigint') return `n:${each}`;
    return typeof each === 'string' && /^[ns]:/.test(each) ? `s:${each}` : each;
  });

describe('a fact as text', () => {
  it('comes back as it was, and is left as it was', () => {
    fc.assert(
      fc.property(value, (fact) => {
        const before = structuredClone(fact);
        expect(parseFact(factText(fact))).toEqual(before);
        expect(fact).toEqual(before);
      }),
    );
  });

  it('is the text that earlier versions wrote', () => {
    fc.assert(
      fc.property(value, (fact) => {
        expect(factText(fact)).toBe(writtenBefore(fact));
      }),
    );
    expect(factText({ a: undefined, b: [undefined, 1n] })).toBe('{"b":[null,"n:1"]}');
  });
});
