// What the daemon cannot know before the cloud refuses something: how many rules a group may hold, and which API an
// endpoint speaks whose group has no rules yet. It goes on with what the refusal taught, and sets nothing aside.
import { expect, onTestFinished, test } from 'vitest';
import type { CallRecord } from '../../emulator/call-log.ts';
import type { Quirks } from '../../emulator/quirks.ts';
import { Stage, type Scene } from '../support/failure-scenes.ts';
import type { WireRule } from '../support/estate.ts';

const wire = (port: number): WireRule => ({
  IpProtocol: 'TCP',
  PortRange: `${port}/${port}`,
  SourceCidrIp: '10.0.0.0/8',
});
const wanted = (port: number): string => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8`;
const line = (port: number): string => `ingress TCP ${port}/${port} 10.0.0.0/8`;
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

const refused = (calls: readonly CallRecord[]): CallRecord[] => calls.filter(({ code }) => code !== '');
const quarantined = (stage: Stage): unknown[] =>
  stage.service.log.events.filter(({ event }) => event === 'step.quarantined');

test('a full group whose limit is not in the config: rules go first to make room', async () => {
  const stage = await open(scene([1, 2, 3], [1, 2, 4]), { ruleQuota: 4 });
  await stage.service.log.event('group.converged', { group: 'sg-pupil' });
  expect(await stage.rules('sg-pupil')).toEqual([BYSTANDER, line(1), line(2), line(4)].sort());
  expect(quarantined(stage)).toEqual([]);
});

test('a batch for which there is not room enough: what fits comes in, the rest is reported', async () => {
  const stage = await open(scene([1], [1, 2, 3, 4, 5]), { ruleQuota: 4 });
  const blocked = await stage.service.log.event('plan.blocked', { group: 'sg-pupil' });
  expect(blocked.blockedBy).toEqual(['the group would hold 6 rules; its quota is 4']);
  expect(await stage.rules('sg-pupil')).toEqual([BYSTANDER, line(1), line(2), line(3)].sort());
  expect(quarantined(stage)).toEqual([]);
});

test('an empty group of the API of 2019 gets its rules, after one refusal', async () => {
  const stage = await open(scene([], [1, 2]), { apiLevel: 'legacy2019' });
  await stage.service.log.event('group.converged', { group: 'sg-pupil' });
  expect(await stage.rules('sg-pupil')).toEqual([BYSTANDER, line(1), line(2)].sort());
  expect(quarantined(stage)).toEqual([]);
  expect(refused(await stage.writes('sg-pupil'))).toHaveLength(1);
});

test('an empty group of today with one bad rule gets the others', async () => {
  const of = scene([], [1, 2]);
  const bad = 'protocol: tcp, ports: 80, from: sg-nowhere';
  const stage = await open({ ...of, wanted: [bad, ...of.wanted] }, {});
  const last = await stage.service.log.event('step.quarantined', { group: 'sg-pupil' });
  await stage.later('group.not_converged', last);
  await stage.service.log.first(
    ({ event, reason }) => event === 'group.not_converged' && String(reason).includes('set aside'),
  );
  expect(await stage.rules('sg-pupil')).toEqual([BYSTANDER, line(1), line(2)].sort());
  expect(quarantined(stage)).toHaveLength(1);
});
