// Who made a group drift: the daemon repairs at once, and asks ActionTrail beside that. Time is virtual; the calls are real.
import Core from '@alicloud/pop-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMemoryJournal } from '../../daemon/journal/memory/memory.ts';
import { MemoryStore } from '../../daemon/journal/memory/store.ts';
import { randomByte } from '../../daemon/compose/assemble.ts';
import type { CredentialOptions } from '../../emulator/gateway/credentials.ts';
import { startTestEmulator, type TestEmulator, type TestEmulatorOptions } from '../support/emulator.ts';
import { policyFor, REGION, wireGroup } from '../support/estate.ts';
import { Service, type ServiceOptions } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const HTTPS = 'protocol: tcp, ports: 443, from: 10.0.0.0/8';
const WANTED = { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8' };

let clock: VirtualClock;
let emulator: TestEmulator;
let services: Service[];

beforeEach(() => {
  clock = new VirtualClock();
  services = [];
});

afterEach(async () => {
  for (const service of services) await service.stop();
  await emulator.close();
});

const openCloud = async (options: TestEmulatorOptions = {}): Promise<void> => {
  const state = { securityGroups: [wireGroup('sg-web', [WANTED]), wireGroup('sg-db', [WANTED])] };
  emulator = await startTestEmulator({ state, time: clock, ...options });
};

function open(options: Partial<ServiceOptions> = {}): Service {
  const service = new Service({
    clock,
    endpoint: emulator.url,
    policies: { 'web.yaml': policyFor('sg-web', [HTTPS]), 'db.yaml': policyFor('sg-db', [HTTPS]) },
    reconcile: 'resyncSeconds: 30',
    sections: 'attribution: {actiontrail: true}',
    ...options,
  });
  services.push(service);
  return service;
}

/** Someone else opens a port. */
async function openedByAlice(group: string, port: number): Promise<string> {
  const alice = new Core({
    accessKeyId: 'alice',
    accessKeySecret: 'alice-secret',
    endpoint: emulator.url,
    apiVersion: '2014-05-26',
  });
  const rule = { IpProtocol: 'TCP', PortRange: `${port}/${port}`, SourceCidrIp: '192.0.2.0/24' };
  const parameters = { RegionId: REGION, SecurityGroupId: group, ...rule };
  const { RequestId } = await alice.request<{ RequestId: string }>('AuthorizeSecurityGroup', parameters, {
    method: 'POST',
  });
  return RequestId;
}

async function rulesOf(id: string): Promise<unknown[]> {
  const { securityGroups } = await emulator.state();
  const group = securityGroups.find(({ SecurityGroupId }) => SecurityGroupId === id);
  return (group?.Permissions ?? []).map(({ PortRange }) => PortRange);
}

const attributed = (service: Service) =>
  service.log.events.filter(({ event }) => event === 'drift.attributed');
const lookups = async () => (await emulator.calls()).filter(({ action }) => action === 'LookupEvents');

test('a change by another access key is repaired and attributed to it, in the log, the journal and the status', async () => {
  await openCloud();
  const service = open();
  await service.converged('sg-web');
  const requestId = await openedByAlice('sg-web', 22);
  const said = await service.log.event('drift.attributed', { group: 'sg-web' });
  expect(said).toMatchObject({
    actor: 'alice',
    actorType: 'ram-user',
    sourceIp: '127.0.0.1',
    eventName: 'AuthorizeSecurityGroup',
    requestId,
    account: 'default',
    region: REGION,
  });
  expect(said.userAgent).toMatch(/^AlibabaCloud/);
  expect(Date.parse(String(said.eventTime))).toBeLessThanOrEqual(clock.nowMs());
  const drift = await service.log.event('drift.detected', { group: 'sg-web', cause: 'drift' });
  expect(said.reconcileId).toBe(drift.reconcileId);
  const [known] = await service.journal.attributions({ id: 'sg-web' });
  expect(known).toMatchObject({ open: null, told: [{ reason: '', write: { actor: 'alice', requestId } }] });
  expect(service.attributor?.of({ account: 'default', region: REGION, id: 'sg-web' })).toEqual({
    isAsking: false,
    told: known?.told,
  });
  await service.converged('sg-web', service.log.events.indexOf(drift));
  expect(await rulesOf('sg-web')).toEqual(['443/443']);
});

test('an event that comes late is waited for, and the repair waits for nothing', async () => {
  await openCloud({ quirks: { auditLagMs: 5 * 60_000 } });
  const service = open();
  await service.converged('sg-web');
  const before = service.log.events.length;
  await openedByAlice('sg-web', 22);
  const writtenMs = clock.nowMs();
  await service.converged('sg-web', before);
  await service.log.event('drift.detected', { group: 'sg-web', cause: 'drift' });
  await service.log.event('group.converged', { group: 'sg-web', changes: 1 });
  expect(clock.nowMs() - writtenMs).toBeLessThan(60_000);
  expect(attributed(service)).toEqual([]);
  expect(await service.log.event('drift.attributed')).toMatchObject({ actor: 'alice' });
  expect(clock.nowMs() - writtenMs).toBeGreaterThanOrEqual(5 * 60_000);
  const times = (await lookups()).map(({ time }) => Date.parse(time));
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_000);
  expect(times.length).toBeLessThan(12);
});

test('where ActionTrail does not find the event by the group, it is found among the writes of the region', async () => {
  await openCloud({ quirks: { auditResource: 'none' } });
  const service = open();
  await service.converged('sg-web');
  const requestId = await openedByAlice('sg-web', 22);
  await openedByAlice('sg-db', 22);
  const said = await service.log.event('drift.attributed', { group: 'sg-web' });
  expect(said).toMatchObject({ actor: 'alice', requestId });
  expect((await lookups()).length).toBeLessThan(6);
});

test('after a quarter of an hour without an event it is said that no one was found', async () => {
  await openCloud({ quirks: { auditLagMs: 3_600_000 } });
  const service = open();
  await service.converged('sg-web');
  await openedByAlice('sg-web', 22);
  const foundMs = clock.nowMs();
  const said = await service.log.event('drift.attributed');
  expect(said).toMatchObject({ actor: null, actorType: null, group: 'sg-web' });
  expect(said.reason).toContain('ActionTrail shows no write by anyone else');
  expect(clock.nowMs() - foundMs).toBeGreaterThanOrEqual(15 * 60_000);
  expect(clock.nowMs() - foundMs).toBeLessThan(18 * 60_000);
  const [known] = await service.journal.attributions({ id: 'sg-web' });
  expect(known).toMatchObject({ open: null, told: [{ write: null }] });
});

test('what Rampart itself wrote is attributed to no one, also where the answer with its request id was lost', async () => {
  await openCloud();
  const service = open({ policies: { 'web.yaml': policyFor('sg-web', [HTTPS]) } });
  await service.converged('sg-web');
  // The repair of the first drift takes effect without an answer.
  await emulator.setFaults([{ action: 'RevokeSecurityGroup', kind: 'resetAfter', count: 1 }]);
  const first = await openedByAlice('sg-web', 22);
  await service.log.event('drift.attributed', { requestId: first });
  await service.log.event('group.converged', { changes: 1 });
  const second = await openedByAlice('sg-web', 23);
  await service.log.event('drift.attributed', { requestId: second });
  expect(attributed(service).map(({ requestId }) => requestId)).toEqual([first, second]);
  expect(
    (await emulator.calls()).some(({ action, effect }) => action === 'RevokeSecurityGroup' && effect),
  ).toBe(true);
});

test('groups of an account take turns: one call in ten seconds for all of them', async () => {
  await openCloud();
  const service = open();
  await service.converged('sg-web');
  await service.converged('sg-db');
  await openedByAlice('sg-web', 22);
  await openedByAlice('sg-db', 22);
  await service.log.event('drift.attributed', { group: 'sg-web' });
  await service.log.event('drift.attributed', { group: 'sg-db' });
  const [one, other] = (await lookups()).map(({ time }) => Date.parse(time));
  expect((other ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(10_000);
});

test('more events than a page are walked through, in turns of ten seconds', async () => {
  await openCloud();
  const service = open({ reconcile: 'resyncSeconds: 600' });
  await service.converged('sg-web');
  for (let port = 1; port <= 60; port += 1) await openedByAlice('sg-web', port);
  await service.log.event('drift.attributed', { group: 'sg-web' });
  expect((await lookups()).map(({ params }) => 'NextToken' in params)).toEqual([false, true]);
  // The newest five stand for the rest.
  expect(attributed(service)).toHaveLength(5);
});

const NO_TRAIL: readonly CredentialOptions[] = [
  {
    accessKeyId: 'emulator',
    accessKeySecret: 'emulator-secret',
    allow: {
      actions: ['DescribeSecurityGroups', 'DescribeSecurityGroupAttribute', 'RevokeSecurityGroup'],
    },
  },
  { accessKeyId: 'alice', accessKeySecret: 'alice-secret' },
];

test('without the permission that is said once, with what to allow, and the repair is done', async () => {
  await openCloud({ credentials: NO_TRAIL });
  const service = open();
  await service.converged('sg-web');
  await openedByAlice('sg-web', 22);
  const said = await service.log.event('attribution.unavailable');
  expect(said).toMatchObject({ account: 'default', region: REGION, code: 'NoPermission' });
  expect(said.err).toContain('allow actiontrail:LookupEvents to this identity in RAM');
  expect(await service.log.event('drift.attributed')).toMatchObject({
    actor: null,
    reason: 'ActionTrail could not be asked: NoPermission',
  });
  expect(service.log.events.filter(({ event }) => event === 'attribution.unavailable')).toHaveLength(1);
  expect((await lookups()).length).toBeLessThan(12);
  expect(await rulesOf('sg-web')).toEqual(['443/443']);
});

test('a question that was open at a stop is taken up by the next process', async () => {
  await openCloud({ quirks: { auditLagMs: 60_000 } });
  const store = new MemoryStore();
  const journal = () => openMemoryJournal({ clock, randomByte }, store);
  const first = open({ journal: journal() });
  await first.converged('sg-web');
  const requestId = await openedByAlice('sg-web', 22);
  await first.log.event('drift.detected', { cause: 'drift' });
  await first.log.event('group.converged', { changes: 1 });
  await first.stop();
  const second = open({ journal: journal() });
  expect(await second.log.event('drift.attributed')).toMatchObject({ actor: 'alice', requestId });
});

test('a change made while the daemon was down is asked about at its start, and a change of the policies is not', async () => {
  await openCloud();
  const store = new MemoryStore();
  const journal = () => openMemoryJournal({ clock, randomByte }, store);
  const first = open({ journal: journal() });
  await first.converged('sg-web');
  await first.converged('sg-db');
  await first.stop();
  const requestId = await openedByAlice('sg-web', 22);
  const second = open({ journal: journal() });
  expect(await second.log.event('drift.attributed')).toMatchObject({ group: 'sg-web', requestId });
  second.writePolicy('db.yaml', policyFor('sg-db', [HTTPS, 'protocol: tcp, ports: 80, from: 10.0.0.0/8']));
  await second.log.event('group.converged', { group: 'sg-db', changes: 1 });
  await openedByAlice('sg-web', 23);
  await second.log.event('drift.attributed', { group: 'sg-web' }, second.log.events.length);
  expect((await lookups()).every(({ params }) => params['LookupAttribute.1.Value'] === 'sg-web')).toBe(true);
});

test('a group that is released is asked about no more', async () => {
  await openCloud({ quirks: { auditLagMs: 3_600_000 } });
  const service = open();
  await service.converged('sg-web');
  await service.converged('sg-db');
  await openedByAlice('sg-web', 22);
  await service.log.event('drift.detected', { group: 'sg-web', cause: 'drift' });
  await service.log.event('group.converged', { group: 'sg-web', changes: 1 });
  service.writePolicy('web.yaml', 'version: 1\ngroups: []\n');
  await service.log.event('group.released', { group: 'sg-web' });
  const asked = (await lookups()).length;
  await openedByAlice('sg-db', 22);
  await service.log.event('drift.attributed', { group: 'sg-db', actor: null });
  expect(attributed(service).map(({ group }) => group)).toEqual(['sg-db']);
  const groups = (await lookups()).slice(asked).map(({ params }) => params['LookupAttribute.1.Value']);
  expect(new Set(groups)).toEqual(new Set(['sg-db', 'Write']));
});

test('who keeps undoing our changes is named when a group flaps', async () => {
  await openCloud();
  const service = open({ reconcile: 'resyncSeconds: 60' });
  await service.converged('sg-web');
  for (let round = 1; round <= 5; round += 1) {
    const from = service.log.events.length;
    await openedByAlice('sg-web', 22);
    await service.log.event('drift.attributed', { group: 'sg-web' }, from);
    await service.log.event('group.converged', { group: 'sg-web', changes: 1 }, from);
  }
  const said = await service.log.event('group.flapping');
  expect(said.otherWriter).toContain('ram-user alice from 127.0.0.1');
});

test('without `attribution.actiontrail` nothing is asked', async () => {
  await openCloud();
  const service = open({ sections: '' });
  await service.converged('sg-web');
  await openedByAlice('sg-web', 22);
  await service.log.event('group.converged', { group: 'sg-web', changes: 1 });
  expect(await lookups()).toEqual([]);
});
