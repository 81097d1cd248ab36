// The RAM policies in deploy/ram: they allow what Rampart calls, and nothing else.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ramStatement } from '../../daemon/ecs/ram.ts';
import { OPERATION_NAMES } from '../../reconciler/model/operation.ts';
import { Clinic } from '../support/clinic.ts';
import { EMULATOR_KEY } from '../support/signing.ts';
import { oneSceneEach, sceneLines, Stage } from '../support/failure-scenes.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: string;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const READS = OPERATION_NAMES.filter((name) => name.startsWith('Describe'));
const TRAIL = 'actiontrail:LookupEvents';
/** For `import --all`, and whoever asks where there are groups. */
const REGIONS = 'ecs:DescribeRegions';

const statementsOf = (json: string): readonly Statement[] => {
  const { Version, Statement } = JSON.parse(json) as { Version: string; Statement: readonly Statement[] };
  expect(Version).toBe('1');
  return Statement;
};
const policy = (name: string) =>
  statementsOf(readFileSync(path.join(ROOT, `deploy/ram/${name}.json`), 'utf8'));
const actionsOf = (name: string): string[] => policy(name).flatMap(({ Action }) => Action);
const ofEcs = (names: readonly string[]): string[] => names.map((name) => `ecs:${name}`);

let stage: Stage | null = null;
afterEach(async () => {
  await stage?.close();
  stage = null;
});

test.each([
  ['observe', [...ofEcs(READS), REGIONS, TRAIL]],
  ['enforce', [...ofEcs(OPERATION_NAMES), REGIONS, TRAIL]],
  ['doctor', [...ofEcs(READS), REGIONS, TRAIL, 'quotas:ListProductQuotas']],
])('%s.json allows each action that is called, once, and no other', (name, actions) => {
  expect(actionsOf(name).sort()).toEqual([...actions].sort());
  for (const { Effect } of policy(name)) expect(Effect).toBe('Allow');
});

test('only the actions that the vendor authorises by group are scoped to groups', () => {
  // Source: help, "RAM authorization" of each operation. On Authorize and Modify a group's ARN might grant nothing.
  const scoped = policy('enforce')
    .filter(({ Resource }) => Resource === 'acs:ecs:*:*:securitygroup/*')
    .flatMap(({ Action }) => Action);
  expect(scoped).toEqual(
    ofEcs([
      'DescribeSecurityGroups',
      'DescribeSecurityGroupAttribute',
      'RevokeSecurityGroup',
      'RevokeSecurityGroupEgress',
    ]),
  );
  for (const { Action, Resource } of policy('enforce')) {
    if (!scoped.includes(Action[0] ?? '')) expect(Resource).toBe('*');
  }
});

test.each(['observe', 'enforce', 'doctor'])(
  '%s.json names the resource of each action as `rampart doctor` prints it',
  (name) => {
    for (const { Action, Resource } of policy(name)) {
      for (const action of Action) {
        const [service, operation] = action.split(':');
        if (service !== 'ecs' && service !== 'actiontrail' && service !== 'quotas') throw new Error(action);
        const statement = JSON.parse(ramStatement(`${service}:${operation ?? ''}`)) as unknown;
        expect(statement).toEqual({ Effect: 'Allow', Action: action, Resource });
      }
    }
  },
);

test('a key with doctor.json alone is all that `rampart doctor` needs, and it calls each action of it', async () => {
  const clinic = await Clinic.open();
  try {
    await clinic.replaceEmulator({ credentials: [allowedBy('doctor')] });
    clinic.configure((config) => `${config}attribution: {actiontrail: true}\n`);
    const { ok, checks } = await clinic.examine();
    expect([ok, checks.filter(({ state }) => state === 'warning')]).toEqual([true, []]);
    const called = new Set((await clinic.emulator.calls()).map(({ action }) => action));
    const allowed = actionsOf('doctor').map((action) => action.replace(/^\w+:/, ''));
    // The endpoint is asked once without a word.
    expect([...called].filter((action) => action !== '').sort()).toEqual([...allowed].sort());
  } finally {
    await clinic.close();
  }
});

test('the README shows the policy for enforce, with a region and an account of its own', () => {
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const [, block = ''] = /```json\n(\s*\{\s*"Version": "1"[^`]*)```/.exec(readme) ?? [];
  const widened = block.replaceAll('acs:ecs:cn-hangzhou:1234567890123456:', 'acs:ecs:*:*:');
  expect(statementsOf(widened)).toEqual(policy('enforce'));
});

const DIRECTIONS = [['ingress'], ['egress']] as const;

test.each(DIRECTIONS)(
  'a key with enforce.json alone makes every kind of write to %s rules',
  async (direction) => {
    const scenes = Object.values(oneSceneEach(direction));
    stage = await Stage.open({ scenes, withBystander: true, credentials: [allowedBy('enforce')] });
    for (const scene of scenes) {
      await stage.service.converged(scene.group);
      expect(await stage.rules(scene.group)).toEqual(sceneLines(scene, 'end', true));
    }
    const called = (await stage.emulator.calls()).filter(({ effect }) => effect).map(({ action }) => action);
    expect(new Set(called)).toEqual(new Set(scenes.map(({ operation }) => operation)));
  },
);

test.each(DIRECTIONS)(
  'a key with observe.json alone reads groups and writes no %s rule',
  async (direction) => {
    const scenes = Object.values(oneSceneEach(direction));
    stage = await Stage.open({ scenes, withBystander: true, credentials: [allowedBy('observe')] });
    for (const { group, operation } of scenes) {
      await stage.service.log.event('group.described', { group });
      await stage.service.log.event('call.failed', { group, operation, code: 'Forbidden.RAM' });
    }
    expect((await stage.emulator.calls()).filter(({ effect }) => effect)).toEqual([]);
  },
);

const allowedBy = (name: string) => ({
  ...EMULATOR_KEY,
  allow: { actions: actionsOf(name).map((action) => action.replace(/^\w+:/, '')) },
});
