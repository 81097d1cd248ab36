import { describe, expect, it } from 'vitest';
import {
  hasPorts,
  parseDescribedProtocol,
  parsePolicyProtocol,
  protocolNumber,
} from '../../../../reconciler/model/protocol.ts';

describe('protocols', () => {
  it.each([
    ['TCP', 'tcp'],
    ['Udp', 'udp'],
    ['ICMPv6', 'icmpv6'],
    ['ALL', 'all'],
    ['6', null],
    ['any', null],
    ['', null],
  ])('a policy may name %s: %s', (text, protocol) => {
    expect(parsePolicyProtocol(text)).toBe(protocol);
  });

  it.each([
    ['GRE', 'gre'],
    ['6', 'tcp'],
    ['58', 'icmpv6'],
    ['50', '50'],
    ['0', '0'],
    ['255', '255'],
    ['256', null],
    ['06', null],
    ['-1', null],
    ['sctp', null],
  ])('the cloud may show %s: %s', (text, protocol) => {
    expect(parseDescribedProtocol(text)).toBe(protocol);
  });

  it('knows the numbers of named protocols', () => {
    expect([protocolNumber('tcp'), protocolNumber('50'), protocolNumber('all')]).toEqual([6, 50, null]);
  });

  it('gives ports to tcp and udp only', () => {
    expect((['tcp', 'udp', 'icmp', 'icmpv6', 'gre', 'all', '132'] as const).filter(hasPorts)).toEqual([
      'tcp',
      'udp',
    ]);
  });
});
