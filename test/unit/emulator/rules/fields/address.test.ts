import { describe, expect, it } from 'vitest';
import { canonicalIpv4, canonicalIpv6 } from '../../../../../emulator/rules/fields/address.ts';

const MASK = { hostBits: 'mask', bare: 'keep' } as const;
const KEEP = { hostBits: 'keep', bare: 'keep' } as const;
const FULL = { hostBits: 'mask', bare: 'full' } as const;

describe('IPv4', () => {
  it.each([
    ['10.1.2.3/8', MASK, '10.0.0.0/8'],
    ['10.1.255.3/17', MASK, '10.1.128.0/17'],
    ['10.1.2.3/32', MASK, '10.1.2.3/32'],
    ['255.255.255.255/1', MASK, '128.0.0.0/1'],
    ['255.255.255.255/0', MASK, '0.0.0.0/0'],
    ['10.1.2.3/8', KEEP, '10.1.2.3/8'],
    ['10.1.2.3', KEEP, '10.1.2.3'],
    ['10.1.2.3', FULL, '10.1.2.3/32'],
  ])('IPv4: %s', (text, form, expected) => {
    expect(canonicalIpv4(text, form)).toBe(expected);
  });

  it.each([
    '',
    '10.1.2',
    '10.1.2.256',
    '10.1.2.03',
    '10.1.2.3/',
    '10.1.2.3/33',
    '10.1.2.3/-1',
    '10.1.2.3/8/8',
    ' 10.1.2.3',
    '10.1.2.3/08x',
    '::1',
  ])('refuses %j', (text) => {
    expect(canonicalIpv4(text, MASK)).toBeUndefined();
  });
});

describe('IPv6', () => {
  it.each([
    ['2001:0DB8:0:0:0:0:0:1/64', MASK, '2001:db8::/64'],
    ['2001:db8:1:2:3:4:5:6/127', MASK, '2001:db8:1:2:3:4:5:6/127'],
    ['2001:db8:1:2:3:4:5:7/127', MASK, '2001:db8:1:2:3:4:5:6/127'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/33', MASK, 'ffff:ffff:8000::/33'],
    ['ffff::/0', MASK, '::/0'],
    ['2001:0DB8::1/64', KEEP, '2001:db8::1/64'],
    ['1:0:0:2:0:0:0:3', KEEP, '1:0:0:2::3'],
    ['::FFFF:1.2.3.4', KEEP, '::ffff:102:304'],
    ['::1', FULL, '::1/128'],
  ])('IPv6: %s', (text, form, expected) => {
    expect(canonicalIpv6(text, form)).toBe(expected);
  });

  it.each(['', ':::', '1::2::3', '12345::', '::/129', '::1%eth0', '10.0.0.1', '[::1]', 'g::'])(
    'refuses %j',
    (text) => {
      expect(canonicalIpv6(text, MASK)).toBeUndefined();
    },
  );
});
