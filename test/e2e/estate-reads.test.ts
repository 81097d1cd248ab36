// What an estate costs in reads, counted in the emulator's own log: looks at groups, edits, selectors, the probe. The real
// daemon, lanes and sockets, in the time of a virtual clock.
import { afterEach, expect, test } from 'vitest';
import { startTestEmulator, type TestEmulator } from '../support/emulator.ts';
import { policyFor, REGION, wireGroup, type WireRule } from '../support/estate.ts';
import { Service, type ServiceOptions } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HEADS = 'DescribeSecurityGroups';
const RULES = 'DescribeSecurityGroupAttribute';
const WEB = 'protocol: tcp, ports: 443, from: 10.0.0.0/8';
const SSH = 'protocol: tcp, ports: 22, from: 10.0.0.0/8';
const WIRE_WEB: WireRule = { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8' };
const BY_HAND: WireRule = { IpProtocol: 'TCP', PortRange: '3389/3389', SourceCidrIp: '0.0.0.0/0' };

const idOf = (index: number): string => `sg-${String(index).padStart(4, '0')}`;
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => idOf(index));

const running: Array<{ readonly service: Service; readonly emulator: TestEmulator }> = [];
afterEach(async () => {
  for (const { service, emulator } of running.splice(0)) {
    await service.stop();
    await emulator.close();
  }
});

interface Scene {
  readonly groups: ReadonlyArray<Record<string, unknown>>;
  readonly policies: ServiceOptions['policies'];
  readonly reconcile: string;
}

async function setUp({ groups, policies, reconcile }: Scene) {
  const clock = new VirtualClock();
  const state = { securityGroups: groups };
  const emulator = await startTestEmulator({ state, time: clock, callsLimit: 100_000 });
  const service = new Service({ clock, endpoint: emulator.url, policies, reconcile });
  running.push({ service, emulator });
  const counts = async () => {
    const calls = await emulator.calls();
    const of = (name: string) => calls.filter(({ action }) => action === name).length;
    const writes = calls.filter(({ action }) => !action.startsWith('Describe')).length;
    return { heads: of(HEADS), rules: of(RULES), writes };
  };
  return { clock, emulator, service, counts };
}

const webGroups = (count: number) => ids(count).map((id) => wireGroup(id, [WIRE_WEB]));
const policiesById = (count: number) =>
  Object.fromEntries(ids(count).map((id) => [`${id}.yaml`, policyFor(id, [WEB])]));

/** Waits for so many more of these events. */
async function more(service: Service, event: 'group.converged', count: number): Promise<void> {
  let seen = 0;
  for (let from = service.log.events.length; seen < count;) {
    await service.log.first(() => true, from);
    const news = service.log.events.slice(from);
    seen += news.filter((each) => each.event === event).length;
    from += news.length;
  }
}

test('a look at each of 300 groups, again and again, costs one read of its rules and a hundredth of one of heads', async () => {
  const count = 300;
  const { service, counts } = await setUp({
    groups: webGroups(count),
    policies: policiesById(count),
    reconcile: 'resyncSeconds: 300, probeSeconds: 0',
  });
  for (const id of ids(count)) await service.converged(id);
  expect(await counts()).toEqual({ heads: 3, rules: count, writes: 0 });
  await more(service, 'group.converged', 4 * count);
  const { heads, rules } = await counts();
  expect(rules).toBeGreaterThanOrEqual(5 * count);
  expect((heads + rules) / rules).toBeLessThanOrEqual(1.02);
});

test('an edit of one rule costs two reads and its own call, whatever the estate', async () => {
  const count = 250;
  const { service, emulator, counts } = await setUp({
    groups: webGroups(count),
    policies: policiesById(count),
    reconcile: 'resyncSeconds: 3600',
  });
  for (const id of ids(count)) await service.converged(id);
  await emulator.clearCalls();
  const from = service.log.events.length;
  service.writePolicy(`${idOf(7)}.yaml`, policyFor(idOf(7), [WEB, SSH]));
  await service.converged(idOf(7), from);
  expect(await counts()).toEqual({ heads: 0, rules: 2, writes: 1 });
});

test('a rule that is added by hand is found by the probe, and gone within a minute, for three calls of heads', async () => {
  const count = 250;
  const { clock, service, emulator, counts } = await setUp({
    groups: webGroups(count),
    policies: policiesById(count),
    reconcile: 'resyncSeconds: 86400',
  });
  for (const id of ids(count)) await service.converged(id);
  await emulator.clearCalls();
  const state = webGroups(count);
  state[42] = wireGroup(idOf(42), [WIRE_WEB, BY_HAND]);
  await emulator.setState({ securityGroups: state });
  const beganMs = clock.monotonicMs();
  const then = service.log.events.length;
  expect(await service.log.event('probe.found', { group: idOf(42) })).toMatchObject({
    reason: expect.stringMatching(/tells of 2 rules .* saw 1 rules/) as string,
  });
  await service.log.event('drift.detected', { group: idOf(42), surplus: 1, cause: 'drift' });
  await service.converged(idOf(42), then);
  expect(clock.monotonicMs() - beganMs).toBeLessThan(60_000);
  expect(await counts()).toEqual({ heads: 3, rules: 2, writes: 1 });
  const [group] = (await emulator.state()).securityGroups.filter((each) => each.SecurityGroupId === idOf(42));
  expect(group?.Permissions).toHaveLength(1);
  // What the daemon itself wrote is no news to the next probe.
  const from = service.log.events.length;
  await service.log.first(() => clock.monotonicMs() - beganMs > 200_000, from);
  expect(service.log.events.slice(from).filter(({ event }) => event === 'probe.found')).toEqual([]);
});

test('a group that gains a tag or a managed owner, or is gone, is looked at within a minute', async () => {
  const { service, emulator } = await setUp({
    groups: webGroups(3),
    policies: policiesById(3),
    reconcile: 'resyncSeconds: 86400',
  });
  for (const id of ids(3)) await service.converged(id);
  const [tagged, managed] = webGroups(2);
  await emulator.setState({
    securityGroups: [
      { ...tagged, Tags: [{ TagKey: 'tier', TagValue: 'web' }] },
      { ...managed, ServiceManaged: true },
    ],
  });
  const reasons = ['its tags changed', 'its owner changed', 'it is gone, or RAM hides it'];
  for (const [index, reason] of reasons.entries()) {
    await service.log.event('probe.found', { group: idOf(index), reason });
  }
  await service.log.event('group.describe_failed', { group: idOf(2), code: 'Transport.GroupNotFound' });
});

test('five hundred selectors by name cost one listing a resync, and an edit that changes none costs no call for them', async () => {
  const count = 500;
  const policyNamed = (ports: number) =>
    `version: 1\ngroups:\n${ids(count)
      .map(
        (id) =>
          `  - {name: ${id}, region: ${REGION}, ingress: [{protocol: tcp, ports: ${ports}, from: 10.0.0.0/8}]}\n`,
      )
      .join('')}`;
  const { service, emulator, counts } = await setUp({
    groups: webGroups(count),
    policies: { 'all.yaml': policyNamed(443) },
    reconcile: 'resyncSeconds: 3600, probeSeconds: 0, modify: prefer',
  });
  for (const id of ids(count)) await service.converged(id);
  // The listing brought the heads too.
  expect(await counts()).toEqual({ heads: 5, rules: count, writes: 0 });
  await emulator.clearCalls();
  const from = service.log.events.length;
  service.writePolicy('all.yaml', `${policyNamed(443)}  - {id: sg-none, region: ${REGION}, ingress: []}\n`);
  await service.log.event('policies.loaded', {}, from);
  await service.log.event('group.describe_failed', { group: 'sg-none' }, from);
  expect((await counts()).heads).toBeLessThanOrEqual(1);
  expect((await counts()).rules).toBe(0);
});

test('an endpoint that tells no rule counts is told of once, and works without the probe', async () => {
  const { service, clock, emulator } = await setUp({
    groups: [],
    policies: {},
    reconcile: 'resyncSeconds: 200, probeSeconds: 20',
  });
  await emulator.setQuirks({ apiLevel: 'legacy2019' });
  await emulator.setState({ securityGroups: webGroups(30) });
  service.writePolicy('all.yaml', policyFor(idOf(0), [WEB]));
  for (const id of ids(30)) service.writePolicy(`${id}.yaml`, policyFor(id, [WEB]));
  service.writePolicy('all.yaml', 'version: 1\n');
  for (const id of ids(30)) await service.converged(id);
  await service.log.event('probe.uncounted', { region: REGION });
  await service.log.first(() => clock.monotonicMs() > 600_000, service.log.events.length);
  expect(service.log.events.filter(({ event }) => event === 'probe.uncounted')).toHaveLength(1);
  expect(service.log.events.filter(({ event }) => event === 'group.describe_failed')).toEqual([]);
});
