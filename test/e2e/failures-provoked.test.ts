// Refusals that the emulator gives of itself: to policies that are right as such but that this cloud cannot hold, and
// to callers without rights. failures-unseen.test.ts has those that an edit by hand provokes.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CredentialOptions } from '../../emulator/gateway/credentials.ts';
import type { StateJson } from '../support/emulator.ts';
import { REGION, wireGroup, type WireRule } from '../support/estate.ts';
import { oneSceneEach, sceneLines, Stage, type Scene, type StageOptions } from '../support/failure-scenes.ts';
import { EMULATOR_KEY } from '../support/signing.ts';

const inRegion = { RegionId: REGION, MaxEntries: 1 };
const rule = (peer: Readonly<Record<string, unknown>>): WireRule => ({
  IpProtocol: 'TCP',
  PortRange: '80/80',
  ...peer,
});
const FROM_PEER = rule({ SourceGroupId: 'sg-peer' });
const TO_PEER = rule({ DestGroupId: 'sg-peer' });
const FROM_V6_LIST = rule({ SourcePrefixListId: 'pl-v6' });
const ALL_FROM_V6_LIST = { IpProtocol: 'ALL', PortRange: '-1/-1', SourcePrefixListId: 'pl-v6' };
const ON_SMALL_LIST = {
  IpProtocol: 'TCP',
  PortRange: '',
  PortRangeListId: 'prl-small',
  SourceCidrIp: '10.0.0.0/8',
};

/** Groups and lists to be named as peers. */
const NEIGHBOURS: StateJson = {
  securityGroups: [
    wireGroup('sg-peer'),
    { ...wireGroup('sg-far'), VpcId: 'vpc-bp1far' },
    { ...wireGroup('sg-classic'), VpcId: '' },
    { ...wireGroup('sg-enterprise'), SecurityGroupType: 'enterprise' },
    // As many groups as one prefix list may serve.
    ...Array.from({ length: 1000 }, (_, index) =>
      wireGroup(`sg-user${index}`, [rule({ SourcePrefixListId: 'pl-busy' })]),
    ),
  ],
  prefixLists: [
    { ...inRegion, PrefixListId: 'pl-v4', AddressFamily: 'IPv4' },
    { ...inRegion, PrefixListId: 'pl-v6', AddressFamily: 'IPv6' },
    { ...inRegion, PrefixListId: 'pl-busy', AddressFamily: 'IPv4' },
  ],
  portRangeLists: [
    { ...inRegion, PortRangeListId: 'prl-small' },
    { ...inRegion, PortRangeListId: 'prl-large', MaxEntries: 900 },
  ],
};

interface Provocation {
  /** The policy's one rule in that direction. */
  readonly rule: string;
  readonly code: string;
  readonly status: number;
  readonly direction?: Scene['direction'];
  /** What a Modify begins with; without it the rule is to be authorized. */
  readonly from?: WireRule;
  readonly fields?: Scene['fields'];
}

const CLASSIC = { fields: { VpcId: '' } };
const EGRESS = { direction: 'egress' } as const;
const STRANGER = '{group: sg-nowhere, ownerId: "2000000000000002"}';

const provocation = (
  wanted: string,
  code: string,
  status: number,
  more: Omit<Provocation, 'rule' | 'code' | 'status'> = {},
): Provocation => ({ rule: `protocol: ${wanted}`, code, status, ...more });

const REFUSED: readonly Provocation[] = [
  provocation(`tcp, ports: 80, from: ${STRANGER}`, 'InvalidSourceGroup.NotFound', 400),
  provocation(`tcp, ports: 80, to: ${STRANGER}`, 'InvalidDestGroup.NotFound', 400, EGRESS),
  provocation('tcp, ports: 80, from: sg-far', 'InvalidSourceGroupId.Mismatch', 400),
  provocation('tcp, ports: 80, from: sg-far', 'InvalidSourceGroupId.Mismatch', 400, { from: FROM_PEER }),
  provocation('tcp, ports: 80, to: sg-far', 'InvalidDestGroupId.Mismatch', 400, EGRESS),
  provocation('tcp, ports: 80, from: sg-classic', 'InvalidNetworkType.Mismatch', 403),
  provocation('tcp, ports: 80, from: sg-classic', 'InvalidNetworkType.Mismatch', 403, { from: FROM_PEER }),
  provocation('tcp, ports: 80, from: sg-peer', 'InvalidNetworkType.Conflict', 403, CLASSIC),
  provocation(
    'tcp, ports: 80, from: pl-v6, to: 10.1.0.0/16',
    'InvalidParam.PrefixListAddressFamilyMismatch',
    400,
  ),
  provocation(
    'tcp, ports: 80, from: pl-v6, to: 10.1.0.0/16',
    'InvalidParam.PrefixListAddressFamilyMismatch',
    400,
    { from: FROM_V6_LIST },
  ),
  provocation('icmp, from: pl-v6', 'InvalidParam.Ipv4ProtocolConflictWithIpv6Address', 400),
  provocation('icmpv6, from: pl-v4', 'InvalidParam.Ipv6ProtocolConflictWithIpv4Address', 400),
  provocation('icmp, from: pl-v6', 'InvalidParam.ProtocolAndAddressFamilyMismatch', 400, {
    from: ALL_FROM_V6_LIST,
  }),
  provocation('tcp, ports: 80, from: sg-enterprise', 'InvalidGroupAuthParameter.OperationDenied', 400),
  provocation('tcp, ports: 80, from: pl-v4', 'NotSupported.ClassicNetworkPrefixList', 400, CLASSIC),
  provocation(
    'tcp, ports: 80, from: "2001:db8::/32"',
    'InvalidSecurityGroup.InvalidNetworkType',
    400,
    CLASSIC,
  ),
  provocation('tcp, ports: 80, from: 10.0.0.0/8, nicType: internet', 'InvalidNicType.ValueNotSupported', 400),
  provocation('tcp, ports: 80, from: pl-busy', 'LimitExceed.PrefixListAssociationResource', 403),
];

/** What they name does not exist, and the daemon looks that up before: failures.test.ts has these codes in answers. */
const ABSENT: readonly Provocation[] = [
  provocation('tcp, ports: 80, from: sg-nowhere', 'InvalidSourceGroupId.NotFound', 404),
  provocation('tcp, ports: 80, from: sg-nowhere', 'InvalidSourceGroupId.NotFound', 404, { from: FROM_PEER }),
  provocation('tcp, ports: 80, to: sg-nowhere', 'InvalidDestGroupId.NotFound', 404, EGRESS),
  provocation('tcp, ports: 80, to: sg-nowhere', 'InvalidDestGroupId.NotFound', 404, {
    ...EGRESS,
    from: TO_PEER,
  }),
  provocation('tcp, ports: 80, from: pl-nowhere', 'InvalidPrefixListId.NotFound', 404),
  provocation('tcp, portList: prl-nowhere, from: 10.0.0.0/8', 'InvalidPortRangeListId.NotFound', 400),
  provocation('tcp, portList: prl-nowhere, from: 10.0.0.0/8', 'InvalidPortRangeListId.NotFound', 400, {
    from: ON_SMALL_LIST,
  }),
];

const FULL: readonly Provocation[] = [
  provocation('tcp, portList: prl-large, from: 10.0.0.0/8', 'AuthorizationLimitExceed', 403),
  provocation('tcp, portList: prl-large, from: 10.0.0.0/8', 'AuthorizationLimitExceed', 400, {
    from: ON_SMALL_LIST,
  }),
];

function sceneOf(group: string, provoked: Provocation): Scene {
  const { rule: wanted, direction = 'ingress', from, fields } = provoked;
  return {
    group,
    operation: operationOf(direction, from === undefined ? 'Authorize' : 'Modify'),
    direction,
    start: from === undefined ? [] : [from],
    wanted: [wanted],
    end: [],
    ...(fields === undefined ? {} : { fields }),
  };
}

function operationOf(direction: Scene['direction'], verb: 'Authorize' | 'Modify'): string {
  if (verb === 'Modify')
    return direction === 'egress' ? 'ModifySecurityGroupEgressRule' : 'ModifySecurityGroupRule';
  return `AuthorizeSecurityGroup${direction === 'egress' ? 'Egress' : ''}`;
}

const cases = (prefix: string, rows: readonly Provocation[]) =>
  rows.map((row, index) => ({ ...row, scene: sceneOf(`sg-${prefix}${index}`, row) }));
const REFUSED_CASES = cases('refused', REFUSED);
const ABSENT_CASES = cases('absent', ABSENT);
const FULL_CASES = cases('full', FULL);

describe('what a policy wants and the cloud cannot hold', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({
      scenes: [...REFUSED_CASES, ...ABSENT_CASES, ...FULL_CASES].map(({ scene }) => scene),
      more: NEIGHBOURS,
      // Fewer than the config says: what it knows to be too much, the daemon does not try.
      quirks: { ruleQuota: 500 },
    });
  });
  afterAll(() => stage.close());

  test.each(REFUSED_CASES)('quarantines $rule after $code to $scene.operation', async (row) => {
    const { scene, code, status } = row;
    const failed = await stage.service.log.event('call.failed', { group: scene.group });
    expect(failed).toMatchObject({ kind: 'rejected', code, operation: scene.operation });
    expect(await stage.next(failed)).toMatchObject({ event: 'step.quarantined', code });
    const first = await stage.later('group.not_converged', failed);
    const second = await stage.later('group.not_converged', first);
    expect(await stage.rules(scene.group)).toEqual(sceneLines(scene, 'start', true));
    expect(stage.callEvents(failed, second)).toEqual([]);
    const calls = (await stage.writes(scene.group)).filter(({ action }) => action === scene.operation);
    expect(calls[0]).toMatchObject({ code, status });
  });

  test.each(ABSENT_CASES)('leaves out $rule, before $code to $scene.operation', async ({ scene }) => {
    const blocked = await stage.service.log.event('plan.blocked', { group: scene.group });
    expect(blocked).toMatchObject({ kinds: ['denied'] });
    await stage.later('plan.blocked', blocked);
    expect(await stage.rules(scene.group)).toEqual(sceneLines(scene, 'start', true));
    expect((await stage.writes(scene.group)).filter(({ code }) => code !== '')).toEqual([]);
  });

  test.each(FULL_CASES)('blocks the plan for $rule after $code to $scene.operation', async (row) => {
    const { scene, code, status } = row;
    const failed = await stage.service.log.event('call.failed', { group: scene.group });
    expect(failed).toMatchObject({ kind: 'rejected', code, operation: scene.operation });
    const first = await stage.next(failed);
    expect(first).toMatchObject({ event: 'group.not_converged', reason: failed.err });
    await stage.later('plan.blocked', first);
    const calls = (await stage.writes(scene.group)).filter(({ action }) => action === scene.operation);
    expect(calls.map((call) => [call.code, call.status])).toEqual([[code, status]]);
  });
});

async function openForTest(options: StageOptions): Promise<Stage> {
  const stage = await Stage.open(options);
  onTestFinished(() => stage.close());
  return stage;
}

test('converges after AuthorizedGroupRule.LimitExceed as soon as more rules may name the group', async () => {
  const scene: Scene = {
    group: 'sg-friendly',
    operation: 'AuthorizeSecurityGroup',
    direction: 'ingress',
    start: [FROM_PEER],
    wanted: ['protocol: tcp, ports: [80, 81], from: sg-peer'],
    end: [FROM_PEER, { ...FROM_PEER, PortRange: '81/81' }],
  };
  const stage = await openForTest({ scenes: [scene], more: NEIGHBOURS, quirks: { groupReferenceQuota: 1 } });
  const failed = await stage.service.log.event('call.failed', { group: scene.group });
  expect(failed).toMatchObject({ kind: 'rejected', code: 'AuthorizedGroupRule.LimitExceed' });
  await stage.emulator.setQuirks({ groupReferenceQuota: 2 });
  await stage.service.converged(scene.group);
  expect(await stage.rules(scene.group)).toEqual(sceneLines(scene, 'end', true));
});

test.each<[string, Partial<Scene>]>([
  ['InvalidOperation.ResourceManagedByCloudProduct', { fields: { ServiceManaged: true } }],
  [
    'InvalidGroupAuthParameter.OperationDenied',
    {
      fields: { SecurityGroupType: 'enterprise' },
      wanted: ['protocol: tcp, ports: 80, from: sg-peer'],
    },
  ],
])('writes nothing that is sure to be refused with %s', async (_code, more) => {
  const scene = { ...oneSceneEach('ingress').A, ...more };
  const stage = await openForTest({ scenes: [scene], more: NEIGHBOURS });
  const blocked = await stage.service.log.event('plan.blocked', { group: scene.group });
  await stage.later('plan.blocked', blocked);
  expect(await stage.writes(scene.group)).toEqual([]);
});

test('waits for the next minute after Throttling.User, and does everything once', async () => {
  const scenes = ['sg-one', 'sg-two'].map((group) => ({ ...oneSceneEach('ingress').A, group }));
  const stage = await openForTest({ scenes, quirks: { rateLimits: { AuthorizeSecurityGroup: 1 } } });
  await stage.service.log.event('call.throttled', { operation: 'AuthorizeSecurityGroup' });
  await stage.emulator.advance(60_000);
  for (const scene of scenes) {
    await stage.service.converged(scene.group);
    expect(await stage.rules(scene.group)).toEqual(sceneLines(scene, 'end', true));
  }
  const codes = (await stage.emulator.calls())
    .filter(({ action }) => action === 'AuthorizeSecurityGroup')
    .map(({ code, effect }) => (effect ? 'applied' : code));
  expect(codes.filter((code) => code === 'applied')).toHaveLength(2);
  expect(new Set(codes)).toEqual(new Set(['applied', 'Throttling.User']));
});

describe('callers that may not', () => {
  const key: CredentialOptions = EMULATOR_KEY;

  test.each([['M'], ['A'], ['R']] as const)(
    'stops at Forbidden.RAM when the key lacks the action: %s',
    async (verb) => {
      const scene = oneSceneEach('ingress')[verb];
      const actions = ['DescribeSecurityGroups', 'DescribeSecurityGroupAttribute'];
      const stage = await openForTest({ scenes: [scene], credentials: [{ ...key, allow: { actions } }] });
      const failed = await stage.service.log.event('call.failed', { group: scene.group });
      expect(failed).toMatchObject({ kind: 'denied', code: 'Forbidden.RAM' });
      expect(failed.err).toContain(failed.operation);
      await stage.later('group.not_converged', failed);
      expect((await stage.writes(scene.group)).every(({ effect }) => !effect)).toBe(true);
    },
  );

  test.each<[string, CredentialOptions]>([
    ['InvalidAccessKeyId.NotFound', { ...key, accessKeyId: 'another' }],
    ['InvalidAccessKeyId.Inactive', { ...key, inactive: true }],
    ['SignatureDoesNotMatch', { ...key, accessKeySecret: 'another' }],
    ['MissingSecurityToken', { ...key, securityToken: 'token' }],
  ])('writes nothing when the read is refused with %s', async (code, credential) => {
    const scene = oneSceneEach('ingress').A;
    const stage = await openForTest({ scenes: [scene], credentials: [credential] });
    const failed = await stage.service.log.event('group.describe_failed', { group: scene.group });
    expect(failed).toMatchObject({ kind: 'denied', code });
    await stage.later('group.describe_failed', failed);
    expect(await stage.writes(scene.group)).toEqual([]);
  });
});
