import { describe, expect, it } from 'vitest';
import { parsePacket, type PacketFlags } from '../../../../../daemon/commands/check/question.ts';
import { prefix } from '../../../../support/rule-sets.ts';

const FLAGS: PacketFlags = {
  direction: 'ingress',
  protocol: 'tcp',
  port: '443',
  peer: ['203.0.113.7'],
  nicType: 'intranet',
};

/** Flags with some replaced, and those that are undefined left out. */
function flags(changes: { [Key in keyof PacketFlags]?: PacketFlags[Key] | undefined }): PacketFlags {
  const entries = Object.entries({ ...FLAGS, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as PacketFlags;
}

const ICMP = { protocol: 'icmp', port: undefined } as const;

describe('flags that name one packet', () => {
  it('what is not given is not known', () => {
    expect(parsePacket(FLAGS)).toEqual({
      ok: true,
      value: {
        direction: 'ingress',
        nicType: 'intranet',
        family: 'ipv4',
        protocol: 6,
        peer: prefix('203.0.113.7').address,
        memberOf: [],
        sourcePort: null,
        own: null,
        port: 443,
      },
    });
  });

  it.each<[string, Parameters<typeof flags>[0], object]>([
    ['a protocol in capitals', { protocol: 'UDP' }, { protocol: 17 }],
    ['a protocol by number that has a name and ports', { protocol: '6' }, { protocol: 6, port: 443 }],
    ['a protocol without a name', { protocol: '50', port: undefined }, { protocol: 50, port: null }],
    ['protocol 0', { protocol: '0', port: undefined }, { protocol: 0 }],
    ['icmp', ICMP, { protocol: 1, family: 'ipv4', port: null }],
    ['icmpv6 to a group', { ...ICMP, protocol: 'icmpv6', peer: ['sg-a'] }, { protocol: 58, family: 'ipv6' }],
    ['the ends of the ports', { port: '65535', sourcePort: '1' }, { port: 65535, sourcePort: 1 }],
    ['an IPv6 peer', { peer: ['2001:DB8::7'] }, { family: 'ipv6', peer: prefix('2001:db8::7').address }],
    ['a group', { peer: ['sg-a'] }, { family: 'ipv4', peer: null, memberOf: ['sg-a'] }],
    ['a group whose member has an IPv6 address', { peer: ['sg-a'], family: 'ipv6' }, { family: 'ipv6' }],
    ['a group and an IPv6 own side', { peer: ['sg-a'], own: '2001:db8::1' }, { family: 'ipv6' }],
    [
      'an address and who holds it, in one order and once',
      { peer: ['sg-b', '203.0.113.7', 'pl-a', 'sg-b'] },
      { peer: prefix('203.0.113.7').address, memberOf: ['pl-a', 'sg-b'] },
    ],
    ['the own side', { own: '10.0.0.1' }, { own: prefix('10.0.0.1').address }],
    ['a card of a classic network', { nicType: 'internet' }, { nicType: 'internet' }],
  ])('flags that name one packet: %s', (_, changes, fields) => {
    expect(parsePacket(flags(changes))).toMatchObject({ ok: true, value: fields });
  });
});

describe('flags that name none', () => {
  it.each<[string, Parameters<typeof flags>[0], RegExp]>([
    ['all protocols at once', { protocol: 'all' }, /--protocol: .*255/],
    ['an unknown protocol', { protocol: 'sctp' }, /--protocol/],
    ['a protocol number beyond a byte', { protocol: '256' }, /--protocol/],
    ['no port for tcp', { port: undefined }, /--port: tcp needs one/],
    ['a port for icmp', { protocol: 'icmp' }, /--port: protocol icmp has no ports/],
    [
      'a source port for gre',
      { protocol: 'gre', port: undefined, sourcePort: '9' },
      /--source-port: protocol gre/,
    ],
    ['port 0', { port: '0' }, /--port: write one port/],
    ['a port beyond 65535', { port: '65536' }, /--port: write one port/],
    ['a leading zero', { port: '0443' }, /--port: write one port/],
    ['a range of ports', { port: '80-90' }, /--port: write one port/],
    ['a bad source port', { sourcePort: 'any' }, /--source-port: write one port/],
    ['a prefix', { peer: ['203.0.113.0/24'] }, /--peer: write one address.*sg-…/],
    ['the prefix of one address', { peer: ['203.0.113.7/32'] }, /--peer/],
    ['the name of a network', { peer: ['office'] }, /--peer/],
    ['a port list', { peer: ['prl-a'] }, /--peer/],
    ['two addresses', { peer: ['203.0.113.7', '203.0.113.8'] }, /--peer: write one address at most/],
    ['an own side that is a group', { own: 'sg-a' }, /--own: write one address/],
    ['families mixed', { own: '2001:db8::1' }, /mix IPv4 with IPv6/],
    ['a family that the address has not', { family: 'ipv6' }, /mix IPv4 with IPv6/],
    ['icmp from an IPv6 address', { ...ICMP, peer: ['2001:db8::7'] }, /mix IPv4 with IPv6/],
  ])('flags that name none: %s', (_, changes, message) => {
    const result = parsePacket(flags(changes));
    expect(result.ok ? [] : result.error).toEqual([expect.stringMatching(message)]);
  });

  it('all mistakes are told at once', () => {
    const result = parsePacket(flags({ protocol: 'x', port: '0', sourcePort: '0', peer: ['y'], own: 'z' }));
    expect(result.ok ? [] : result.error).toHaveLength(5);
  });
});
