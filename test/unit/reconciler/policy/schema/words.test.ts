// The grammars of ports, services and peers, value by value. Where they are reported stands in problems.test.ts.
import { describe, expect, it } from 'vitest';
import { parsePeerText } from '../../../../../reconciler/policy/schema/peer-text.ts';
import { parsePortText, parseServiceText } from '../../../../../reconciler/policy/schema/port-text.ts';

describe('ports', () => {
  it.each([
    ['1', 1, 1],
    ['65535', 65535, 65535],
    ['8000-8100', 8000, 8100],
    ['8000/8100', 8000, 8100],
    ['80-80', 80, 80],
    ['all', 1, 65535],
  ])('ports: %s', (text, first, last) => {
    expect(parsePortText(text)).toEqual({ ok: true, value: { first, last } });
  });

  it.each([
    ['0', 'port-range'],
    ['0-80', 'port-range'],
    ['65536', 'port-range'],
    ['999999', 'port-range'],
    ['1-65536', 'port-range'],
    ['90-80', 'ports-out-of-order'],
    ['-1/-1', 'bad-ports'],
    ['', 'bad-ports'],
    ['-', 'bad-ports'],
    ['80-', 'bad-ports'],
    ['-80', 'bad-ports'],
    ['80 - 90', 'bad-ports'],
    ['80,90', 'bad-ports'],
    ['80:90', 'bad-ports'],
    ['080', 'bad-ports'],
    ['80-090', 'bad-ports'],
    ['1e3', 'bad-ports'],
    ['0x50', 'bad-ports'],
    ['80\n', 'bad-ports'],
    ['All', 'bad-ports'],
    ['８０', 'bad-ports'],
    ['9'.repeat(400), 'bad-ports'],
  ])('"%s" is refused as %s', (text, code) => {
    expect(parsePortText(text)).toMatchObject({ ok: false, error: { code } });
  });
});

describe('services', () => {
  it.each([
    ['tcp/443', { protocol: 'tcp', ports: { kind: 'range', first: 443, last: 443 } }],
    ['UDP/8000-8100', { protocol: 'udp', ports: { kind: 'range', first: 8000, last: 8100 } }],
    ['tcp/all', { protocol: 'tcp', ports: { kind: 'range', first: 1, last: 65535 } }],
    ['icmp', { protocol: 'icmp', ports: { kind: 'none' } }],
    ['ALL', { protocol: 'all', ports: { kind: 'none' } }],
  ])('services: %s', (text, value) => {
    expect(parseServiceText(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['tcp', 'bad-service'],
    ['tcp/', 'bad-service'],
    ['tcp/80/90', 'bad-service'],
    ['tcp/http', 'bad-ports'],
    ['tcp/0', 'port-range'],
    ['icmp/8', 'ports-not-allowed'],
    ['all/80', 'ports-not-allowed'],
    ['/80', 'unknown-protocol'],
    ['80/tcp', 'unknown-protocol'],
    ['', 'unknown-protocol'],
    ['tcp /80', 'unknown-protocol'],
  ])('"%s" is refused as %s', (text, code) => {
    expect(parseServiceText(text)).toMatchObject({ ok: false, error: { code } });
  });
});

describe('peers', () => {
  it.each([
    ['office', { kind: 'network', name: 'office' }],
    ['a', { kind: 'network', name: 'a' }],
    ['fe80', { kind: 'network', name: 'fe80' }],
    ['any_name.of-us', { kind: 'network', name: 'any_name.of-us' }],
    ['sg-bp1lb', { kind: 'peer', peer: { kind: 'group', id: 'sg-bp1lb', ownerId: null } }],
    ['pl-bp1cdn', { kind: 'peer', peer: { kind: 'prefixList', id: 'pl-bp1cdn' } }],
    ['0.0.0.0/0', { kind: 'peer', peer: { kind: 'ipv4', address: 0n, length: 0 } }],
    ['::1', { kind: 'peer', peer: { kind: 'ipv6', address: 1n, length: 128 } }],
  ])('peers: %s', (text, value) => {
    expect(parsePeerText(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'bad-peer'],
    ['-a', 'bad-peer'],
    ['_a', 'bad-peer'],
    ['a b', 'bad-peer'],
    ['büro', 'bad-peer'],
    ['a'.repeat(64), 'bad-peer'],
    ['prl-bp1app', 'bad-peer'],
    ['sg-', 'bad-id'],
    ['SG-bp1', 'bad-id'],
    ['sg-bp1 ', 'bad-id'],
    ['pl-a/b', 'bad-id'],
    ['prl-', 'bad-id'],
    ['office/24', 'bad-address'],
    ['1', 'bad-address'],
    ['10.0.0.0-10.0.0.9', 'bad-address'],
    ['fe80::1%eth0', 'bad-address'],
    ['10.0.0.1/8', 'host-bits'],
  ])('"%s" is refused as %s', (text, code) => {
    expect(parsePeerText(text)).toMatchObject({ ok: false, error: { code } });
  });

  it('quotes a hostile text shortly, on one line', () => {
    const result = parsePeerText(`10.0.0.${'\n9'.repeat(10_000)}`);
    expect(result.ok || result.error.message.length < 300).toBe(true);
    expect(result.ok || result.error.message.includes('\n')).toBe(false);
  });
});
