// Reads that lag behind writes: what was done is not done again, though a plan stops half-way and the next one is made
// before the cloud shows what the first one did.
import { expect, test } from 'vitest';
import { withEmulator } from '../support/emulator.ts';
import { policyFor, wireGroup } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

test('a rule that is written and not shown yet is not written again by the next plan', () => {
  const clock = new VirtualClock();
  const state = { securityGroups: [wireGroup('sg-late')] };
  return withEmulator({ state, quirks: { describeLagMs: 3000 }, time: clock }, async (emulator) => {
    await emulator.setFaults([
      {
        action: 'AuthorizeSecurityGroupEgress',
        kind: 'error',
        code: 'InvalidSecurityGroupId.NotFound',
        count: 1,
      },
    ]);
    const service = new Service({
      clock,
      endpoint: emulator.url,
      policies: {
        'late.yaml': policyFor(
          'sg-late',
          ['protocol: tcp, ports: 443, from: 10.0.0.0/8'],
          '    egress:\n      - {protocol: udp, ports: 53, to: 10.0.0.0/8}\n',
        ),
      },
      reconcile: 'resyncSeconds: 600',
    });
    try {
      await service.log.event('group.not_converged', { group: 'sg-late' });
      await service.log.event('group.converged', { group: 'sg-late' });
    } finally {
      await service.stop();
    }
    const ingress = (await emulator.calls()).filter(({ action }) => action === 'AuthorizeSecurityGroup');
    expect(ingress).toHaveLength(1);
  });
});
