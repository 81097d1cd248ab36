// Many small plans that together take more than the brake allows in an hour, in virtual time.
import { expect, test } from 'vitest';
import { withEmulator, type TestEmulator } from '../support/emulator.ts';
import { policyFor, wireGroup } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const PORTS = Array.from({ length: 100 }, (_, index) => 1000 + index);
const policyOf = (ports: readonly number[]) =>
  policyFor(
    'sg-web',
    ports.map((port) => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8`),
  );

const wirePort = (port: number) => ({
  IpProtocol: 'TCP',
  PortRange: `${port}/${port}`,
  SourceCidrIp: '10.0.0.0/8',
});

interface OneGroup {
  readonly service: Service;
  readonly clock: VirtualClock;
  readonly emulator: TestEmulator;
  readonly size: () => Promise<number | undefined>;
}

/** The group as its policy says, with the default brake. */
function withGroup(work: (world: OneGroup) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  const state = { securityGroups: [wireGroup('sg-web', PORTS.map(wirePort))] };
  return withEmulator({ state, time: clock }, async (emulator) => {
    const service = new Service({
      clock,
      endpoint: emulator.url,
      policies: { 'web.yaml': policyOf(PORTS) },
      reconcile: 'resyncSeconds: 600',
      brake: '{}',
    });
    const size = async () => (await emulator.state()).securityGroups[0]?.Permissions.length;
    try {
      await work({ service, clock, emulator, size });
    } finally {
      await service.stop();
    }
  });
}

test('of three commits that take 19 rules each, one is carried out in an hour', () =>
  withGroup(async ({ service, clock, size }) => {
    await service.converged('sg-web');
    let from = service.log.events.length;
    service.writePolicy('web.yaml', policyOf(PORTS.slice(19)));
    await service.converged('sg-web', from);
    expect(await size()).toBe(81);

    from = service.log.events.length;
    service.writePolicy('web.yaml', policyOf(PORTS.slice(38)));
    const second = await service.log.event('plan.blocked', { group: 'sg-web' }, from);
    expect(second.blockedBy).toEqual([expect.stringContaining('after 19 in the last hour')]);
    from = service.log.events.length;
    service.writePolicy('web.yaml', policyOf(PORTS.slice(57)));
    await service.log.event('plan.blocked', { group: 'sg-web' }, from);
    expect(await size()).toBe(81);

    // An hour after the first, the next 19 may go.
    from = service.log.events.length;
    service.writePolicy('web.yaml', policyOf(PORTS.slice(38)));
    await service.converged('sg-web', from);
    expect(await size()).toBe(62);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(3_600_000);
  }));

test('a group that leaves and comes back within the hour has not forgotten what it lost', () =>
  withGroup(async ({ service, size, clock }) => {
    await service.converged('sg-web');
    let from = service.log.events.length;
    service.writePolicy('web.yaml', policyOf(PORTS.slice(19)));
    await service.converged('sg-web', from);

    from = service.log.events.length;
    service.writePolicy('web.yaml', policyFor('sg-other', []));
    await service.log.event('group.released', { group: 'sg-web' }, from);
    await clock.until(clock.sleep(2_000_000));
    from = service.log.events.length;
    service.writePolicy('web.yaml', policyOf(PORTS.slice(38)));
    const blocked = await service.log.event('plan.blocked', { group: 'sg-web' }, from);
    expect(blocked.blockedBy).toEqual([expect.stringContaining('after 19 in the last hour')]);
    expect(await size()).toBe(81);
  }));

test('what was added by hand while a group was only observed is no drift once it is enforced again', () =>
  withGroup(async ({ service, size, emulator }) => {
    await service.converged('sg-web');
    let from = service.log.events.length;
    const observed = policyOf(PORTS).replace('ingress:', 'mode: observe\n    ingress:');
    service.writePolicy('web.yaml', observed);
    await service.converged('sg-web', from);
    const added = Array.from({ length: 50 }, (_, index) => wirePort(5000 + index));
    from = service.log.events.length;
    await emulator.setState({ securityGroups: [wireGroup('sg-web', [...PORTS.map(wirePort), ...added])] });
    await service.log.event('plan.made', { group: 'sg-web' }, from);

    from = service.log.events.length;
    service.writePolicy('web.yaml', policyOf(PORTS));
    const blocked = await service.log.event('plan.blocked', { group: 'sg-web' }, from);
    expect(blocked.kinds).toEqual(['brake']);
    expect(await size()).toBe(150);
  }));
