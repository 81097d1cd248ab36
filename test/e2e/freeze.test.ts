// Freezes: changes of the policies wait, drift is repaired against what was in force, and a person may end one early.
import { expect, test } from 'vitest';
import { startTestEmulator, withEmulator, type TestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup, type WireRule } from '../support/estate.ts';
import { Workspace } from '../support/rampart.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 10.0.0.0/8';
const SSH = 'protocol: tcp, ports: 22, from: 10.0.0.0/8';
const BY_HAND: WireRule = { IpProtocol: 'TCP', PortRange: '8080/8080', SourceCidrIp: '10.9.0.0/16' };
const MINUTE_MS = 60_000;

const portsIn = async (emulator: TestEmulator): Promise<unknown[]> => {
  const [group] = (await emulator.state()).securityGroups;
  return (group?.Permissions.map(({ PortRange }) => PortRange) ?? []).sort();
};

/** Ends in the freeze. */
const endingSoon = (nowMs: number): string[] => {
  const end = new Date(nowMs + 20 * MINUTE_MS).toISOString().slice(0, 19);
  return [`${SSH}, expires: "${end}Z"`];
};

/** A service whose group has converged, ten minutes before a freeze of an hour; the test goes on within it. */
async function inFreeze(
  allow: 'drift' | 'none',
  work: (emulator: TestEmulator, service: Service, clock: VirtualClock) => Promise<void>,
  furtherRules: (nowMs: number) => readonly string[] = () => [],
  overlapping = false,
): Promise<void> {
  const clock = new VirtualClock();
  const start = new Date(clock.nowMs() + 10 * MINUTE_MS);
  const cron = (at: Date): string => `${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} * *`;
  const later = new Date(start.getTime() + 120 * MINUTE_MS);
  const more = overlapping
    ? `, {name: long, schedule: '${cron(start)}', durationHours: 3}, {name: next, schedule: '${cron(later)}', durationHours: 3}`
    : '';
  const freeze = `[{name: night, schedule: '${cron(start)}', durationHours: 1, allow: ${allow}}${more}]`;
  await withEmulator({ state: { securityGroups: [wireGroup('sg-web')] }, time: clock }, async (emulator) => {
    const service = new Service({
      clock,
      endpoint: emulator.url,
      policies: {
        'web.yaml': policyFor('sg-web', [HTTPS, ...furtherRules(clock.nowMs())]),
        'z.yaml': 'version: 1\ngroups: []\n',
      },
      reconcile: `resyncSeconds: 60, freeze: ${freeze}`,
    });
    try {
      await service.converged('sg-web');
      await clock.until(clock.sleep(11 * MINUTE_MS));
      await work(emulator, service, clock);
    } finally {
      await service.stop();
    }
  });
}

test('in a freeze that allows drift a changed policy waits, drift is repaired, and the end carries the change out', () =>
  inFreeze('drift', async (emulator, service) => {
    const from = service.log.events.length;
    service.writePolicy('web.yaml', policyFor('sg-web', [SSH]));
    const blocked = await service.log.event('plan.blocked', { group: 'sg-web' }, from);
    expect(String(blocked.blockedBy)).toContain('changes of the policy wait until');
    await emulator.setState({ securityGroups: [wireGroup('sg-web', [BY_HAND])] });
    await service.log.event('call.succeeded', { group: 'sg-web' }, from);
    expect(await portsIn(emulator)).toEqual(['443/443']);
    await service.converged('sg-web', service.log.events.length);
    expect(await portsIn(emulator)).toEqual(['22/22']);
  }));

test('in a freeze a changed policy waits also where a person has made its changes by hand: that is drift', () =>
  inFreeze('drift', async (emulator, service) => {
    const from = service.log.events.length;
    service.writePolicy('web.yaml', policyFor('sg-web', [SSH]));
    await service.log.event('plan.blocked', { group: 'sg-web' }, from);
    const byHand: WireRule = { IpProtocol: 'TCP', PortRange: '22/22', SourceCidrIp: '10.0.0.0/8' };
    await emulator.setState({ securityGroups: [wireGroup('sg-web', [byHand])] });
    await service.log.event('call.succeeded', { group: 'sg-web' }, from);
    expect(await portsIn(emulator)).toEqual(['443/443']);
    await service.converged('sg-web', service.log.events.length);
    expect(await portsIn(emulator)).toEqual(['22/22']);
  }));

test('in a freeze a group that a changed policy would only observe is repaired until the end', () =>
  inFreeze('drift', async (emulator, service, clock) => {
    const from = service.log.events.length;
    service.writePolicy(
      'web.yaml',
      policyFor('sg-web', [HTTPS]).replace('- id: sg-web', '- id: sg-web\n    mode: observe'),
    );
    await service.log.event('plan.blocked', { group: 'sg-web' }, from);
    await emulator.setState({ securityGroups: [wireGroup('sg-web', [BY_HAND])] });
    await service.log.event('call.succeeded', { group: 'sg-web' }, from);
    expect(await portsIn(emulator)).toEqual(['443/443']);
    await clock.until(clock.sleep(60 * MINUTE_MS));
    await emulator.setState({ securityGroups: [wireGroup('sg-web', [BY_HAND])] });
    const later = service.log.events.length;
    await service.log.event('drift.detected', { group: 'sg-web' }, later);
    expect(await portsIn(emulator)).toEqual(['8080/8080']);
  }));

test('where freezes overlap the time is told at which the last of them ends', () =>
  inFreeze(
    'drift',
    async (_emulator, service, clock) => {
      const from = service.log.events.length;
      service.writePolicy('web.yaml', policyFor('sg-web', [SSH]));
      const blocked = await service.log.event('plan.blocked', { group: 'sg-web' }, from);
      const [, until = ''] =
        /wait until (\S+): the freeze "long" and those/.exec(String(blocked.blockedBy)) ?? [];
      const hours = (Date.parse(until) - clock.nowMs()) / (60 * MINUTE_MS);
      expect(hours).toBeGreaterThan(4.9);
      expect(hours).toBeLessThan(5);
    },
    () => [],
    true,
  ));

test('in a freeze that allows nothing drift stays, and is repaired at the end', () =>
  inFreeze('none', async (emulator, service) => {
    const from = service.log.events.length;
    await emulator.setState({ securityGroups: [wireGroup('sg-web', [BY_HAND])] });
    const blocked = await service.log.event('plan.blocked', { group: 'sg-web' }, from);
    expect(String(blocked.blockedBy)).toContain('nothing is written until');
    expect(await portsIn(emulator)).toEqual(['8080/8080']);
    await service.converged('sg-web', from);
    expect(await portsIn(emulator)).toEqual(['443/443']);
  }));

test('a rule that ends in a freeze is removed where drift is allowed; where nothing is, that is said as an error', async () => {
  for (const allow of ['drift', 'none'] as const) {
    await inFreeze(
      allow,
      async (emulator, service, clock) => {
        const present = () =>
          service.log.events.filter((seen) => seen.event === 'rule.expired' && seen.isPresent);
        await clock.until(clock.sleep(15 * MINUTE_MS));
        expect(await portsIn(emulator)).toEqual(allow === 'drift' ? ['443/443'] : ['22/22', '443/443']);
        expect(present().length > 0).toBe(allow === 'none');
        await clock.until(clock.sleep(60 * MINUTE_MS));
        expect(await portsIn(emulator)).toEqual(['443/443']);
        const notices = service.log.events.filter((seen) => seen.event === 'rule.expiring');
        expect(notices).toHaveLength(1);
      },
      endingSoon,
    );
  }
});

test('a group that the policies name no more stays managed until the freeze ends', () =>
  inFreeze('drift', async (emulator, service) => {
    const from = service.log.events.length;
    service.writePolicy('web.yaml', 'version: 1\ngroups: []\n');
    await emulator.setState({ securityGroups: [wireGroup('sg-web', [BY_HAND])] });
    await service.converged('sg-web', from);
    expect(await portsIn(emulator)).toEqual(['443/443']);
    const loaded = await service.log.first(
      (seen) => seen.event === 'policies.loaded' && 'released' in seen,
      from,
    );
    expect(loaded.released).toEqual(['sg-web']);
  }));

test('resume --freeze ends the occurrence beside the running daemon, and needs a reason', async () => {
  const workspace = new Workspace();
  const emulator = await startTestEmulator({ state: { securityGroups: [wireGroup('sg-web')] } });
  try {
    const freeze = "freeze: [{name: always, schedule: '0 0 1 * *', durationHours: 1000}]";
    const config = configFor(emulator.url).replace('mode: enforce,', `mode: enforce, ${freeze},`);
    workspace.write('config.yaml', config);
    workspace.write('policies/web.yaml', policyFor('sg-web', [HTTPS]));
    const daemon = workspace.start(['run']);
    await daemon.event('plan.blocked', { group: 'sg-web' });
    const without = await workspace.run(['resume', '--freeze', 'always']);
    expect(without).toMatchObject({ code: 1 });
    expect(await portsIn(emulator)).toEqual([]);
    const plan = await workspace.run(['plan']);
    expect(plan.code).toBe(3);
    expect(plan.stdout).toContain('resume --freeze always');
    const ended = await workspace.run(['resume', '--freeze', 'always', '--reason', 'a hotfix']);
    expect(ended).toMatchObject({ code: 0 });
    await daemon.event('group.converged', { group: 'sg-web' });
    expect(await portsIn(emulator)).toEqual(['443/443']);
    const again = await workspace.run(['resume', '--freeze', 'always', '--reason', 'again']);
    expect(again).toMatchObject({ code: 1 });
    const unknown = await workspace.run(['resume', '--freeze', 'never', '--reason', 'x']);
    expect(unknown.stderr).toContain('the config has no freeze never; it has always');
  } finally {
    await workspace.dispose();
    await emulator.close();
  }
});
