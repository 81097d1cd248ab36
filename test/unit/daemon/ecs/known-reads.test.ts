// A group that stays as it is is not parsed again, and an answer that says anything else is: the client over pop-core, against
// a server on loopback.
import { afterEach, describe, expect, it } from 'vitest';
import { createEcsClient } from '../../../../daemon/ecs/client.ts';
import { PopTransport } from '../../../../daemon/ecs/transport/pop-transport.ts';
import type { Transport, TransportAnswer } from '../../../../daemon/ecs/transport/transport.ts';
import { policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';
import type { DescribedGroup } from '../../../../reconciler/model/group.ts';
import { ok } from '../../../../reconciler/model/result.ts';
import { startFakeEndpoint, type FakeEndpoint, type Script } from '../../../support/fake-endpoint.ts';
import { plainClient } from '../../../support/fake-engine.ts';

const GROUP = { account: 'main', region: 'cn-hangzhou', id: 'sg-1' };

const HEAD = { SecurityGroupId: 'sg-1', SecurityGroupName: 'web', VpcId: 'vpc-1', Tags: { Tag: [] } };

const permission = (id: string, PortRange: string) => ({
  SecurityGroupRuleId: id,
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange,
  SourceCidrIp: '10.0.0.0/8',
  Policy: 'Accept',
  Priority: 1,
  NicType: 'intranet',
});

const rulesOfAnswer = (ports: string, changes: object = {}): object => ({
  SecurityGroupId: 'sg-1',
  VpcId: 'vpc-1',
  InnerAccessPolicy: 'Accept',
  Permissions: { Permission: [permission('sgr-1', ports)] },
  ...changes,
});

interface Cloud {
  head: object;
  rules: object;
  /** Replaces the answer with the rules. */
  script: Script | null;
  requestId: () => string;
}

const open: FakeEndpoint[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
});

/** A client, the cloud that answers it, and how often the rules were parsed. */
async function setUp() {
  let asked = 0;
  const cloud: Cloud = {
    head: HEAD,
    rules: rulesOfAnswer('80/80'),
    script: null,
    requestId: () => `R-${(asked += 1)}`,
  };
  const endpoint = await startFakeEndpoint((call, response) => {
    const isHead = call.params.Action === 'DescribeSecurityGroups';
    if (!isHead && cloud.script !== null) {
      cloud.script(call, response);
      return;
    }
    const body = isHead ? { SecurityGroups: { SecurityGroup: [cloud.head] } } : cloud.rules;
    response.end(JSON.stringify({ RequestId: cloud.requestId(), ...body }));
  });
  open.push(endpoint);
  const pop = new PopTransport({
    credentials: {
      get: () => Promise.resolve(ok({ accessKeyId: 'AKID', accessKeySecret: 'S3cr3t', securityToken: null })),
      forget: () => undefined,
      keyPlaces: { id: 'the variable ID', secret: 'the variable KEY' },
    },
    endpoint: endpoint.url,
    allowPlainHttp: false,
    timeoutMs: 5000,
    maxSockets: 4,
  });
  const answers: TransportAnswer[] = [];
  const transport: Transport = {
    call: async (operation, ...rest) => {
      const answer = await pop.call(operation, ...rest);
      if (operation === 'DescribeSecurityGroupAttribute') answers.push(answer);
      return answer;
    },
  };
  const client = createEcsClient({ ...plainClient(), transport, headAges: { observeMs: -1, writeMs: -1 } });
  const read = async (): Promise<DescribedGroup> => {
    const answer = await client.describeGroup(GROUP, {
      policy: policyOf([rule({ ports: '80', peer: '10.0.0.0/8' })]),
    });
    return answer.ok ? answer.value : expect.fail(answer.error.message);
  };
  return { cloud, client, read, answers };
}

describe('a group that stays as it is', () => {
  it('is the object that was read before, and its answer is not parsed', async () => {
    const { read, answers } = await setUp();
    const first = await read();
    expect(await read()).toBe(first);
    expect(answers).toMatchObject([{ isKnown: false }, { isKnown: true, body: {} }]);
  });

  it('has one sameness for all that is read of it, and another one as soon as anything differs', async () => {
    const { cloud, client, read } = await setUp();
    const first = await read();
    expect(client.sameness(await read())).toBe(client.sameness(first));
    cloud.head = { ...HEAD, Tags: { Tag: [{ TagKey: 'team', TagValue: 'a' }] } };
    const tagged = await read();
    expect(client.sameness(tagged)).not.toBe(client.sameness(first));
    expect(client.sameness(await read())).toBe(client.sameness(tagged));
    expect(client.sameness({ ...first })).not.toBe(client.sameness(first));
  });

  it.each([
    ['a rule has other ports', rulesOfAnswer('81/81')],
    ['a rule is gone', rulesOfAnswer('', { Permissions: { Permission: [] } })],
    ['members do not reach each other any more', rulesOfAnswer('80/80', { InnerAccessPolicy: 'Drop' })],
    [
      'a rule has a field that we do not know',
      rulesOfAnswer('80/80', {
        Permissions: { Permission: [{ ...permission('sgr-1', '80/80'), Narrower: 'yes' }] },
      }),
    ],
  ])('is read whole again where %s', async (_what, rules) => {
    const { cloud, read } = await setUp();
    const first = await read();
    cloud.rules = rules;
    const second = await read();
    expect(second).not.toEqual(first);
    expect(await read()).toEqual(second);
  });

  it('is read whole each time where its answer has two pages, of which but the second may change', async () => {
    const { cloud, read } = await setUp();
    let second = '81/81';
    cloud.script = ({ params }, response) => {
      const isSecond = params.NextToken === 'more';
      const shown = isSecond ? permission('sgr-2', second) : permission('sgr-1', '80/80');
      const page = { Permissions: { Permission: [shown] }, NextToken: isSecond ? '' : 'more' };
      response.end(JSON.stringify({ RequestId: cloud.requestId(), ...rulesOfAnswer('', page) }));
    };
    const ports = async (): Promise<unknown> => (await read()).rules.map(({ rule: { ports: of } }) => of);
    expect(await ports()).toMatchObject([{ first: 80 }, { first: 81 }]);
    second = '82/82';
    expect(await ports()).toMatchObject([{ first: 80 }, { first: 82 }]);
    cloud.script = null;
    expect(await ports()).toMatchObject([{ first: 80 }]);
  });

  it('is read whole again where its head says something else', async () => {
    const { cloud, read } = await setUp();
    const first = await read();
    cloud.head = { ...HEAD, ServiceManaged: true };
    const second = await read();
    expect([first.serviceManaged, second.serviceManaged]).toEqual([false, true]);
  });

  it('is known also where the connection closes after each answer', async () => {
    const { cloud, read } = await setUp();
    cloud.script = (_call, response) => {
      response.setHeader('connection', 'close');
      response.end(JSON.stringify({ RequestId: cloud.requestId(), ...cloud.rules }));
    };
    const first = await read();
    expect(await read()).toBe(first);
  });

  it('is parsed each time where the request id could hide something', async () => {
    const { cloud, read, answers } = await setUp();
    cloud.requestId = () => 'R-1\\"';
    await read();
    await read();
    expect(answers).toMatchObject([
      { digest: null, isKnown: false },
      { digest: null, isKnown: false },
    ]);
  });
});

describe('an answer that is not whole', () => {
  const whole = JSON.stringify({ RequestId: 'R-9', ...rulesOfAnswer('80/80') });

  it.each<[string, Script, string]>([
    [
      'ends early',
      (_call, response) => {
        response.writeHead(200, { 'content-length': String(whole.length) });
        response.write(whole.slice(0, -2));
        setImmediate(() => response.destroy());
      },
      'Transport.ConnectionLost',
    ],
    [
      'has another status',
      (_call, response) => void response.writeHead(500).end(whole),
      'Transport.BadAnswer',
    ],
    [
      'is a refusal',
      (_call, response) => void response.writeHead(403).end('{"RequestId":"R-9","Code":"Forbidden.RAM"}'),
      'Forbidden.RAM',
    ],
    ['is empty', (_call, response) => void response.end(), 'Transport.NotJson'],
  ])('is a failure though the group is known, where it %s', async (_how, script, code) => {
    const { cloud, client, read } = await setUp();
    const first = await read();
    cloud.script = script;
    expect(await client.describeGroup(GROUP)).toMatchObject({ ok: false, error: { code } });
    cloud.script = null;
    expect(await read()).toBe(first);
  });
});

describe('a rule that is as its policy says', () => {
  it('is the object of the policy, and no other rule is', async () => {
    const { cloud, client } = await setUp();
    const policy = policyOf([
      rule({ ports: '80', peer: '10.0.0.0/8' }),
      rule({ ports: '81', peer: '10.0.0.0/8', description: 'metrics' }),
    ]);
    cloud.rules = rulesOfAnswer('', {
      Permissions: { Permission: [permission('sgr-1', '80/80'), permission('sgr-2', '81/81')] },
    });
    const read = await client.describeGroup(GROUP, { policy });
    const plain = await (await setUp()).client.describeGroup(GROUP);
    if (!read.ok || !plain.ok) expect.fail('the group was not read');
    const wanted = (policy.rules.ingress ?? []).map((each) => each.rule);
    expect(read.value.rules[0]?.rule).toBe(wanted[0]);
    expect(read.value.rules[1]?.rule).toEqual({ ...wanted[1], description: null });
    expect(read.value.rules[0]).toEqual(plain.value.rules[0]);
  });
});
