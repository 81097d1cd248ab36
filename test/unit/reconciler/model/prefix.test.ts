import { describe, expect, it } from 'vitest';
import {
  formatAddress,
  formatPrefix,
  lastAddress,
  parsePrefix,
  prefixContains,
  type Prefix,
} from '../../../../reconciler/model/prefix.ts';

function prefix(text: string): Prefix {
  const result = parsePrefix(text, 'refuse');
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.value;
}

describe('parsePrefix', () => {
  it.each([
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['128.0.0.0/1', '128.0.0.0/1'],
    ['::/0', '::/0'],
    ['::', '::/128'],
    ['::1', '::1/128'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1/128'],
    ['1::', '1::/128'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0/128'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8/128'],
    ['::ffff:192.0.2.1', '::ffff:c000:201/128'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221/128'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201/128'],
  ])('reads %s as %s', (text, canonical) => {
    expect(formatPrefix(prefix(text))).toBe(canonical);
  });

  it.each([
    ['an empty text', ''],
    ['a word', 'office'],
    ['leading zeros, octal elsewhere', '010.0.0.1'],
    ['leading zeros in a later octet', '192.0.02.1'],
    ['a missing octet', '10.0.0/8'],
    ['one number', '167772161'],
    ['a hexadecimal octet', '0x0a.0.0.1'],
    ['five octets', '1.2.3.4.5'],
    ['an octet above 255', '192.0.2.256'],
    ['an empty octet', '192..2.1'],
    ['a negative octet', '192.0.2.-1'],
    ['space around it', ' 192.0.2.1'],
    ['space at the end', '192.0.2.1 '],
    ['a line break at the end', '192.0.2.0/24\n'],
    ['a length above 32', '10.0.0.0/33'],
    ['a length with a leading zero', '10.0.0.0/08'],
    ['an empty length', '10.0.0.0/'],
    ['a mask instead of a length', '10.0.0.0/255.0.0.0'],
    ['two lengths', '10.0.0.0/8/8'],
    ['a signed length', '10.0.0.0/+8'],
    ['a length only', '/24'],
    ['digits of another script', '１92.0.2.1'],
    ['a length above 128', '2001:db8::/129'],
    ['a zone id', 'fe80::1%eth0'],
    ['brackets', '[::1]'],
    ['two compressions', '1::2::3'],
    ['three colons', ':::'],
    ['a compression of nothing', '1:2:3:4::5:6:7:8'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['a group of five digits', '12345::'],
    ['a group that is no hexadecimal', 'g::'],
    ['a lone colon at the start', ':1:2:3:4:5:6:7'],
    ['a lone colon at the end', '1:2:3:4:5:6:7:'],
    ['IPv4 in the middle', '::192.0.2.1:1'],
    ['IPv4 before the compression', '192.0.2.1::'],
    ['embedded IPv4 with a leading zero', '::ffff:192.0.2.01'],
    ['too many groups with IPv4', '1:2:3:4:5:6:7:192.0.2.1'],
  ])('refuses %s', (_name, text) => {
    expect(parsePrefix(text, 'refuse')).toMatchObject({ ok: false });
    expect(parsePrefix(text, 'mask')).toMatchObject({ ok: false });
  });

  it.each([
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['192.0.2.1/0', '0.0.0.0/0'],
    ['192.0.2.3/31', '192.0.2.2/31'],
    ['2001:db8::1/64', '2001:db8::/64'],
    ['::ffff:192.0.2.1/96', '::ffff:0:0/96'],
  ])('refuses the host bits of %s in a policy, and reads it as %s from the cloud', (text, canonical) => {
    const strict = parsePrefix(text, 'refuse');
    expect(strict).toMatchObject({ ok: false, error: { hint: `write \`${canonical}\`` } });
    const lenient = parsePrefix(text, 'mask');
    expect(lenient.ok && formatPrefix(lenient.value)).toBe(canonical);
  });
});

describe('formatAddress', () => {
  // The examples of RFC 5952, sections 4 and 5.
  it.each([
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:AAAA', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:1:0:1:0:1:0:1', '0:1:0:1:0:1:0:1'],
  ])('writes %s as %s', (text, canonical) => {
    const { kind, address } = prefix(text);
    expect(formatAddress(kind, address)).toBe(canonical);
  });
});

describe('prefixContains', () => {
  it.each([
    ['0.0.0.0/0', '192.0.2.0/24', true],
    ['192.0.2.0/24', '192.0.2.0/24', true],
    ['192.0.2.0/24', '192.0.2.128/25', true],
    ['192.0.2.0/24', '192.0.0.0/16', false],
    ['192.0.2.0/25', '192.0.2.128/25', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['::/0', '192.0.2.0/24', false],
    ['0.0.0.0/0', '::/0', false],
    ['2001:db8::/32', '2001:db8:ffff::/48', true],
    ['2001:db8::/33', '2001:db8:8000::/33', false],
  ])('%s contains %s: %s', (outer, inner, expected) => {
    expect(prefixContains(prefix(outer), prefix(inner))).toBe(expected);
  });
});

describe('lastAddress', () => {
  it.each([
    ['0.0.0.0/0', '255.255.255.255'],
    ['192.0.2.0/24', '192.0.2.255'],
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8::/32', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('lastAddress: of %s is %s', (text, expected) => {
    const parsed = prefix(text);
    expect(formatAddress(parsed.kind, lastAddress(parsed))).toBe(expected);
  });
});
