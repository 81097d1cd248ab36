// The whole client - pop-core, signature, wire forms, both conversions - against the emulator, which shares no
// code with it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EcsApi } from '../../../../daemon/ecs/api.ts';
import { createEcsClient } from '../../../../daemon/ecs/client.ts';
import { stepRequest } from '../../../../daemon/ecs/convert/requests.ts';
import { createCredentialsSource } from '../../../../daemon/ecs/credentials/credentials.ts';
import { PopTransport } from '../../../../daemon/ecs/transport/pop-transport.ts';
import type { ApiLevel } from '../../../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, DesiredRule } from '../../../../reconciler/model/group.ts';
import { parsePrefix } from '../../../../reconciler/model/prefix.ts';
import { makeRule, ruleContent, type Direction, type Rule } from '../../../../reconciler/model/rule.ts';
import type { Step } from '../../../../reconciler/plan/plan.ts';
import { plainClient } from '../../../support/fake-engine.ts';
import { startTestEmulator, type FaultJson, type TestEmulator } from '../../../support/emulator.ts';

const GROUP = { account: 'main', region: 'cn-hangzhou', id: 'sg-web' };
const wireGroup = (changes: object = {}) => ({
  RegionId: GROUP.region,
  SecurityGroupId: GROUP.id,
  SecurityGroupName: 'web',
  VpcId: 'vpc-1',
  Permissions: [],
  ...changes,
});
const STATE = {
  securityGroups: [wireGroup(), wireGroup({ SecurityGroupId: 'sg-peer', SecurityGroupName: 'peer' })],
};

let emulator: TestEmulator;
beforeEach(async () => {
  emulator = await startTestEmulator({ state: STATE });
});
afterEach(() => emulator.close());

const clientOf = (env: Record<string, string> | null = null, timeoutMs = 5_000): EcsApi =>
  createEcsClient({
    transport: new PopTransport({
      credentials: createCredentialsSource(
        env === null
          ? { type: 'emulator' }
          : { type: 'accessKey', accessKeyIdEnv: 'ID', accessKeySecretEnv: 'KEY' },
        env ?? {},
      ),
      endpoint: emulator.url,
      allowPlainHttp: false,
      timeoutMs,
      maxSockets: 4,
    }),
    ...plainClient(),
  });

const describeGroup = async (client: EcsApi): Promise<DescribedGroup> => {
  const result = await client.describeGroup(GROUP);
  if (!result.ok) expect.fail(`${result.error.code}: ${result.error.message}`);
  return result.value;
};

const prefix = (text: string) => {
  const result = parsePrefix(text, 'refuse');
  if (!result.ok) expect.fail(result.error.message);
  return result.value;
};

const desired = (changes: Partial<Rule>): DesiredRule => {
  const fields: Rule = {
    direction: 'ingress',
    protocol: 'tcp',
    ports: { kind: 'range', first: 443, last: 443 },
    sourcePorts: null,
    peer: prefix('203.0.113.0/24'),
    own: null,
    action: 'accept',
    priority: 1,
    nicType: 'intranet',
    description: null,
    ...changes,
  };
  const rule = makeRule(fields, 'desired');
  if (!rule.ok) expect.fail(rule.error.map((problem) => problem.message).join());
  return { rule: rule.value, name: null, expiresAtMs: null, source: { file: 'a.yaml', line: 1, column: 1 } };
};

const authorize = (rules: readonly DesiredRule[], direction: Direction = 'ingress'): Step => ({
  kind: 'authorize',
  direction,
  checkpoint: false,
  rules,
});

let tokens = 0;
const carryOut = async (client: EcsApi, step: Step, level: ApiLevel = 'current', clientToken?: string) => {
  tokens += 1;
  const request = stepRequest(GROUP, step, level);
  return client.write({ ...GROUP, ...request, clientToken: clientToken ?? `token-${tokens}` });
};

const contents = (group: DescribedGroup): string[] => group.rules.map(({ rule }) => ruleContent(rule)).sort();

const NO_PORTS = { kind: 'none' } as const;
/** One rule for each thing that a rule can say. */
const everyKind = (direction: Direction): DesiredRule[] =>
  [
    { description: 'HTTPS *\'()!~ +/= & "Büro" 😀 %41' },
    { peer: prefix('203.0.113.7'), priority: 100, action: 'drop' as const },
    { peer: prefix('2001:db8::/32'), protocol: 'udp' as const },
    { peer: prefix('::/0'), protocol: 'icmpv6' as const, ports: NO_PORTS },
    { peer: prefix('0.0.0.0/0'), protocol: 'icmp' as const, ports: NO_PORTS },
    { protocol: 'gre' as const, ports: NO_PORTS },
    { protocol: 'all' as const, ports: NO_PORTS, priority: 2 },
    { peer: { kind: 'group' as const, id: 'sg-peer', ownerId: null } },
    { own: prefix('10.0.0.0/8'), sourcePorts: { first: 1024, last: 65535 } },
  ].map((changes) => desired({ direction, ...changes }));

describe('rules', () => {
  it.each([
    ['as the manual has it', {}],
    ['with host bits and bare addresses', { ipv4HostBits: 'keep', bareIpv4: 'slash32' }],
    ['with priorities as texts, in any order', { priorityType: 'string', pageOrder: 'shuffled' }],
  ] as const)('of every kind come back as they were sent, %s', async (_name, quirks) => {
    await emulator.setQuirks(quirks);
    const client = clientOf();
    for (const direction of ['ingress', 'egress'] as const) {
      expect(await carryOut(client, authorize(everyKind(direction), direction))).toMatchObject({ ok: true });
    }
    const expected = [...everyKind('ingress'), ...everyKind('egress')].map(({ rule }) => ruleContent(rule));
    const group = await describeGroup(client);
    expect(contents(group)).toEqual(expected.sort());
    expect(group).toMatchObject({
      apiLevel: 'current',
      type: 'normal',
      vpcId: 'vpc-1',
      innerAccess: 'accept',
    });
  });

  it('are read over several pages', async () => {
    const Permissions = Array.from({ length: 1500 }, (_, index) => ({
      SecurityGroupRuleId: `sgr-${index}`,
      Direction: 'ingress',
      IpProtocol: 'TCP',
      PortRange: `${index + 1}/${index + 1}`,
      SourceCidrIp: '10.0.0.0/8',
      Policy: 'Accept',
      Priority: 1,
      NicType: 'intranet',
    }));
    await emulator.setQuirks({ ruleQuota: 2000 });
    await emulator.setState({ securityGroups: [wireGroup({ Permissions })] });
    const group = await describeGroup(clientOf());
    expect(new Set(group.rules.map(({ id }) => id)).size).toBe(1500);
    const pages = (await emulator.calls()).filter(
      ({ action }) => action === 'DescribeSecurityGroupAttribute',
    );
    expect(pages).toHaveLength(2);
  });

  it('are modified and revoked by id', async () => {
    const client = clientOf();
    const before = desired({ description: 'old' });
    await carryOut(client, authorize([before, desired({ priority: 50 })]));
    const [target, other] = (await describeGroup(client)).rules;
    if (target === undefined || other === undefined) expect.fail('no rules');
    const to = desired({ ports: { kind: 'range', first: 8000, last: 8100 }, priority: 7 });
    const modify: Step = { kind: 'modify', direction: 'ingress', checkpoint: false, target, to };
    expect(await carryOut(client, modify)).toMatchObject({ ok: true });
    const revoke: Step = { kind: 'revoke', direction: 'ingress', checkpoint: false, targets: [other] };
    expect(await carryOut(client, revoke)).toMatchObject({ ok: true });
    const after = await describeGroup(client);
    expect(after.rules).toMatchObject([{ id: target.id, rule: { ...to.rule, description: 'old' } }]);
    expect(await carryOut(client, revoke)).toMatchObject({ ok: false, error: { kind: 'done' } });
    expect(await carryOut(client, { ...modify, target: other })).toMatchObject({ error: { kind: 'replan' } });
  });

  it('without ids are told by the vendor’s own texts of them', async () => {
    await emulator.setQuirks({ apiLevel: 'legacy2019', ipv4HostBits: 'keep' });
    await emulator.setState({
      securityGroups: [
        wireGroup({
          Permissions: [
            {
              SecurityGroupRuleId: 'sgr-1',
              Direction: 'ingress',
              IpProtocol: 'TCP',
              PortRange: '22/22',
              SourceCidrIp: '10.1.2.3/8',
              Policy: 'Accept',
              Priority: 5,
              NicType: 'intranet',
              Description: 'old',
            },
          ],
        }),
      ],
    });
    const client = clientOf();
    const [target] = (await describeGroup(client)).rules;
    if (target === undefined) expect.fail('no rule');
    expect(target).toMatchObject({ id: null, selector: { SourceCidrIp: '10.1.2.3/8', Priority: '5' } });
    const to = { ...desired({}), rule: { ...target.rule, description: 'new' } };
    const modify: Step = { kind: 'modify', direction: 'ingress', checkpoint: false, target, to };
    expect(await carryOut(client, modify, 'legacy2019')).toMatchObject({ ok: true });
    const modified = await describeGroup(client);
    expect(modified).toMatchObject({ apiLevel: 'legacy2019', rules: [{ rule: { description: 'new' } }] });
    const revoke: Step = { kind: 'revoke', direction: 'ingress', checkpoint: false, targets: modified.rules };
    expect(await carryOut(client, revoke, 'legacy2019')).toMatchObject({ ok: true });
    expect((await describeGroup(client)).rules).toEqual([]);
    expect(await carryOut(client, authorize([to]), 'legacy2019')).toMatchObject({ ok: true });
    expect((await describeGroup(client)).rules).toHaveLength(1);
  });
});

describe('groups', () => {
  it('are found by name and by tags', async () => {
    const tag = (TagKey: string, TagValue: string) => ({ TagKey, TagValue });
    await emulator.setState({
      securityGroups: [
        wireGroup({ Tags: [tag('team', 'a'), tag('env', 'prod')] }),
        wireGroup({ SecurityGroupId: 'sg-2', SecurityGroupName: 'web-2', Tags: [tag('team', 'a')] }),
      ],
    });
    const client = clientOf();
    const listed = await client.listGroups(GROUP, 0);
    if (!listed.ok) expect.fail(listed.error.message);
    const byId = [...listed.value.groups].sort((one, other) => (one.id < other.id ? -1 : 1));
    expect(byId).toEqual([
      { id: 'sg-2', name: 'web-2', tags: { team: 'a' } },
      { id: 'sg-web', name: 'web', tags: { team: 'a', env: 'prod' } },
    ]);
  });

  it('that there are, of those asked for', async () => {
    const result = await clientOf().existingGroups(GROUP, [GROUP.id, 'sg-none']);
    expect(result).toEqual({ ok: true, value: new Set([GROUP.id]) });
  });

  it('that are not there are reported', async () => {
    const result = await clientOf().describeGroup({ ...GROUP, id: 'sg-none' });
    expect(result).toMatchObject({ ok: false, error: { kind: 'rejected', code: 'Transport.GroupNotFound' } });
  });

  it('of a cloud product say so, and refuse writes', async () => {
    await emulator.setState({ securityGroups: [wireGroup({ ServiceManaged: true })] });
    const client = clientOf();
    expect(await describeGroup(client)).toMatchObject({ serviceManaged: true });
    expect(await carryOut(client, authorize([desired({})]))).toMatchObject({ error: { kind: 'managed' } });
  });
});

describe('trouble', () => {
  it.each<[FaultJson['kind'], object, object]>([
    ['throttle', { kind: 'throttled' }, { kind: 'throttled' }],
    ['resetBefore', { kind: 'unknown', code: 'Transport.ConnectionLost' }, { kind: 'retry' }],
    ['resetAfter', { kind: 'unknown', code: 'Transport.ConnectionLost' }, { kind: 'retry' }],
    ['hang', { kind: 'unknown', code: 'Transport.Timeout' }, { kind: 'retry' }],
    ['html', { kind: 'unknown', code: 'Transport.NotJson' }, { kind: 'retry' }],
    ['empty', { kind: 'unknown', code: 'Transport.NotJson' }, { kind: 'retry' }],
    ['truncate', { kind: 'unknown' }, { kind: 'retry' }],
  ])('trouble: %s', async (kind, write, read) => {
    await emulator.setFaults([{ action: '*', kind, count: 2 }]);
    const client = clientOf(null, kind === 'hang' ? 1_000 : 5_000);
    expect(await carryOut(client, authorize([desired({})]))).toMatchObject({ ok: false, error: write });
    expect(await client.describeGroup(GROUP)).toMatchObject({ ok: false, error: read });
    expect(await clientOf().describeGroup(GROUP)).toMatchObject({ ok: true });
  });

  it('a lost answer and the same token again: one effect', async () => {
    await emulator.setFaults([{ action: 'AuthorizeSecurityGroup', kind: 'resetAfter', count: 1 }]);
    const client = clientOf();
    const step = authorize([desired({})]);
    expect(await carryOut(client, step, 'current', 'same')).toMatchObject({ error: { kind: 'unknown' } });
    expect(await carryOut(client, step, 'current', 'same')).toMatchObject({ ok: true });
    const effects = (await emulator.calls()).filter(({ action }) => action === 'AuthorizeSecurityGroup');
    expect(effects.map(({ effect }) => effect)).toEqual([true, false]);
    expect((await describeGroup(client)).rules).toHaveLength(1);
  });

  it('a wrong secret and an unknown key are denied, and no secret comes back', async () => {
    const wrong = await clientOf({ ID: 'emulator', KEY: 'Wr0ngSecret' }).describeGroup(GROUP);
    expect(wrong).toMatchObject({ ok: false, error: { kind: 'denied', code: 'SignatureDoesNotMatch' } });
    expect(JSON.stringify(wrong)).not.toContain('Wr0ngSecret');
    const unknown = await clientOf({ ID: 'nobody', KEY: 'x' }).describeGroup(GROUP);
    expect(unknown).toMatchObject({ ok: false, error: { kind: 'denied' } });
  });

  it('a rule that the service refuses is rejected', async () => {
    const step = authorize([desired({ peer: { kind: 'prefixList', id: 'pl-none' } })]);
    expect(await carryOut(clientOf(), step)).toMatchObject({ ok: false, error: { kind: 'rejected' } });
  });
});
