import { expect, it } from 'vitest';
import { coverSpans } from '../../../../../reconciler/exposure/text/prefix-cover.ts';
import { formatPrefix, lastAddress } from '../../../../../reconciler/model/prefix.ts';
import { prefix } from '../../../../support/rule-sets.ts';

/** `a b` is from the first address of a to the last of b. */
const cover = (...spans: string[]): string[] =>
  coverSpans(
    spans.map((text) => {
      const [first = '', last = first] = text.split(' ');
      return { first: prefix(first).address, last: lastAddress(prefix(last)) };
    }),
    prefix(spans[0]?.split(' ')[0] ?? '').kind,
  ).map(({ prefix: term, except }) => [term, ...except].map(formatPrefix).join(' - '));

it.each([
  ['everything', ['0.0.0.0/0'], ['0.0.0.0/0']],
  ['one address', ['10.0.0.1'], ['10.0.0.1/32']],
  ['the last address', ['255.255.255.255'], ['255.255.255.255/32']],
  ['a prefix', ['10.0.0.0/8'], ['10.0.0.0/8']],
  ['an interval that is no prefix', ['10.0.0.1 10.0.0.4'], ['10.0.0.1/32', '10.0.0.2/31', '10.0.0.4/32']],
  ['two prefixes far apart', ['10.0.0.0/8', '192.168.0.0/16'], ['10.0.0.0/8', '192.168.0.0/16']],
  ['neighbours given apart', ['10.0.0.0/9', '10.128.0.0/9'], ['10.0.0.0/8']],
  ['half of a prefix', ['10.128.0.0/9'], ['10.128.0.0/9']],
  ['all but one prefix', ['0.0.0.0 9.255.255.255', '11.0.0.0 255.255.255.255'], ['0.0.0.0/0 - 10.0.0.0/8']],
  [
    'two holes in two prefixes far apart',
    ['10.0.0.0 10.0.0.6', '10.0.0.8 10.0.0.255', '192.0.2.0 192.0.2.6', '192.0.2.8 192.0.2.255'],
    ['10.0.0.0/24 - 10.0.0.7/32', '192.0.2.0/24 - 192.0.2.7/32'],
  ],
  ['all of IPv6', ['::/0'], ['::/0']],
  [
    'all of IPv6 but one address',
    [':: ::6', '::8 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['::/0 - ::7/128'],
  ],
])('covers exactly the addresses that are left: %s', (_, spans, expected) => {
  expect(cover(...spans)).toEqual(expected);
});

it('of nothing is nothing', () => {
  expect(coverSpans([], 'ipv4')).toEqual([]);
});
