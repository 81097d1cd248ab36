// Edits by hand that Describe does not show yet: the daemon plans by an old picture, the emulator refuses, and the
// group still ends as its policy says.
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { Quirks } from '../../emulator/quirks.ts';
import type { TestEmulator } from '../support/emulator.ts';
import { REGION } from '../support/estate.ts';
import { oneSceneEach, sceneLines, Stage, type Scene, type StageOptions } from '../support/failure-scenes.ts';
import { EMULATOR_KEY, requestV1, type Parameters } from '../support/signing.ts';

async function openForTest(options: StageOptions): Promise<Stage> {
  const stage = await Stage.open(options);
  onTestFinished(() => stage.close());
  return stage;
}

const LAG_MS = 3_600_000;

async function byHand(emulator: TestEmulator, action: string, params: Parameters): Promise<void> {
  const signing = { key: EMULATOR_KEY, nowMs: Date.now(), nonce: randomUUID() };
  const { body, method } = requestV1(action, { RegionId: REGION, ...params }, signing);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(emulator.url, { method, headers, body: body.toString() });
  if (!response.ok) throw new Error(await response.text());
}

const firstRuleOf = async (emulator: TestEmulator): Promise<string> => {
  const [group] = (await emulator.state()).securityGroups;
  return String(group?.Permissions[0]?.SecurityGroupRuleId);
};

const ingress = oneSceneEach('ingress');
const egress = oneSceneEach('egress');

test.each<{ code: string; kind: string; scene: Scene; apiLevel?: Quirks['apiLevel'] }>([
  { code: 'InvalidSecurityGroupRuleId.NotFound', kind: 'replan', scene: ingress.M },
  { code: 'InvalidSecurityGroupRuleId.NotFound', kind: 'replan', scene: egress.M },
  { code: 'InvalidParam.SecurityGroupRuleId', kind: 'done', scene: ingress.R },
  { code: 'InvalidSecurityGroupRule.RuleNotExist', kind: 'done', scene: egress.R },
  { code: 'SecurityGroupRule.NotFound', kind: 'replan', scene: ingress.M, apiLevel: 'legacy2019' },
  { code: 'SecurityGroupRule.NotFound', kind: 'replan', scene: egress.M, apiLevel: 'legacy2019' },
])(
  'converges though the rule was gone: $code to $scene.operation',
  async ({ code, kind, scene, apiLevel = 'current' }) => {
    const stage = await openForTest({
      scenes: [scene],
      quirks: { describeLagMs: LAG_MS },
      withBystander: true,
      before: async (emulator) => {
        await byHand(
          emulator,
          scene.direction === 'egress' ? 'RevokeSecurityGroupEgress' : 'RevokeSecurityGroup',
          {
            SecurityGroupId: scene.group,
            'SecurityGroupRuleId.1': await firstRuleOf(emulator),
          },
        );
        await emulator.setQuirks({ apiLevel });
      },
    });
    const event = kind === 'done' ? 'step.noop' : 'call.failed';
    const seen = await stage.service.log.event(event, { group: scene.group, code });
    if (kind !== 'done') expect(seen).toMatchObject({ kind, operation: scene.operation });
    await stage.emulator.setQuirks({ describeLagMs: 0 });
    await stage.later('group.converged', seen);
    expect(await stage.rules(scene.group)).toEqual(sceneLines(scene, 'end', true));
  },
);

test('converges though the rule that a Modify makes was there already: InvalidOperation.RuleDuplicate', async () => {
  const start = [{ IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '10.1.0.0/16' }];
  const end = [{ IpProtocol: 'TCP', PortRange: '80/80', SourceCidrIp: '10.0.0.0/8' }];
  const wanted = ['protocol: tcp, ports: 80, from: 10.0.0.0/8'];
  const scene: Scene = { ...ingress.M, start, wanted, end };
  const stage = await openForTest({
    scenes: [scene],
    quirks: { describeLagMs: LAG_MS },
    withBystander: true,
    before: (emulator) =>
      byHand(emulator, 'AuthorizeSecurityGroup', {
        SecurityGroupId: scene.group,
        'Permissions.1.IpProtocol': 'tcp',
        'Permissions.1.PortRange': '80/80',
        'Permissions.1.SourceCidrIp': '10.0.0.0/8',
      }),
  });
  const failed = await stage.service.log.event('call.failed', { group: scene.group });
  expect(failed).toMatchObject({ code: 'InvalidOperation.RuleDuplicate', kind: 'replan' });
  await stage.emulator.setQuirks({ describeLagMs: 0 });
  await stage.later('group.converged', failed);
  expect(await stage.rules(scene.group)).toEqual(sceneLines(scene, 'end', true));
});

test.each(['M', 'A', 'R'] as const)(
  'reports a group that is gone: InvalidSecurityGroupId.NotFound to %s',
  async (verb) => {
    const scene = ingress[verb];
    const stage = await openForTest({
      scenes: [scene],
      quirks: { describeLagMs: LAG_MS },
      withBystander: true,
      before: (emulator) => byHand(emulator, 'DeleteSecurityGroup', { SecurityGroupId: scene.group }),
    });
    const failed = await stage.service.log.event('call.failed', { group: scene.group });
    expect(failed).toMatchObject({ code: 'InvalidSecurityGroupId.NotFound', kind: 'replan' });
    await stage.emulator.setQuirks({ describeLagMs: 0 });
    const gone = await stage.service.log.event('group.describe_failed', { group: scene.group });
    expect(gone).toMatchObject({ kind: 'rejected' });
  },
);
