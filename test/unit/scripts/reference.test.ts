import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatted } from '../../../scripts/reference/formatted.ts';
import { referencePages } from '../../../scripts/reference/reference-pages.ts';
import { schemaSections } from '../../../scripts/reference/schema-page.ts';
import { problemTexts } from '../../support/policy-text.ts';

it.each(Object.entries(referencePages()))('%s is what `npm run schema` writes', async (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(await formatted(path, text));
});

it('the policy that the reference shows has no problem', () => {
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(readFileSync('docs/policy-reference.md', 'utf8')) ?? [];
  expect(yaml).toContain('expect:');
  expect(problemTexts({ 'a.yaml': yaml })).toEqual([]);
});

describe('a section', () => {
  const text = (properties: object, more: object = {}): string =>
    schemaSections({ type: 'object', properties: properties as never, ...more });
  const row = (value: object): string =>
    text({ key: { description: 'What it is.', ...value } })
      .split('\n')
      .at(-1) ?? '';

  it('tells type, bounds, default and examples of a key', () => {
    expect(row({ type: 'integer', minimum: 1, maximum: 5000, default: 7 })).toBe(
      '| `key` | whole number, 1 to 5,000 | `7` | What it is. |',
    );
    expect(row({ type: 'string', enum: ['a', 'b'], examples: ['b'] })).toBe(
      '| `key` | `a`, `b` |  | What it is. Such as `b`. |',
    );
    expect(row({ type: 'array', items: { type: 'string', maxLength: 9 }, minItems: 1, maxItems: 3 })).toBe(
      '| `key` | list: text, 0 to 9 characters; 1 at least; 3 at most |  | What it is. |',
    );
    expect(row({ anyOf: [{ type: 'string', pattern: '^(a|b)$' }, { type: 'null' }], default: null })).toBe(
      '| `key` | text, of the form `^(a\\|b)$`; or `null` | `null` | What it is. |',
    );
  });

  it('says which keys are required, and which exclude one another', () => {
    const keys = { a: { description: 'A.', type: 'boolean' }, b: { description: 'B.', type: 'boolean' } };
    expect(text(keys, { required: ['a'] })).toContain('| `a` | `true` or `false` | **required** | A. |');
    expect(text(keys, { oneOf: [{ required: ['a'] }, { required: ['b'] }] })).toContain(
      'Exactly one of `a`, `b`.',
    );
  });

  it('of a mapping that stands at two places comes once, and both places lead to it', () => {
    const inner = { type: 'object', properties: { x: { description: 'X.', type: 'boolean' } } };
    const page = text({
      a: { description: 'A.', ...inner },
      b: { description: 'B.', type: 'array', items: inner },
    });
    expect(page.match(/^#.*$/gm)).toEqual(['## The whole file', '### `a`']);
    expect(page.match(/\(#a\)/g)).toHaveLength(2);
  });

  it('cannot be made of a key without a description', () => {
    expect(() => text({ key: { type: 'boolean' } })).toThrow('key has no description in its schema');
  });
});
