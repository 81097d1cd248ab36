// The older API gives the own side of a rule the default 0.0.0.0/0, and does not say whether that and none are one rule, nor
// which of them it shows. Invariants: under each reading the group ends as its policy says, by calls that found their rule,
// and a second read finds nothing to do.
import { expect, test } from 'vitest';
import type { Quirks } from '../../emulator/quirks.ts';
import { startTestEmulator, type WholeStateJson } from '../support/emulator.ts';
import { policyFor, wireGroup } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const ALL = '0.0.0.0/0';
const tcp = (port: number, more: object) => ({ IpProtocol: 'TCP', PortRange: `${port}/${port}`, ...more });
const from = (SourceCidrIp: string, more: object = {}) => ({ SourceCidrIp, ...more });

/** Rules with the own side written and not, each to be kept, described otherwise, or removed. */
const RULES = [
  tcp(80, from('10.0.0.0/8', { DestCidrIp: ALL })),
  tcp(81, from('10.0.0.0/8', { DestCidrIp: ALL, Description: 'old' })),
  tcp(82, from('10.0.0.0/8', { DestCidrIp: ALL })),
  tcp(83, from(ALL, { DestCidrIp: ALL })),
  tcp(84, from('10.0.0.0/8', { Description: 'old' })),
  tcp(85, from('10.0.0.0/8')),
  tcp(90, { SourceGroupId: 'sg-peer', DestCidrIp: ALL }),
  tcp(91, { SourceGroupId: 'sg-peer' }),
  tcp(92, { SourceGroupId: 'sg-peer', DestCidrIp: ALL }),
  tcp(93, { SourceGroupId: 'sg-peer', DestCidrIp: '10.1.0.0/16' }),
  { Direction: 'egress' as const, IpProtocol: 'ALL', DestCidrIp: ALL, SourceCidrIp: ALL },
];

/** Both forms of one rule, which only a cloud that takes them for two can hold. */
const BOTH = [tcp(86, from('10.0.0.0/8')), tcp(87, { SourceGroupId: 'sg-peer', DestCidrIp: ALL })].flatMap(
  (rule) => [rule, { ...rule, DestCidrIp: 'DestCidrIp' in rule ? '' : ALL }],
);

const POLICY = policyFor(
  'sg-web',
  [
    'protocol: tcp, ports: 80, from: 10.0.0.0/8',
    'protocol: tcp, ports: 81, from: 10.0.0.0/8, description: new',
    'protocol: tcp, ports: 84, from: 10.0.0.0/8, description: new',
    'protocol: tcp, ports: 86, from: 10.0.0.0/8',
    'protocol: tcp, ports: 88, from: 10.0.0.0/8, to: 0.0.0.0/0',
    'protocol: tcp, ports: [90, 91, 94], from: sg-peer',
    'protocol: tcp, ports: 93, from: sg-peer, to: 10.1.0.0/16',
  ],
  '    egress: []\n',
);

const WANTED = [
  '80/80 10.0.0.0/8  ',
  '81/81 10.0.0.0/8  new',
  '84/84 10.0.0.0/8  new',
  '86/86 10.0.0.0/8  ',
  '88/88 10.0.0.0/8  ',
  '90/90 sg-peer  ',
  '91/91 sg-peer  ',
  '93/93 sg-peer 10.1.0.0/16 ',
  '94/94 sg-peer  ',
];

function linesOf({ securityGroups }: WholeStateJson): string[] {
  const group = securityGroups.find(({ SecurityGroupId }) => SecurityGroupId === 'sg-web');
  return (group?.Permissions ?? [])
    .map((rule) => {
      const { PortRange, SourceCidrIp, SourceGroupId, DestCidrIp, Description } = rule as Record<
        string,
        string
      >;
      return [
        PortRange,
        SourceCidrIp === '' ? SourceGroupId : SourceCidrIp,
        DestCidrIp === ALL ? '' : DestCidrIp,
        Description,
      ].join(' ');
    })
    .sort();
}

const READINGS: ReadonlyArray<Pick<Quirks, 'omittedOwnSide' | 'shownOwnSide'>> = [
  { omittedOwnSide: 'other', shownOwnSide: 'sent' },
  { omittedOwnSide: 'any', shownOwnSide: 'sent' },
  { omittedOwnSide: 'any', shownOwnSide: 'any' },
  { omittedOwnSide: 'any', shownOwnSide: 'empty' },
];

test.each(READINGS.map((reading) => [reading.omittedOwnSide, reading.shownOwnSide, reading] as const))(
  'A group of the older API converges where an omitted own side is %s and shown as %s',
  async (omitted, _shown, reading) => {
    const clock = new VirtualClock();
    const rules = omitted === 'other' ? [...RULES, ...BOTH] : RULES;
    const emulator = await startTestEmulator({
      quirks: { apiLevel: 'legacy2019', ...reading },
      state: { securityGroups: [wireGroup('sg-web', rules), wireGroup('sg-peer')] },
      time: clock,
    });
    const service = new Service({ clock, endpoint: emulator.url, policies: { 'web.yaml': POLICY } });
    try {
      await service.converged('sg-web');
      expect(linesOf(await emulator.state())).toEqual(WANTED);
      const written = (await emulator.calls()).filter(({ action }) => !action.startsWith('Describe'));
      expect(written.filter(({ effect }) => !effect)).toEqual([]);
      await emulator.clearCalls();
      const calm = service.log.events.length;
      await service.log.event('group.converged', { group: 'sg-web', changes: 0 }, calm);
      const calls = await emulator.calls();
      expect(calls.filter(({ action }) => !action.startsWith('Describe'))).toEqual([]);
    } finally {
      await service.stop();
      await emulator.close();
    }
  },
);
