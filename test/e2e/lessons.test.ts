// What the daemon cannot know before the cloud refuses something: how many rules a group may hold, and which API an
// endpoint speaks whose group has no rules yet. It goes on with what the refusal taught, and sets nothing aside.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import type { PlanReport } from '../../reconciler/report/document.ts';
import type { Quirks } from '../../emulator/quirks.ts';
import { startTestEmulator } from '../support/emulator.ts';
import { configFor, policyFor, wireGroup, type WireRule } from '../support/estate.ts';
import { Stage, type Scene } from '../support/failure-scenes.ts';
import { Workspace } from '../support/rampart.ts';

const wire = (port: number): WireRule => ({
  IpProtocol: 'TCP',
  PortRange: `${port}/${port}`,
  SourceCidrIp: '10.0.0.0/8',
});
const wanted = (port: number): string => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8`;
const line = (port: number): string => `ingress TCP ${port}/${port} 10.0.0.0/8`;
/** No Modify leads from IPv4 to IPv6. */
const WANTED_V6 = 'protocol: tcp, ports: 3, from: "2001:db8::/32"';
const BYSTANDER = 'egress TCP 443/443 0.0.0.0/0';

function scene(start: readonly number[], wish: readonly number[]): Scene {
  const operation = 'AuthorizeSecurityGroup';
  return {
    group: 'sg-pupil',
    operation,
    direction: 'ingress',
    start: start.map(wire),
    wanted: wish.map(wanted),
    end: [],
  };
}

async function open(of: Scene, quirks: Partial<Quirks>): Promise<Stage> {
  const stage = await Stage.open({ scenes: [of], quirks, withBystander: of.start.length > 0 });
  onTestFinished(() => stage.close());
  return stage;
}

const refusedCodes = (calls: readonly CallRecord[]): string[] =>
  calls.flatMap(({ code }) => (code === '' ? [] : [code]));
const quarantined = (stage: Stage): unknown[] =>
  stage.service.log.events.filter(({ event }) => event === 'step.quarantined');

test('a full group whose limit is not in the config: rules go first to make room', async () => {
  const of = scene([1, 2, 3], [1, 2]);
  const stage = await open({ ...of, wanted: [...of.wanted, WANTED_V6] }, { ruleQuota: 4 });
  await stage.service.log.event('group.converged', { group: 'sg-pupil' });
  const end = [BYSTANDER, line(1), line(2), 'ingress TCP 3/3 2001:db8::/32'].sort();
  expect(await stage.rules('sg-pupil')).toEqual(end);
  expect(quarantined(stage)).toEqual([]);
  expect(refusedCodes(await stage.writes('sg-pupil'))).toEqual(['AuthorizationLimitExceed']);
});

test('a batch for which there is not room enough: what fits comes in, the rest is reported', async () => {
  const stage = await open(scene([1], [1, 2, 3, 4, 5]), { ruleQuota: 4 });
  const blocked = await stage.service.log.event('plan.blocked', { group: 'sg-pupil' });
  expect(blocked.blockedBy).toEqual([
    'the group would hold 6 rules; its quota is 4, for the cloud refused one more lately',
  ]);
  expect(await stage.rules('sg-pupil')).toEqual([BYSTANDER, line(1), line(2), line(3)].sort());
  expect(quarantined(stage)).toEqual([]);
});

test('an empty group of the API of 2019 gets its rules, after one refusal', async () => {
  const stage = await open(scene([], [1, 2]), { apiLevel: 'legacy2019' });
  await stage.service.log.event('group.converged', { group: 'sg-pupil' });
  expect(await stage.rules('sg-pupil')).toEqual([BYSTANDER, line(1), line(2)].sort());
  expect(quarantined(stage)).toEqual([]);
  expect(refusedCodes(await stage.writes('sg-pupil'))).toEqual(['OperationDenied']);
});

test('an empty group of today with one bad rule gets the others', async () => {
  const of = scene([], [1, 2]);
  const bad = 'protocol: tcp, ports: 80, from: {group: sg-nowhere, ownerId: "2000000000000002"}';
  const stage = await open({ ...of, wanted: [bad, ...of.wanted] }, {});
  const last = await stage.service.log.event('step.quarantined', { group: 'sg-pupil' });
  await stage.later('group.not_converged', last);
  await stage.service.log.first(
    ({ event, reason }) => event === 'group.not_converged' && String(reason).includes('the cloud refuses to'),
  );
  expect(await stage.rules('sg-pupil')).toEqual([BYSTANDER, line(1), line(2)].sort());
  expect(quarantined(stage)).toHaveLength(1);
});

describe('apply learns too, within one run', () => {
  const open = async (start: readonly WireRule[], wish: readonly string[], quirks: Partial<Quirks>) => {
    const emulator = await startTestEmulator({
      state: { securityGroups: [wireGroup('sg-pupil', start)] },
      quirks,
    });
    const workspace = new Workspace();
    onTestFinished(async () => {
      await workspace.dispose();
      await emulator.close();
    });
    workspace.write('config.yaml', configFor(emulator.url));
    workspace.write('policies/pupil.yaml', policyFor('sg-pupil', wish));
    return { emulator, workspace };
  };
  const apply = async (...of: Parameters<typeof open>) => {
    const { emulator, workspace } = await open(...of);
    const { code } = await workspace.run(['apply', '--yes']);
    const [group] = (await emulator.state()).securityGroups;
    const ports = group?.Permissions.map(({ PortRange }) => PortRange);
    return { code, ports, refused: refusedCodes(await emulator.calls()) };
  };

  test('apply learns within one run that an empty group speaks the API of 2019', async () => {
    const done = await apply([], [1, 2].map(wanted), { apiLevel: 'legacy2019' });
    expect(done).toEqual({ code: 0, ports: ['1/1', '2/2'], refused: ['OperationDenied'] });
  });

  test('an approved plan holds though apply learns, as its changes are still the same', async () => {
    const { emulator, workspace } = await open([], [1, 2].map(wanted), { apiLevel: 'legacy2019' });
    const { hash } = JSON.parse((await workspace.run(['plan', '--json'])).stdout) as PlanReport;
    const { code } = await workspace.run(['apply', '--plan', hash]);
    expect(code).toBe(0);
    expect((await emulator.state()).securityGroups[0]?.Permissions).toHaveLength(2);
  });

  test('apply learns within one run that a group is full', async () => {
    const done = await apply([wire(443)], [WANTED_V6], { ruleQuota: 1 });
    expect(done).toEqual({ code: 0, ports: ['3/3'], refused: ['AuthorizationLimitExceed'] });
  });
});
