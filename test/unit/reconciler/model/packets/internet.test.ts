import { describe, expect, test } from 'vitest';
import { INTERNET } from '../../../../../reconciler/model/packets/internet.ts';
import { lastAddress, prefixContains } from '../../../../../reconciler/model/prefix.ts';
import { prefix } from '../../../../support/rule-sets.ts';

const everything = [...INTERNET.ipv4, ...INTERNET.ipv6];
const holds = (text: string): boolean => everything.some((part) => prefixContains(part, prefix(text)));
const meets = (text: string): boolean =>
  everything.some((part) => prefixContains(part, prefix(text)) || prefixContains(prefix(text), part));

describe('internet', () => {
  test.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '223.255.255.255',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.175.48.0/24',
    '192.0.2.0/24',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '2001::/32',
    '2001:db8::/32',
    '2002::/16',
    '2400::/12',
    '64:ff9b::/96',
  ])('holds all of %s', (text) => {
    expect(holds(text)).toBe(true);
  });

  test.each([
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/4',
    '240.0.0.0/4',
    '2001:1::/32',
    '2001:100::/24',
    '3fff::/20',
    'fc00::/7',
    'fe80::/10',
    'ff00::/8',
    '::/96',
  ])('holds nothing of %s', (text) => {
    expect(meets(text)).toBe(false);
  });

  test('is made of ascending prefixes that do not meet', () => {
    for (const parts of [INTERNET.ipv4, INTERNET.ipv6]) {
      for (const [at, part] of parts.slice(1).entries()) {
        expect(lastAddress(parts[at] ?? part)).toBeLessThan(part.address);
      }
    }
  });
});
