// The daemon under every reading of the manual: whatever the cloud turns out to be, the group ends as its
// policy says. Invariants: no rule is lost, none is there twice, and a second look finds nothing to do.
import { expect, test } from 'vitest';
import type { Quirks } from '../../emulator/quirks.ts';
import { startTestEmulator, type WholeStateJson } from '../support/emulator.ts';
import { wireGroup } from '../support/estate.ts';
import { randomQuirks, singleQuirks } from '../support/quirk-sets.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const RANDOM_COMBINATIONS = 100;

const tcp = (port: string, source: string, more: Record<string, unknown> = {}) => ({
  IpProtocol: 'TCP',
  PortRange: port,
  SourceCidrIp: source,
  ...more,
});

/** Some rules right, some to alter, to remove and to add. What a cloud never answers, it does not hold. */
const startOf = ({ ipv4HostBits, bareIpv4 }: Partial<Quirks>) => [
  wireGroup('sg-peer'),
  wireGroup('sg-web', [
    tcp('443/443', '0.0.0.0/0', { Description: 'HTTPS' }),
    tcp('22/22', '0.0.0.0/0', { Priority: 3 }),
    tcp('80/80', ipv4HostBits === 'keep' ? '10.1.2.3/16' : '10.1.0.0/16', { Description: 'old text' }),
    tcp('8080/8090', bareIpv4 === 'slash32' ? '192.0.2.7/32' : '192.0.2.7'),
    tcp('3306/3306', '10.0.0.0/8', { Policy: 'Drop', Priority: 50 }),
    { IpProtocol: 'ICMP', PortRange: '-1/-1', SourceCidrIp: '10.0.0.0/8', Priority: 9 },
    { IpProtocol: 'TCP', PortRange: '9000/9000', SourceGroupId: 'sg-peer', Description: 'peer' },
    { IpProtocol: 'TCP', PortRange: '443/443', Ipv6SourceCidrIp: '2001:db8::/32' },
    { Direction: 'egress', IpProtocol: 'ALL', PortRange: '-1/-1', DestCidrIp: '0.0.0.0/0' },
  ]),
];

const FIRST = `version: 1
groups:
  - id: sg-web
    region: cn-hangzhou
    ingress:
      - {protocol: tcp, ports: 443, from: [0.0.0.0/0, "2001:db8::/32"], description: HTTPS}
      - {protocol: tcp, ports: 22, from: 203.0.113.0/24, priority: 3}
      - {protocol: tcp, ports: 80, from: 10.1.0.0/16, description: new text}
      - {protocol: tcp, ports: 8080-8090, from: 192.0.2.7}
      - {protocol: icmp, from: 10.0.0.0/8, priority: 2}
      - {protocol: tcp, ports: 9000, from: sg-peer, action: drop}
    egress:
      - {protocol: tcp, ports: 443, to: 0.0.0.0/0}
      - {protocol: all, to: 0.0.0.0/0, action: drop, priority: 100}
`;
const FIRST_RULES = [
  'egress all -1/-1 0.0.0.0/0 drop 100',
  'egress tcp 443/443 0.0.0.0/0 accept 1',
  'ingress icmp -1/-1 10.0.0.0/8 accept 2',
  'ingress tcp 22/22 203.0.113.0/24 accept 3',
  'ingress tcp 443/443 0.0.0.0/0 accept 1 HTTPS',
  'ingress tcp 443/443 2001:db8::/32 accept 1 HTTPS',
  'ingress tcp 80/80 10.1.0.0/16 accept 1 new text',
  'ingress tcp 8080/8090 192.0.2.7/32 accept 1',
  'ingress tcp 9000/9000 sg-peer drop 1',
];

const SECOND = FIRST.replace('priority: 3', 'priority: 30')
  .replace('ports: 8080-8090', 'ports: 8080')
  .replace('10.1.0.0/16', '10.2.0.0/16')
  .replace('      - {protocol: icmp, from: 10.0.0.0/8, priority: 2}\n', '');
const SECOND_RULES = [
  'egress all -1/-1 0.0.0.0/0 drop 100',
  'egress tcp 443/443 0.0.0.0/0 accept 1',
  'ingress tcp 22/22 203.0.113.0/24 accept 30',
  'ingress tcp 443/443 0.0.0.0/0 accept 1 HTTPS',
  'ingress tcp 443/443 2001:db8::/32 accept 1 HTTPS',
  'ingress tcp 80/80 10.2.0.0/16 accept 1 new text',
  'ingress tcp 8080/8080 192.0.2.7/32 accept 1',
  'ingress tcp 9000/9000 sg-peer drop 1',
];

/** The group's rules as lines that do not depend on a quirk; texts that no policy names are left out. */
function ruleLines(state: WholeStateJson): string[] {
  const group = state.securityGroups.find(({ SecurityGroupId }) => SecurityGroupId === 'sg-web');
  return (group?.Permissions ?? []).map(ruleLine).sort();
}

function ruleLine(rule: Readonly<Record<string, unknown>>): string {
  const side = rule.Direction === 'ingress' ? 'Source' : 'Dest';
  const text = (name: string) => (typeof rule[name] === 'string' ? rule[name] : '');
  const peer = maskedIpv4(text(`${side}CidrIp`)) || text(`Ipv6${side}CidrIp`) || text(`${side}GroupId`);
  const words = [rule.Direction, rule.IpProtocol, rule.PortRange, peer, rule.Policy, rule.Priority];
  const description = ['HTTPS', 'new text'].includes(text('Description')) ? ` ${text('Description')}` : '';
  return `${words.map((word) => String(word).toLowerCase()).join(' ')}${description}`;
}

function maskedIpv4(text: string): string {
  if (text === '') return '';
  const [address = '', length = '32'] = text.split('/');
  const octets = address.split('.').map((octet, index) => {
    const bits = Math.min(8, Math.max(0, Number(length) - 8 * index));
    return Number(octet) & (256 - 2 ** (8 - bits)) & 255;
  });
  return `${octets.join('.')}/${length}`;
}

/** Someone at the console removes a rule of the policy, and adds one of their own. */
function changedByHand({ securityGroups, ...others }: WholeStateJson): object {
  const place = { Direction: 'ingress', SecurityGroupRuleId: 'sgr-byhand' };
  const desktop = { ...tcp('3389/3389', '0.0.0.0/0'), ...place };
  return {
    ...others,
    securityGroups: securityGroups.map((group) => {
      if (group.SecurityGroupId !== 'sg-web') return group;
      const kept = group.Permissions.filter(({ PortRange }) => PortRange !== '22/22');
      return { ...group, Permissions: [...kept, desktop] };
    }),
  };
}

async function converges(quirks: Partial<Quirks>): Promise<void> {
  const clock = new VirtualClock();
  const state = { securityGroups: startOf(quirks) };
  const emulator = await startTestEmulator({ quirks, seed: 7, state, time: clock });
  const service = new Service({
    clock,
    endpoint: emulator.url,
    policies: { 'web.yaml': FIRST },
    reconcile: `resyncSeconds: 1, lagSeconds: 2, ruleQuota: ${quirks.ruleQuota ?? 1000}`,
  });
  try {
    await service.converged('sg-web');
    expect(ruleLines(await emulator.state())).toEqual(FIRST_RULES);
    const from = service.log.events.length;
    service.writePolicy('web.yaml', SECOND);
    const { revision } = await service.log.event('policies.loaded', {}, from);
    await service.log.event('group.converged', { group: 'sg-web', revision }, from);
    expect(ruleLines(await emulator.state())).toEqual(SECOND_RULES);
    const handFrom = service.log.events.length;
    await emulator.setState(changedByHand(await emulator.state()));
    await service.log.event('drift.detected', { group: 'sg-web', cause: 'drift' }, handFrom);
    await service.log.event('group.converged', { group: 'sg-web' }, handFrom);
    expect(ruleLines(await emulator.state())).toEqual(SECOND_RULES);
    await emulator.clearCalls();
    const calmFrom = service.log.events.length;
    await service.log.event('group.converged', { group: 'sg-web', changes: 0 }, calmFrom);
    const calls = await emulator.calls();
    expect(calls.filter(({ action }) => !action.startsWith('Describe'))).toEqual([]);
  } finally {
    await service.stop();
    await emulator.close();
  }
}

test.each(singleQuirks().map((quirks) => ({ quirks: JSON.stringify(quirks) })))(
  'converges with $quirks',
  ({ quirks }) => converges(JSON.parse(quirks) as Partial<Quirks>),
);

test(`converges with each of ${RANDOM_COMBINATIONS} random combinations of quirks`, async () => {
  const seeds = Array.from({ length: RANDOM_COMBINATIONS }, (_, index) => index + 1);
  for (const seed of seeds) {
    const quirks = randomQuirks(seed);
    await converges(quirks).catch((cause: unknown) => {
      throw new Error(`seed ${seed}: ${JSON.stringify(quirks)}`, { cause });
    });
  }
});
