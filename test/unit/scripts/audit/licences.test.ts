import path from 'node:path';
import { expect, it } from 'vitest';
import { ALLOWED_LICENCES, licenceProblems } from '../../../../scripts/audit/licences.ts';
import { shippedPackages } from '../../../../scripts/audit/shipped-packages.ts';

const problems = (licence: string | null) => licenceProblems([{ name: 'one', version: '1.2.3', licence }]);

it('every package that is shipped stands under a licence that is allowed', () => {
  const shipped = shippedPackages(path.join(import.meta.dirname, '../../../..'));
  expect(shipped.map(({ name }) => name)).toContain('@alicloud/pop-core');
  expect(shipped.map(({ name }) => name)).not.toContain('vitest');
  expect(licenceProblems(shipped)).toEqual([]);
});

it('every licence that is allowed passes', () => {
  expect([...ALLOWED_LICENCES].flatMap(problems)).toEqual([]);
});

it.each(['(MIT OR GPL-3.0-only)', 'GPL-3.0-only OR MIT', 'MIT AND ISC', '(Apache-2.0 AND BSD-3-Clause)'])(
  'an expression that can be met with licences that are allowed passes: %s',
  (licence) => {
    expect(problems(licence)).toEqual([]);
  },
);

it.each([
  'GPL-3.0-only',
  'MIT AND AGPL-3.0-only',
  'LGPL-2.1+',
  'Apache-2.0 WITH LLVM-exception',
  'SSPL-1.0 OR AGPL-3.0-only',
])('a licence that is not allowed is told with the package: %s', (licence) => {
  expect(problems(licence)).toEqual([
    expect.stringMatching(/^one 1\.2\.3: .* is not among ALLOWED_LICENCES/),
  ]);
});

it.each([null, '', 'UNLICENSED', 'SEE LICENSE IN LICENSE.md', '{"type":"MIT"}'])(
  'a package whose licence is unknown is told: %j',
  (licence) => {
    expect(problems(licence)).toEqual([expect.stringMatching(/^one 1\.2\.3: .*use another package/)]);
  },
);
