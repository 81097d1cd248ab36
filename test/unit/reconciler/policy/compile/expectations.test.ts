import { describe, expect, it } from 'vitest';
import { INTERNET } from '../../../../../reconciler/model/packets/internet.ts';
import type { Expectation, PacketPattern } from '../../../../../reconciler/model/packets/pattern.ts';
import { formatPeer } from '../../../../../reconciler/model/peer.ts';
import { formatPortRange } from '../../../../../reconciler/model/ports.ts';
import { formatPrefix } from '../../../../../reconciler/model/prefix.ts';
import { compileTexts, problemText } from '../../../../support/policy-text.ts';

const GROUPS = `version: 1
groups:
  - {id: sg-a, region: cn-a, ingress: []}
  - {id: sg-b, region: cn-a, ingress: []}
networks: {vpn: [198.51.100.64/27, "2001:db8::/48"], admins: [vpn, sg-ops]}
services: {ssh: tcp/22, names: [udp/53, tcp/53], ping: icmp}
`;

/** Expectations beside two groups, each on a line from 8 on. */
const compileExpect = (...entries: string[]) =>
  compileTexts({ 'a.yaml': `${GROUPS}expect:\n${entries.map((entry) => `  - ${entry}\n`).join('')}` });

function patternText({ services, peers, own, sourcePorts }: PacketPattern): string {
  const parts = [
    services.map(({ protocol, ports }) =>
      ports === null ? protocol : `${protocol} ${formatPortRange(ports)}`,
    ),
    peers.map(formatPeer),
    own.map(formatPrefix),
    sourcePorts === null ? [] : [formatPortRange(sourcePorts)],
  ];
  return parts.map((part) => part.join(',')).join(' | ');
}

function only(expectations: readonly Expectation[]): Expectation {
  const [first, second] = expectations;
  if (first === undefined || second !== undefined) throw new Error(`${expectations.length} expectations`);
  return first;
}

function patternOf(pattern: string): string {
  const { expectations, problems } = compileExpect(`{name: n, group: sg-a, accept: ${pattern}}`);
  const errors = problems.filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? errors.map(problemText).join() : patternText(only(expectations).pattern);
}

describe('an expectation', () => {
  it('says of which groups what is accepted or dropped, and where it stands', () => {
    const { expectations, problems } = compileExpect(
      '{name: people reach the bastion, group: sg-a, accept: {direction: ingress, services: ssh, from: vpn}}',
      '{name: nobody else, group: [sg-a, sg-b, sg-a], drop: {direction: ingress, protocol: all, from: internet}, unknown: block}',
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(expectations).toMatchObject([
      {
        name: 'people reach the bastion',
        groups: ['sg-a'],
        kind: 'accept',
        unknown: 'report',
        source: { file: 'a.yaml', line: 8, column: 5 },
      },
      {
        name: 'nobody else',
        groups: ['sg-a', 'sg-b'],
        kind: 'drop',
        unknown: 'block',
        source: { file: 'a.yaml', line: 9, column: 5 },
      },
    ]);
  });

  it.each([
    ['{direction: ingress, protocol: tcp, ports: 22, from: 10.0.0.0/8}', 'tcp 22/22 | 10.0.0.0/8 |  | '],
    [
      '{direction: ingress, protocol: tcp, ports: [22, 8000-8100], from: [10.0.0.0/8, sg-x, pl-y]}',
      'tcp 22/22,tcp 8000/8100 | 10.0.0.0/8,sg-x,pl-y |  | ',
    ],
    ['{direction: ingress, protocol: tcp, from: 10.0.0.0/8}', 'tcp | 10.0.0.0/8 |  | '],
    ['{direction: ingress, protocol: tcp, ports: all, from: 10.0.0.0/8}', 'tcp | 10.0.0.0/8 |  | '],
    ['{direction: ingress, protocol: ALL, from: anywhere}', 'all | 0.0.0.0/0,::/0 |  | '],
    [
      '{direction: egress, services: [names, ping], to: 10.0.0.1, from: [10.1.0.0/16, 10.2.0.0/16]}',
      'udp 53/53,tcp 53/53,icmp | 10.0.0.1/32 | 10.1.0.0/16,10.2.0.0/16 | ',
    ],
    [
      '{direction: ingress, protocol: udp, ports: 53, sourcePorts: 1024-65535, from: 10.0.0.1, to: 10.1.0.0/16}',
      'udp 53/53 | 10.0.0.1/32 | 10.1.0.0/16 | 1024/65535',
    ],
    [
      '{direction: ingress, services: ssh, from: admins}',
      'tcp 22/22 | 198.51.100.64/27,2001:db8::/48,sg-ops |  | ',
    ],
  ])('takes the words of a rule, and the names of networks and services: %s', (pattern, text) => {
    expect(patternOf(pattern)).toBe(text);
  });

  it('leaves out the addresses that no packet of the pattern can have', () => {
    expect(patternOf('{direction: ingress, protocol: icmp, from: vpn}')).toBe(
      'icmp | 198.51.100.64/27 |  | ',
    );
    const own = '{direction: ingress, protocol: tcp, from: vpn, to: 2001:db8:1::/48}';
    expect(patternOf(own)).toBe('tcp | 2001:db8::/48 | 2001:db8:1::/48 | ');
  });

  it('may speak of the internet, which is all that can be reached from everywhere', () => {
    const { expectations } = compileExpect(
      '{name: n, group: sg-a, drop: {direction: ingress, protocol: all, from: internet}}',
    );
    const { peers, namesInternet } = only(expectations).pattern;
    expect(namesInternet).toBe(true);
    expect(peers).toEqual([...INTERNET.ipv4, ...INTERNET.ipv6]);
  });

  it.each([
    ['{group: sg-a, drop: {direction: ingress, protocol: all, from: vpn}}', '8:5 missing-key'],
    ['{name: n, drop: {direction: ingress, protocol: all, from: vpn}}', '8:5 missing-key'],
    ['{name: n, group: sg-a}', '8:5 accept-or-drop'],
    ['{name: n, group: web, drop: {direction: ingress, protocol: all, from: vpn}}', '8:22 bad-id'],
    ['{name: n, group: sg-a, drop: {protocol: all, from: vpn}}', '8:32 missing-key'],
    ['{name: n, group: sg-a, drop: {direction: out, protocol: all, to: vpn}}', '8:44 unknown-value'],
    ['{name: n, group: sg-a, drop: {direction: ingress, from: vpn}}', '8:32 protocol-or-services'],
    ['{name: n, group: sg-a, drop: {direction: ingress, protocol: all}}', '8:32 missing-key'],
    ['{name: n, group: sg-a, drop: {direction: ingress, protocol: all, from: vnp}}', '8:74 unknown-network'],
    ['{name: n, group: sg-a, drop: {direction: ingress, services: shh, from: vpn}}', '8:64 unknown-service'],
    [
      '{name: n, group: sg-a, drop: {direction: ingress, protocol: icmp, ports: 8, from: vpn}}',
      '8:81 ports-not-allowed',
    ],
    [
      '{name: n, group: sg-a, drop: {direction: ingress, services: [ssh, ping], sourcePorts: 5, from: vpn}}',
      '8:93 source-ports-not-allowed',
    ],
    [
      '{name: n, group: sg-a, drop: {direction: ingress, protocol: icmp, from: "2001:db8::/48"}}',
      '8:80 empty-pattern',
    ],
    ['{name: n, group: sg-a, drop: {direction: ingress, protocol: all, from: 10.0.0.1/8}}', '8:79 host-bits'],
    [
      '{name: n, group: sg-a, drop: {direction: ingress, protocol: all, from: vpn, action: drop}}',
      '8:86 unknown-key',
    ],
    [
      '{name: n, group: sg-a, unknown: fail, drop: {direction: ingress, protocol: all, from: vpn}}',
      '8:37 unknown-value',
    ],
  ])('is refused in its place if something is wrong with it: %s', (entry, problem) => {
    const { problems, expectations, badFiles } = compileExpect(entry);
    const errors = problems.filter(({ severity }) => severity === 'error').map(problemText);
    expect(errors.map((each) => each.replace(/^8:\d+ /, '8 '))).toContain(problem.replace(/^8:\d+ /, '8 '));
    expect(expectations).toEqual([]);
    expect([...badFiles]).toEqual(['a.yaml']);
  });

  it('is refused with all that is wrong with it at once', () => {
    const { problems } = compileExpect(
      '{name: n, group: web, drop: {direction: ingress, protocol: icmp, ports: 99999, from: [vnp, 10.0.0.1/8]}}',
    );
    const codes = problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    expect(codes.sort()).toEqual([
      'bad-id',
      'host-bits',
      'out-of-range',
      'ports-not-allowed',
      'unknown-network',
    ]);
  });

  it('has a name of its own in its file', () => {
    const entry = '{name: n, group: sg-a, drop: {direction: ingress, protocol: all, from: vpn}}';
    expect(compileExpect(entry, entry).problems.map(problemText)).toContain('9:12 duplicate-name');
  });

  it('of a group that no policy declares by its id gets a warning with the nearest id', () => {
    const { problems, expectations } = compileExpect(
      '{name: n, group: sg-aa, drop: {direction: ingress, protocol: all, from: vpn}}',
    );
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'expect-unknown-group',
        severity: 'warning',
        hint: 'did you mean "sg-a"?',
      }),
    );
    expect(expectations).toHaveLength(1);
  });

  it('can be all that a file declares', () => {
    const text = 'version: 1\nexpect: []\n';
    expect(compileTexts({ 'a.yaml': text }).problems).toEqual([]);
  });

  it('waits with its file for a network that a bad file defines', () => {
    const { expectations, problems } = compileTexts({
      'a.yaml': `version: 1\nexpect:\n  - {name: n, group: sg-a, drop: {direction: ingress, protocol: all, from: far}}\n`,
      'b.yaml': 'version: 1\nnetworks: {far: 10.0.0.0/8}\ngroups: [{id: sg-a}]\n',
    });
    expect(expectations).toEqual([]);
    expect(problems.map(problemText)).toContainEqual(expect.stringContaining('defined-in-bad-file'));
  });
});
