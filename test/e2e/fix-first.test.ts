// A one-rule fix goes first, whatever else goes on: while an estate is read for the first time, while reads hang, and
// beside a plan of hundreds of calls. In virtual time, with the limits that hold where the config names none; what
// went out when is read from the emulator's own log.
import { expect, test } from 'vitest';
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { startTestEmulator, type FaultJson, type TestEmulator } from '../support/emulator.ts';
import { policyFor, REGION, wireGroup, type WireRule } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 10.0.0.0/8';
const SSH = 'protocol: tcp, ports: 22, from: 10.0.0.0/8';
const HTTPS_HELD: WireRule = { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8' };
const READS = 'DescribeSecurityGroupAttribute';
const SLOW: FaultJson = { action: '*', kind: 'slow', delayMs: 100 };
const LIMITS =
  'default: {ratePerMinute: 60}, DescribeSecurityGroups: {ratePerMinute: 300}, DescribeSecurityGroupAttribute: {ratePerMinute: 300}';

interface Scene {
  readonly service: Service;
  readonly emulator: TestEmulator;
  readonly clock: VirtualClock;
  /** Waits until so many groups were described. */
  readonly described: (groups: number) => Promise<void>;
}

interface Estate {
  readonly groups: number;
  readonly faults: readonly FaultJson[];
  /** Policies beside those of the groups. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly held?: ReadonlyArray<Record<string, unknown>>;
}

async function withEstate(
  { groups, faults, policies = {}, held = [] }: Estate,
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const ids = Array.from({ length: groups }, (_, index) => `sg-estate${index}`);
  const emulator = await startTestEmulator({
    time: clock,
    callsLimit: 100_000,
    state: { securityGroups: [...ids, 'sg-fix'].map((id) => wireGroup(id, [HTTPS_HELD])).concat(held) },
  });
  await emulator.setFaults([...faults, SLOW]);
  const estate = ids.map((id) => `  - {id: ${id}, region: ${REGION}, ingress: [{${HTTPS}}]}\n`).join('');
  const service = new Service({
    clock,
    endpoint: emulator.url,
    policies: {
      ...(groups === 0 ? {} : { 'estate.yaml': `version: 1\ngroups:\n${estate}` }),
      'fix.yaml': policyFor('sg-fix', [HTTPS]),
      ...policies,
    },
    reconcile: 'resyncSeconds: 3600, maxModifyPerPlan: 1000',
    limits: LIMITS,
  });
  const described = async (wanted: number): Promise<void> => {
    const seen = new Set<unknown>();
    await service.log.first(({ event, group }) => {
      if (event === 'group.described') seen.add(group);
      return seen.size >= wanted;
    });
  };
  try {
    await use({ service, emulator, clock, described });
  } finally {
    await service.stop();
    await emulator.close();
  }
}

/** Edits the policy of `sg-fix`; answers the calls from then on, and how long it took until they were made. */
async function fix(
  { service, emulator, clock }: Scene,
  rules = [HTTPS, SSH],
): Promise<{ calls: CallRecord[]; tookMs: number }> {
  const before = (await emulator.calls()).length;
  const editedMs = clock.nowMs();
  const from = service.log.events.length;
  service.writePolicy('fix.yaml', policyFor('sg-fix', rules));
  await service.log.event('call.succeeded', { group: 'sg-fix' }, from);
  return { calls: (await emulator.calls()).slice(before), tookMs: clock.nowMs() - editedMs };
}

const readsOfOthers = (calls: readonly CallRecord[]): CallRecord[] => {
  const mine = calls.findIndex((call) => call.action === READS && call.params.SecurityGroupId === 'sg-fix');
  expect(mine).toBeGreaterThanOrEqual(0);
  return calls.slice(0, mine).filter(({ action }) => action === READS);
};

test('a fix made while 600 groups are read for the first time is read next and carried out within a second', async () => {
  await withEstate({ groups: 600, faults: [] }, async (scene) => {
    await scene.described(250);
    const { calls, tookMs } = await fix(scene);
    expect(readsOfOthers(calls).length).toBeLessThanOrEqual(1);
    expect(tookMs).toBeLessThan(1000);
    await scene.described(300);
  });
});

test('40 groups whose reads hang hold up neither a fix nor the other groups', async () => {
  const hang: FaultJson = { action: READS, kind: 'slow', count: 40, delayMs: 60_000 };
  await withEstate({ groups: 200, faults: [hang] }, async (scene) => {
    const startMs = scene.clock.nowMs();
    await scene.described(20);
    const { tookMs } = await fix(scene);
    expect(tookMs).toBeLessThan(1000);
    await scene.described(160);
    expect(scene.clock.nowMs() - startMs).toBeLessThan(20_000);
    await scene.described(201);
  });
});

test('a plan that fits the minute goes at once: 20 edits take no longer than their calls', async () => {
  const ports = Array.from({ length: 20 }, (_, index) => 8000 + index);
  const held = ports.map((port) => ({ ...HTTPS_HELD, PortRange: `${port}/${port}`, Priority: 7 }));
  const wanted = ports.map((port) => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8, priority: 9`);
  const policies = { 'edits.yaml': policyFor('sg-edits', wanted) };
  await withEstate(
    { groups: 0, faults: [], policies, held: [wireGroup('sg-edits', held)] },
    async (scene) => {
      await scene.service.log.event('group.converged', { group: 'sg-edits', changes: 20 });
      const calls = await scene.emulator.calls();
      const edits = calls.filter(({ action }) => action === 'ModifySecurityGroupRule');
      expect(edits).toHaveLength(20);
      const [first, last] = [calls[0], edits.at(-1)].map((call) => Date.parse(call?.time ?? ''));
      expect((last ?? NaN) - (first ?? NaN)).toBeLessThan(3000);
    },
  );
});

test('a fix beside a plan of 150 calls is carried out within a second', async () => {
  const ports = Array.from({ length: 150 }, (_, index) => 8000 + index);
  const held = ports.map((port) => ({ ...HTTPS_HELD, PortRange: `${port}/${port}`, Priority: 7 }));
  const wanted = ports.map((port) => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8, priority: 9`);
  const policies = { 'edits.yaml': policyFor('sg-edits', [...wanted]) };
  await withEstate(
    { groups: 0, faults: [], policies, held: [wireGroup('sg-edits', held)] },
    async (scene) => {
      const { service, clock } = scene;
      await service.converged('sg-fix');
      await clock.until(clock.sleep(30_000));
      const { tookMs } = await fix(scene, [`${HTTPS}, priority: 5`]);
      expect(tookMs).toBeLessThan(1000);
      const calls = await scene.emulator.calls();
      const edits = calls.filter(({ action }) => action === 'ModifySecurityGroupRule');
      expect(edits.length).toBeGreaterThan(40);
      expect(edits.length).toBeLessThan(100);
    },
  );
});
