// Many small plans that together take more than the brake allows in an hour, in virtual time.
import { expect, test } from 'vitest';
import { withEmulator } from '../support/emulator.ts';
import { policyFor, wireGroup } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const PORTS = Array.from({ length: 100 }, (_, index) => 1000 + index);
const policyOf = (ports: readonly number[]) =>
  policyFor(
    'sg-web',
    ports.map((port) => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8`),
  );

test('of three commits that take 19 rules each, one is carried out in an hour', () => {
  const clock = new VirtualClock();
  const rules = PORTS.map((port) => ({
    IpProtocol: 'TCP',
    PortRange: `${port}/${port}`,
    SourceCidrIp: '10.0.0.0/8',
  }));
  const state = { securityGroups: [wireGroup('sg-web', rules)] };
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
    } finally {
      await service.stop();
    }
  });
});
