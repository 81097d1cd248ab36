// Descriptions that some readings of the vendor's "512 characters" take and others refuse. Invariants: where the cloud takes
// them the group converges; where it refuses them the rules are quarantined one by one, everything else is as the policy
// says, no rule is lost, and no call is repeated before the quarantine ends.
import { expect, test } from 'vitest';
import type { Quirks } from '../../emulator/quirks.ts';
import { startTestEmulator, type WholeStateJson } from '../support/emulator.ts';
import { policyFor, wireGroup } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const CHINESE = '安'.repeat(200); // 200 code points, 200 UTF-16 units, 600 bytes
const ROCKETS = '🚀'.repeat(300); // 300 code points, 600 UTF-16 units, 1200 bytes

const POLICY = policyFor('sg-web', [
  'protocol: tcp, ports: 80, from: 10.0.0.0/8, description: short',
  `protocol: tcp, ports: 81, from: 10.0.0.0/8, description: ${CHINESE}`,
  `protocol: tcp, ports: 82, from: 10.0.0.0/8, description: ${ROCKETS}`,
  `protocol: tcp, ports: 83, from: 10.0.0.0/8, description: ${ROCKETS}`,
  'protocol: tcp, ports: 84, from: 10.0.0.0/8',
]);

/** The rule of port 83 is there, with another text. */
const BEFORE = [
  { IpProtocol: 'TCP', PortRange: '83/83', SourceCidrIp: '10.0.0.0/8', Description: 'old' },
  { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0' },
];

const linesOf = ({ securityGroups }: WholeStateJson): string[] =>
  (securityGroups[0]?.Permissions ?? [])
    .map(({ PortRange, Description }) => `${String(PortRange)} ${String(Description).slice(0, 5)}`)
    .sort();

const short = ['80/80 short', '84/84 '];
const chinese = `81/81 ${CHINESE.slice(0, 5)}`;
const rockets = ['82/82', '83/83'].map((ports) => `${ports} ${ROCKETS.slice(0, 5)}`);

async function run(
  descriptionUnit: Quirks['descriptionUnit'],
  use: (parts: {
    service: Service;
    clock: VirtualClock;
    state: () => Promise<WholeStateJson>;
    writes: () => Promise<number>;
  }) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const emulator = await startTestEmulator({
    quirks: { descriptionUnit },
    state: { securityGroups: [wireGroup('sg-web', BEFORE)] },
    time: clock,
  });
  const service = new Service({ clock, endpoint: emulator.url, policies: { 'web.yaml': POLICY } });
  const writes = async () =>
    (await emulator.calls()).filter(({ action }) => !action.startsWith('Describe')).length;
  try {
    await use({ service, clock, state: () => emulator.state(), writes });
  } finally {
    await service.stop();
    await emulator.close();
  }
}

test('Descriptions that are short in code points alone are written where the cloud counts those', () =>
  run('codePoints', async ({ service, state }) => {
    await service.converged('sg-web');
    expect(linesOf(await state())).toEqual([...short, chinese, ...rockets].sort());
  }));

test.each([
  ['utf16', [...short, chinese, '83/83 old'].sort()],
  ['bytes', [...short, '83/83 old'].sort()],
] as const)(
  'Descriptions that are too long in %s are quarantined with the reason, and nothing else waits for them',
  (unit, expected) =>
    run(unit, async ({ service, state, writes }) => {
      const afterwards = async () =>
        service.log.first(({ event }) => event === 'group.not_converged', service.log.events.length);
      await service.log.event('step.quarantined', { group: 'sg-web' });
      await afterwards();
      await afterwards();
      await afterwards();
      expect(linesOf(await state())).toEqual(expected);
      const quarantined = service.log.events.filter(({ event }) => event === 'step.quarantined');
      expect(new Set(quarantined.map(({ code }) => code))).toEqual(
        new Set(['InvalidSecurityGroupDiscription.Malformed']),
      );
      const before = await writes();
      await afterwards();
      await afterwards();
      expect(await writes()).toBe(before);
    }),
);
