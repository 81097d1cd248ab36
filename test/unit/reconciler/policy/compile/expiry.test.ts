import { describe, expect, it } from 'vitest';
import { dropExpired } from '../../../../../reconciler/policy/compile/expiry.ts';
import { compileTexts, fileWithIngress, ruleText } from '../../../../support/policy-text.ts';

describe('dropExpired', () => {
  const { groups } = compileTexts({
    'a.yaml': fileWithIngress(
      '{protocol: gre, from: sg-b}',
      '{protocol: gre, from: sg-c, expires: 2027-01-31T18:00:00Z}',
      '{protocol: gre, from: sg-d, expires: 2027-02-28T18:00:00Z}',
    ),
  });
  const rules = groups[0]?.rules.ingress ?? [];

  it.each([
    ['before any', '2027-01-31T17:59:59.999Z', ['sg-b', 'sg-c', 'sg-d'], []],
    ['at the very instant', '2027-01-31T18:00:00.000Z', ['sg-b', 'sg-d'], ['sg-c']],
    ['after all', '2030-01-01T00:00:00Z', ['sg-b'], ['sg-c', 'sg-d']],
  ])('%s', (_name, now, kept, expired) => {
    const split = dropExpired(rules, Date.parse(now));
    expect(split.kept.map(ruleText)).toEqual(kept.map((id) => `gre -1/-1 from ${id}`));
    expect(split.expired.map(ruleText)).toEqual(expired.map((id) => `gre -1/-1 from ${id}`));
  });
});
