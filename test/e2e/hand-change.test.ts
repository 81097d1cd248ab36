// A change by hand while a plan is under way is no lag of the vendor's reads: once the plan's own writes are seen, the
// next plan is made at once.
import { expect, test } from 'vitest';
import { withEmulator } from '../support/emulator.ts';
import { policyFor, wireGroup, type WireRule } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const OPEN_TO_ALL: WireRule = { IpProtocol: 'TCP', PortRange: '3389/3389', SourceCidrIp: '0.0.0.0/0' };

test('a rule that comes by hand during a plan is removed without waiting for the lag', () => {
  const clock = new VirtualClock();
  const state = { securityGroups: [wireGroup('sg-busy')] };
  return withEmulator({ state, time: clock }, async (emulator) => {
    await emulator.setFaults([{ action: 'AuthorizeSecurityGroup', kind: 'slow', delayMs: 1000, count: 1 }]);
    const service = new Service({
      clock,
      endpoint: emulator.url,
      policies: { 'busy.yaml': policyFor('sg-busy', ['protocol: tcp, ports: 443, from: 10.0.0.0/8']) },
      reconcile: 'resyncSeconds: 600, lagSeconds: 600',
    });
    try {
      await service.log.event('plan.made', { group: 'sg-busy' });
      await emulator.setState({ securityGroups: [wireGroup('sg-busy', [OPEN_TO_ALL])] });
      await service.log.event('group.converged', { group: 'sg-busy' });
      expect(clock.monotonicMs()).toBeLessThan(60_000);
    } finally {
      await service.stop();
    }
    const [group] = (await emulator.state()).securityGroups;
    expect(group?.Permissions.map(({ PortRange }) => PortRange)).toEqual(['443/443']);
  });
});
