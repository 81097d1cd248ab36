// How long a description may be: what every reading of the vendor's "512 characters" takes is fine, what none takes is an
// error, and what lies between is a warning, because the cloud decides.
import { expect, it } from 'vitest';
import { compileTexts, fileWithIngress } from '../../../../support/policy-text.ts';

const compiled = (description: string) => {
  const rule = `{protocol: tcp, ports: [80, 443], from: [10.0.0.0/8, "::/0"], description: "${description}"}`;
  const { problems, groups } = compileTexts({ 'a.yaml': fileWithIngress(rule) });
  const rules = groups[0]?.rules.ingress?.length ?? 0;
  return { rules, problems: problems.map(({ severity, code }) => `${severity} ${code}`) };
};

it.each([
  ['512 letters', 'x'.repeat(512)],
  ['170 Chinese characters', '安'.repeat(170)],
  ['128 emoji', '🚀'.repeat(128)],
])('takes %s, which are at most 512 in every unit, without a word', (_what, description) => {
  expect(compiled(description)).toEqual({ rules: 4, problems: [] });
});

it.each([
  ['171 Chinese characters', '安'.repeat(171)],
  ['512 emoji', '🚀'.repeat(512)],
])('takes %s with one warning, as they are more than 512 bytes', (_what, description) => {
  expect(compiled(description)).toEqual({ rules: 4, problems: ['warning description-bytes'] });
});

it('refuses 513 characters, which are too many in every unit, and does not warn besides', () => {
  const { rules, problems } = compiled('安'.repeat(513));
  expect(rules).toBe(0);
  expect(new Set(problems)).toEqual(new Set(['error description-length']));
});

it('says how many bytes there are, where, and what becomes of the rule', () => {
  const { problems } = compileTexts({
    'a.yaml': fileWithIngress(`{protocol: gre, from: 10.0.0.0/8, description: ${'ü'.repeat(300)}}`),
  });
  expect(problems).toMatchObject([
    {
      file: 'a.yaml',
      message: expect.stringContaining('the description has 600 bytes in UTF-8') as string,
      hint: expect.stringContaining('keep it within 512 bytes') as string,
    },
  ]);
});
