// The doors for hooks before the real daemon and cloud, in virtual time. A hook is a hint: whoever holds the secrets can
// make Rampart read a little more, and nothing else.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { withEmulator, type TestEmulator } from '../support/emulator.ts';
import { policyFor, REGION, wireGroup, type WireRule } from '../support/estate.ts';
import { Service } from '../support/service.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const SECRET = 'a secret of some length';
const TOKEN = 'a token of some length';
const OPEN_TO_ALL: WireRule = { IpProtocol: 'TCP', PortRange: '3389/3389', SourceCidrIp: '0.0.0.0/0' };
const HTTPS = 'protocol: tcp, ports: 443, from: 10.0.0.0/8';

interface Scene {
  readonly service: Service;
  readonly emulator: TestEmulator;
  readonly clock: VirtualClock;
  /** Posts a push to the default branch, signed; answers `STATUS BODY`. */
  readonly push: () => Promise<string>;
  /** Posts an event of ActionTrail about the group, with the token. */
  readonly event: (fields?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Lets time pass. */
  readonly pass: (ms: number) => Promise<void>;
}

/** A converged daemon that looks again by itself once in ten hours. */
function withDaemon(use: (scene: Scene) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  const state = { securityGroups: [wireGroup('sg-web')] };
  return withEmulator({ state, time: clock }, async (emulator) => {
    const service = new Service({
      clock,
      endpoint: emulator.url,
      policies: { 'web.yaml': policyFor('sg-web', [HTTPS]) },
      reconcile: 'resyncSeconds: 36000',
      hooks: '{listen: "127.0.0.1:0", git: {secretEnv: SECRET, provider: github}, events: {tokenEnv: TOKEN}}',
      env: { SECRET, TOKEN },
    });
    try {
      const url = (await service.hooks)?.url ?? '';
      await service.converged('sg-web');
      const post = async (path: string, body: string, headers: Readonly<Record<string, string>>) => {
        const response = await fetch(url + path, { method: 'POST', body, headers });
        return `${response.status} ${(await response.text()).trim()}`;
      };
      const push = (): Promise<string> => {
        const body = '{"ref":"refs/heads/main"}';
        const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
        return post('/hooks/git', body, { 'x-hub-signature-256': signature, 'x-github-event': 'push' });
      };
      const event = (fields = {}): Promise<string> => {
        const data = {
          eventName: 'AuthorizeSecurityGroup',
          requestId: 'R-by-hand',
          requestParameters: { RegionId: REGION, SecurityGroupId: 'sg-web' },
          ...fields,
        };
        return post('/hooks/events', JSON.stringify({ data }), { 'x-eventbridge-signature-token': TOKEN });
      };
      const pass = (ms: number): Promise<void> => clock.until(clock.sleep(ms));
      await use({ service, emulator, clock, push, event, pass });
    } finally {
      await service.stop();
    }
  });
}

const writesAt = async (emulator: TestEmulator) =>
  (await emulator.calls()).filter(({ action }) => !action.startsWith('Describe'));

const acts = ({ log }: Service, door: string): unknown[] =>
  log.events.flatMap((seen) => (seen.event === 'hook.acted' && seen.door === door ? [seen.hooks] : []));

test('a hundred pushes at once are two fetches, and change nothing', () =>
  withDaemon(async ({ service, emulator, push, pass }) => {
    await emulator.clearCalls();
    const loads = service.loads;
    for (let count = 0; count < 100; count++) expect(await push()).toBe('202 accepted');
    await pass(60_000);
    expect(acts(service, 'git')).toEqual([1, 99]);
    expect(service.loads - loads).toBe(2);
    expect(await writesAt(emulator)).toEqual([]);
    expect((await emulator.calls()).length).toBeLessThanOrEqual(4);
  }));

test('a hundred events about a group at once are two reconciles of it, and change nothing', () =>
  withDaemon(async ({ service, emulator, event, pass }) => {
    await emulator.clearCalls();
    for (let count = 0; count < 100; count++) expect(await event()).toBe('202 accepted');
    await pass(60_000);
    expect(acts(service, 'events')).toEqual([1, 99]);
    expect(await writesAt(emulator)).toEqual([]);
    expect((await emulator.calls()).length).toBeLessThanOrEqual(4);
  }));

test('pushes all the time are one fetch in two seconds, events one reconcile of a group in ten', () =>
  withDaemon(async ({ service, emulator, push, event, pass }) => {
    await emulator.clearCalls();
    const loads = service.loads;
    for (let count = 0; count < 100; count++) {
      await push();
      await event();
      await pass(200);
    }
    await pass(60_000);
    expect(service.loads - loads).toBe(11);
    expect(acts(service, 'events')).toHaveLength(3);
    expect(await writesAt(emulator)).toEqual([]);
  }));

test('what someone opened by hand is closed within five seconds of the event', () =>
  withDaemon(async ({ service, emulator, clock, event }) => {
    await emulator.setState({ securityGroups: [wireGroup('sg-web', [OPEN_TO_ALL])] });
    const [from, sinceMs] = [service.log.events.length, clock.monotonicMs()];
    expect(await event()).toBe('202 accepted');
    await service.converged('sg-web', from);
    expect(clock.monotonicMs() - sinceMs).toBeLessThan(5000);
    const [group] = (await emulator.state()).securityGroups;
    expect(group?.Permissions.map(({ PortRange }) => PortRange)).toEqual(['443/443']);
  }));

test('a policy that changed is enforced after a hook, and the first read follows at once', () =>
  withDaemon(async ({ service, emulator, clock, push }) => {
    service.writePolicyUnseen('web.yaml', policyFor('sg-web', [HTTPS.replace('443', '8443')]));
    const [from, sinceMs] = [service.log.events.length, clock.monotonicMs()];
    expect(await push()).toBe('202 accepted');
    await service.converged('sg-web', from);
    expect(clock.monotonicMs() - sinceMs).toBeLessThan(2000);
    const [group] = (await emulator.state()).securityGroups;
    expect(group?.Permissions.map(({ PortRange }) => PortRange)).toEqual(['8443/8443']);
  }));

test('an event about a write of Rampart itself is ignored, and one about another write is not', () =>
  withDaemon(async ({ service, emulator, event, pass }) => {
    const [write] = await writesAt(emulator);
    expect(await event({ requestId: write?.requestId })).toBe('200 ignored: own-write');
    await pass(60_000);
    expect(acts(service, 'events')).toEqual([]);
    expect(await event()).toBe('202 accepted');
    expect(acts(service, 'events')).toEqual([1]);
  }));

test('what is no change of a managed group is ignored, and the answer says why', () =>
  withDaemon(async ({ service, event }) => {
    const other = { RegionId: REGION, SecurityGroupId: 'sg-other' };
    expect(await event({ requestParameters: other })).toBe('200 ignored: unmanaged');
    expect(await event({ requestParameters: { ...other, RegionId: 'cn-beijing' } })).toBe(
      '200 ignored: unmanaged',
    );
    expect(await event({ errorCode: 'Forbidden.RAM' })).toBe('200 ignored: failed-call');
    expect(await event({ eventName: 'RunInstances' })).toBe('200 ignored: no-group');
    expect(acts(service, 'events')).toEqual([]);
    expect((await service.hooks)?.status()).toMatchObject({
      git: { last: null, refused: 0 },
      events: { last: { outcome: 'ignored', reason: 'no-group' }, refused: 0 },
    });
  }));

test('events do not make a group that fails be tried more often', () =>
  withDaemon(async ({ service, emulator, event, pass }) => {
    await emulator.setFaults([{ action: '*', kind: 'error', status: 403, code: 'Forbidden.RAM' }]);
    expect(await event()).toBe('202 accepted');
    await service.log.event('group.describe_failed', { group: 'sg-web' });
    for (let count = 0; count < 20; count++) expect(await event()).toBe('200 ignored: backing-off');
    await pass(1);
    expect(acts(service, 'events')).toEqual([1]);
  }));
