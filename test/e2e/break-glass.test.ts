// A rule by hand that says how long it is needed: it stays until then, never against a guardrail, and is told.
import { expect, test } from 'vitest';
import { withEmulator } from '../support/emulator.ts';
import { policyFor, wireGroup, type WireRule } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HTTPS: WireRule = { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8' };
const HOUR_MS = 3_600_000;

test('a rule by hand stays for as long as it asks, one that opens against a guardrail does not', () => {
  const clock = new VirtualClock();
  const end = new Date(clock.nowMs() + 2 * HOUR_MS).toISOString().slice(0, 19);
  const Description = `rampart:keep-until=${end}Z reason=INC-7 vendor on the line`;
  const byHand: WireRule = {
    IpProtocol: 'TCP',
    PortRange: '8022/8022',
    SourceCidrIp: '198.51.100.7/32',
    Description,
  };
  const open: WireRule = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '0.0.0.0/0', Description };
  return withEmulator({ state: { securityGroups: [wireGroup('sg-web')] }, time: clock }, async (emulator) => {
    const ports = async () =>
      (await emulator.state()).securityGroups[0]?.Permissions.map(({ PortRange }) => PortRange).sort();
    const service = new Service({
      clock,
      endpoint: emulator.url,
      policies: { 'web.yaml': policyFor('sg-web', ['protocol: tcp, ports: 443, from: 10.0.0.0/8']) },
      reconcile: 'resyncSeconds: 60, breakGlass: {maxHours: 8}',
      sections:
        'guardrails: [{id: no-ssh, deny: {direction: ingress, protocol: tcp, ports: 22, from: anywhere}}]\n',
    });
    try {
      await service.converged('sg-web');
      const from = service.log.events.length;
      await emulator.setState({ securityGroups: [wireGroup('sg-web', [HTTPS, byHand, open])] });
      await service.log.event(
        'breakglass.opened',
        { group: 'sg-web', reason: 'INC-7 vendor on the line' },
        from,
      );
      await service.converged('sg-web', from);
      expect(await ports()).toEqual(['443/443', '8022/8022']);
      await service.log.event('breakglass.closed', { group: 'sg-web' }, from);
      await service.converged('sg-web', service.log.events.length);
      expect(await ports()).toEqual(['443/443']);
      expect(clock.monotonicMs()).toBeGreaterThan(2 * HOUR_MS - 60_000);
    } finally {
      await service.stop();
    }
  });
});
