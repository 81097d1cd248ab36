// The client over a transport that answers from a script: what it asks, and what it refuses to believe.
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../../reconciler/model/operation.ts';
import type { Clock } from '../../../../daemon/clock.ts';
import type { Place } from '../../../../daemon/ecs/api.ts';
import type { Pacer } from '../../../../daemon/ecs/ask.ts';
import { createEcsClient, type EcsClientOptions } from '../../../../daemon/ecs/client.ts';
import { MAX_PAGES } from '../../../../daemon/ecs/pages.ts';
import type { Transport, TransportAnswer } from '../../../../daemon/ecs/transport/transport.ts';
import { instantClock, plainClient } from '../../../support/fake-engine.ts';

const PLACE: Place = { account: 'main', region: 'cn-hangzhou' };
const GROUP = { ...PLACE, id: 'sg-1' };

type Params = Readonly<Record<string, string>>;
type Answers = (operation: Operation, params: Params) => unknown;

const answered = (body: unknown, status = 200): TransportAnswer => ({ kind: 'answered', status, body });

const refused = (code: string, status = 400): TransportAnswer => ({
  kind: 'refused',
  status,
  code,
  message: 'no',
  requestId: 'R-9',
  retryAfterMs: null,
  missingAction: null,
});

const rule = (id: string, changes: object = {}) => ({
  SecurityGroupRuleId: id,
  Direction: 'ingress',
  IpProtocol: 'TCP',
  PortRange: '80/80',
  SourceCidrIp: '10.0.0.0/8',
  Policy: 'Accept',
  Priority: 1,
  NicType: 'intranet',
  ...changes,
});

const head = (changes: object = {}) => ({
  SecurityGroupId: 'sg-1',
  SecurityGroupName: 'web',
  VpcId: 'vpc-1',
  SecurityGroupType: 'normal',
  ServiceManaged: false,
  Tags: { Tag: [] },
  ...changes,
});

const groupPage = (groups: readonly object[], changes: object = {}) => ({
  RequestId: 'R-1',
  NextToken: '',
  SecurityGroups: { SecurityGroup: groups },
  ...changes,
});

const rulePage = (rules: readonly object[], changes: object = {}) => ({
  RequestId: 'R-2',
  SecurityGroupId: 'sg-1',
  VpcId: 'vpc-1',
  InnerAccessPolicy: 'Accept',
  NextToken: '',
  Permissions: { Permission: rules },
  ...changes,
});

/** A client whose transport asks `answers`; bodies that are no TransportAnswer are sent with HTTP 200. */
const clientOver = (answers: Answers, changes: Partial<EcsClientOptions> = {}) => {
  const calls: Array<{ operation: Operation; params: Params }> = [];
  const gated: Operation[] = [];
  const transport: Transport = {
    call: (operation, params) => {
      calls.push({ operation, params });
      const answer = answers(operation, params) as TransportAnswer;
      return Promise.resolve('kind' in answer ? answer : answered(answer));
    },
  };
  const pacer: Pacer = (operation, _place, run) => {
    gated.push(operation);
    return run();
  };
  const client = createEcsClient({ ...plainClient(), transport, pacer, ...changes });
  return { client, calls, gated };
};

/** The usual two answers, with one of them replaced. */
const describing =
  (rules: unknown, groups: unknown = groupPage([head()])): Answers =>
  (operation) =>
    operation === 'DescribeSecurityGroups' ? groups : rules;

const describeWith = (answers: Answers, changes: Partial<EcsClientOptions> = {}) =>
  clientOver(answers, changes).client.describeGroup(GROUP);

const failureOf = async (answers: Answers, changes: Partial<EcsClientOptions> = {}) => {
  const result = await describeWith(answers, changes);
  if (result.ok) expect.fail('the group was described');
  return result.error;
};

describe('describeGroup', () => {
  it('reads head and rules, and sorts the rules', async () => {
    const { client, calls, gated } = clientOver(
      describing(rulePage([rule('sgr-2', { Priority: 50 }), rule('sgr-1')])),
    );
    const result = await client.describeGroup(GROUP);
    expect(result).toMatchObject({
      ok: true,
      value: {
        ...GROUP,
        name: 'web',
        vpcId: 'vpc-1',
        type: 'normal',
        innerAccess: 'accept',
        serviceManaged: false,
        apiLevel: 'current',
        rules: [{ id: 'sgr-1' }, { id: 'sgr-2' }],
      },
    });
    expect(calls).toEqual([
      {
        operation: 'DescribeSecurityGroups',
        params: { RegionId: 'cn-hangzhou', SecurityGroupIds: '["sg-1"]', MaxResults: '100' },
      },
      {
        operation: 'DescribeSecurityGroupAttribute',
        params: {
          RegionId: 'cn-hangzhou',
          SecurityGroupId: 'sg-1',
          Direction: 'all',
          NicType: 'intranet',
          MaxResults: '1000',
        },
      },
    ]);
    expect(gated).toEqual(['DescribeSecurityGroups', 'DescribeSecurityGroupAttribute']);
  });

  it('walks all pages, each through the pacer, and counts a rule on two pages once', async () => {
    const pages: Record<string, object> = {
      '': rulePage([rule('sgr-1'), rule('sgr-2', { Priority: 2 })], { NextToken: 'a' }),
      a: rulePage([rule('sgr-2', { Priority: 2 }), rule('sgr-3', { Priority: 3 })], { NextToken: 'b' }),
      b: rulePage([]),
    };
    const { client, gated } = clientOver((operation, params) =>
      operation === 'DescribeSecurityGroups' ? groupPage([head()]) : pages[params.NextToken ?? ''],
    );
    const result = await client.describeGroup(GROUP);
    if (!result.ok) expect.fail(result.error.message);
    expect(result.value.rules.map(({ id }) => id)).toEqual(['sgr-1', 'sgr-2', 'sgr-3']);
    expect(gated.filter((operation) => operation === 'DescribeSecurityGroupAttribute')).toHaveLength(3);
  });

  it('asks for both kinds of rules in a classic network', async () => {
    const { client, calls } = clientOver((operation, { NicType }) =>
      operation === 'DescribeSecurityGroups'
        ? groupPage([head({ VpcId: '' })])
        : rulePage([rule(`sgr-${NicType}`, { NicType })], { VpcId: '' }),
    );
    const result = await client.describeGroup(GROUP);
    expect(result).toMatchObject({ ok: true, value: { vpcId: null } });
    if (!result.ok) return;
    expect(result.value.rules.map(({ rule: { nicType } }) => nicType).sort()).toEqual([
      'internet',
      'intranet',
    ]);
    expect(calls.map(({ params }) => params.NicType)).toEqual([undefined, 'internet', 'intranet']);
  });

  it.each([
    ['ServiceManaged true', { ServiceManaged: true }, { serviceManaged: true }],
    ['ServiceManaged as text', { ServiceManaged: 'true' }, { serviceManaged: true }],
    ['ServiceManaged absent', { ServiceManaged: undefined }, { serviceManaged: false }],
    ['an enterprise group', { SecurityGroupType: 'enterprise' }, { type: 'enterprise' }],
    ['a group from before there were types', { SecurityGroupType: undefined }, { type: 'normal' }],
  ])('understands %s', async (_name, changes, expected) => {
    const result = await describeWith(describing(rulePage([]), groupPage([head(changes)])));
    expect(result).toMatchObject({ ok: true, value: expected });
  });

  it('begins again when a rule changed between two pages, or a token grew old', async () => {
    for (const torn of [rulePage([rule('sgr-1', { Priority: 9 })]), refused('InValidParameter.NextToken')]) {
      let walks = 0;
      const { client } = clientOver((operation, { NextToken }) => {
        if (operation === 'DescribeSecurityGroups') return groupPage([head()]);
        if (NextToken === 'a') return walks === 1 ? torn : rulePage([]);
        walks += 1;
        return rulePage([rule('sgr-1')], { NextToken: 'a' });
      });
      expect(await client.describeGroup(GROUP)).toMatchObject({ ok: true });
      expect(walks).toBe(2);
    }
  });

  it('gives up on a group that changes all the time', async () => {
    let reads = 0;
    const failure = await failureOf((operation, { NextToken }) => {
      if (operation === 'DescribeSecurityGroups') return groupPage([head()]);
      if (NextToken === 'a') return rulePage([rule('sgr-1', { Priority: 9 })]);
      reads += 1;
      return rulePage([rule('sgr-1')], { NextToken: 'a' });
    });
    expect(failure).toMatchObject({ kind: 'retry', code: 'Transport.TornRead' });
    expect(failure.message).toContain('changed while the group was read, or two rules have the same id');
    expect(reads).toBe(3);
  });

  it('names a rule id that one answer has twice, and does not read again for it', async () => {
    let reads = 0;
    const failure = await failureOf((operation) => {
      if (operation === 'DescribeSecurityGroups') return groupPage([head()]);
      reads += 1;
      return rulePage([rule('sgr-1'), rule('sgr-1', { Priority: 9 })]);
    });
    expect(failure).toMatchObject({ kind: 'rejected', code: 'Transport.Unreadable' });
    expect(failure.message).toContain(
      'one answer has two rules with the id sgr-1: ' +
        'sgr-1 ingress Accept TCP 80/80 priority 1 and sgr-1 ingress Accept TCP 80/80 priority 9',
    );
    expect(reads).toBe(1);
  });

  it('fails as a whole when one page fails', async () => {
    const failure = await failureOf((operation, { NextToken }) => {
      if (operation === 'DescribeSecurityGroups') return groupPage([head()]);
      return NextToken === undefined ? rulePage([rule('sgr-1')], { NextToken: 'a' }) : refused('Throttling');
    });
    expect(failure).toMatchObject({ kind: 'throttled', code: 'Throttling', requestId: 'R-9' });
  });

  it('does not follow pages that never end, or run in a circle', async () => {
    let pages = 0;
    const endless = await failureOf((operation) => {
      if (operation === 'DescribeSecurityGroups') return groupPage([head()]);
      pages += 1;
      return rulePage([rule(`sgr-${pages}`)], { NextToken: `t-${pages}` });
    });
    expect(endless).toMatchObject({ kind: 'rejected', code: 'Transport.TooMuch' });
    expect(pages).toBe(MAX_PAGES);
    const circle = await failureOf(describing(rulePage([], { NextToken: 'same' })));
    expect(circle).toMatchObject({ kind: 'retry', code: 'Transport.TornRead' });
  });

  it('reports a group that is not there, and says that RAM may hide it', async () => {
    const failure = await failureOf(describing(rulePage([]), groupPage([])));
    expect(failure).toMatchObject({ kind: 'rejected', code: 'Transport.GroupNotFound' });
    expect(failure.message).toContain('ecs:DescribeSecurityGroups');
  });

  it('picks its own group where an endpoint does not know the filter', async () => {
    const groups = groupPage([head({ SecurityGroupId: 'sg-0', SecurityGroupName: 'other' }), head()]);
    expect(await describeWith(describing(rulePage([]), groups))).toMatchObject({
      ok: true,
      value: { name: 'web' },
    });
  });

  it.each<[string, unknown, unknown]>([
    ['rules without a list', rulePage([], { Permissions: undefined }), undefined],
    ['rules in another shape', rulePage([], { Permissions: [] }), undefined],
    ['rules without a RequestId', rulePage([], { RequestId: '' }), undefined],
    ['rules with HTTP 500', answered(rulePage([]), 500), undefined],
    ['another group’s rules', rulePage([], { SecurityGroupId: 'sg-2' }), undefined],
    ['an empty object', {}, undefined],
    ['an error in small letters', answered({ code: 'Forbidden' }, 403), undefined],
    ['groups without a list', rulePage([]), { RequestId: 'R' }],
  ])('never takes %s for an empty group', async (_name, rules, groups) => {
    const failure = await failureOf(describing(rules, groups ?? groupPage([head()])));
    expect(failure).toMatchObject({ kind: 'retry', code: 'Transport.BadAnswer' });
  });

  it.each<[string, unknown, unknown, RegExp]>([
    ['an unknown type', rulePage([]), groupPage([head({ SecurityGroupType: 'huge' })]), /type "huge"/],
    ['an unknown inner policy', rulePage([], { InnerAccessPolicy: 'Maybe' }), undefined, /InnerAccessPolicy/],
    ['no inner policy', rulePage([], { InnerAccessPolicy: '' }), undefined, /InnerAccessPolicy/],
    [
      'a rule that cannot be read',
      rulePage([rule('sgr-1'), rule('sgr-2', { IpProtocol: 'SCTP' })]),
      undefined,
      /^sgr-2 ingress Accept SCTP 80\/80 priority 1: unknown IpProtocol/,
    ],
    [
      'many rules that cannot be read',
      rulePage(Array.from({ length: 7 }, (_, index) => rule(`sgr-${index}`, { Policy: 'allow' }))),
      undefined,
      /and 2 more$/,
    ],
    [
      'ids on some rules only',
      rulePage([rule('sgr-1'), rule('', { Priority: 2 })]),
      undefined,
      /1 of 2 rules have no id/,
    ],
  ])('refuses a group with %s, so that it is never written', async (_name, rules, groups, message) => {
    const failure = await failureOf(describing(rules, groups ?? groupPage([head()])));
    expect(failure).toMatchObject({ kind: 'rejected', code: 'Transport.Unreadable' });
    expect(failure.message).toMatch(message);
  });

  it('knows that members of an enterprise group are not let through', async () => {
    const groups = groupPage([head({ SecurityGroupType: 'enterprise' })]);
    const result = await describeWith(describing(rulePage([], { InnerAccessPolicy: '' }), groups));
    expect(result).toMatchObject({ ok: true, value: { innerAccess: 'drop' } });
  });
});

describe('texts of foreign length', () => {
  const LETTERS = 400_000;

  it('are cut before anything else looks at them: a description, a name, a tag', async () => {
    const long = 'x'.repeat(LETTERS);
    const groups = groupPage([
      head({ SecurityGroupName: long, Tags: { Tag: [{ TagKey: 'a', TagValue: long }] } }),
    ]);
    const rules = rulePage([rule('sgr-1', { Description: long, Unheard: long })]);
    const result = await describeWith(describing(rules, groups));
    if (!result.ok) expect.fail(result.error.message);
    const { name, tags = {} } = result.value;
    const [shown] = result.value.rules;
    const texts = [name, ...Object.values(tags), shown?.rule.unknown ?? '', shown?.rule.description ?? ''];
    expect(texts.map(({ length }) => length)).toEqual([2048, 2048, 500, 2048]);
    expect(result.value.rules[0]?.rule.description).toMatch(/^x{2047}…$/);
  });

  it('take no time that grows faster than they do: a thousand rules of 16,000 letters', async () => {
    const rules = Array.from({ length: 1000 }, (_, index) =>
      rule(`sgr-${index}`, { PortRange: `${index + 1}/${index + 1}`, Description: 'password='.repeat(1800) }),
    );
    const begin = process.cpuUsage();
    expect(await describeWith(describing(rulePage(rules)))).toMatchObject({ ok: true });
    expect(process.cpuUsage(begin).user / 1000).toBeLessThan(5000);
  });

  it.each(['SourceCidrIp', 'SecurityGroupRuleId', 'SourceGroupId'])(
    'are no answer of the vendor where they should be an id or an address: %s',
    async (field) => {
      const failure = await failureOf(
        describing(rulePage([rule('sgr-1', { [field]: 'x'.repeat(LETTERS) })])),
      );
      expect(failure).toMatchObject({ kind: 'retry', code: 'Transport.BadAnswer' });
      expect(failure.message.length).toBeLessThan(600);
    },
  );
});

describe('the API level', () => {
  const withIds = rulePage([rule('sgr-1')]);
  const withoutIds = rulePage([rule(''), rule('', { Priority: 2 })]);

  it.each([
    ['auto', withIds, 'current'],
    ['auto', withoutIds, 'legacy2019'],
    ['auto', rulePage([]), 'current'],
    ['current', withIds, 'current'],
    ['legacy2019', withoutIds, 'legacy2019'],
    ['legacy2019', rulePage([]), 'legacy2019'],
    ['legacy2019', withIds, 'legacy2019'],
  ] as const)('the API level: %s (%#): %s', async (apiLevel, rules, expected) => {
    const result = await describeWith(describing(rules), { apiLevel });
    expect(result).toMatchObject({ ok: true, value: { apiLevel: expected } });
    if (result.ok && expected === 'legacy2019')
      expect(result.value.rules.filter(({ id }) => id !== null)).toEqual([]);
  });

  it('is not current if the config says so but the rules have no ids', async () => {
    const failure = await failureOf(describing(withoutIds), { apiLevel: 'current' });
    expect(failure.code).toBe('Transport.Unreadable');
  });

  it('of a group without rules is what other groups of the region showed', async () => {
    let rules: unknown = withoutIds;
    const { client } = clientOver((operation) =>
      operation === 'DescribeSecurityGroups' ? groupPage([head()]) : rules,
    );
    await client.describeGroup(GROUP);
    rules = rulePage([]);
    expect(await client.describeGroup(GROUP)).toMatchObject({ value: { apiLevel: 'legacy2019' } });
    const elsewhere = { ...GROUP, region: 'cn-beijing' };
    expect(await client.describeGroup(elsewhere)).toMatchObject({ value: { apiLevel: 'current' } });
  });
});

describe('listGroups', () => {
  const named = (id: string, name = 'web') => head({ SecurityGroupId: id, SecurityGroupName: name });
  const list = async (client: ReturnType<typeof clientOver>['client']) => {
    const listed = await client.listGroups(PLACE, 0);
    if (!listed.ok) expect.fail(listed.error.message);
    return listed.value.groups.map(({ id }) => id);
  };

  it('asks without a filter and tells name and tags of each group', async () => {
    const tagged = head({ Tags: { Tag: [{ TagKey: 'team', TagValue: 'a' }] } });
    const { client, calls } = clientOver(() => groupPage([tagged, named('sg-2', 'db')]));
    expect(await client.listGroups(PLACE, 0)).toMatchObject({
      ok: true,
      value: {
        groups: [
          { id: 'sg-1', name: 'web', tags: { team: 'a' } },
          { id: 'sg-2', name: 'db', tags: {} },
        ],
      },
    });
    expect(calls.map(({ params }) => params)).toEqual([{ RegionId: 'cn-hangzhou', MaxResults: '100' }]);
  });

  it('walks pages by token and answers each group once', async () => {
    const { client } = clientOver((_operation, { NextToken }) =>
      NextToken === undefined
        ? groupPage([named('sg-b')], { NextToken: 'a' })
        : groupPage([named('sg-a'), named('sg-b')]),
    );
    expect(await list(client)).toEqual(['sg-b', 'sg-a']);
  });

  it('lists more than a thousand groups, at a hundred a call', async () => {
    let page = 0;
    const { client, calls } = clientOver(() => {
      page += 1;
      const groups = Array.from({ length: 100 }, (_, index) => named(`sg-${page}-${index}`));
      return groupPage(groups, { NextToken: page < 30 ? String(page) : '' });
    });
    expect(await list(client)).toHaveLength(3000);
    expect(calls).toHaveLength(30);
  });

  /** As the API of 2019 does, which ignores what it does not know. */
  const pagedByNumber = (total: number, clock: Clock) => {
    const answers: Answers = (_operation, { PageNumber = '1', PageSize = '10' }) => {
      const ids = Array.from({ length: total }, (_, index) => `sg-${index}`);
      const from = (Number(PageNumber) - 1) * Number(PageSize);
      const groups = ids.slice(from, from + Number(PageSize)).map((id) => named(id));
      return groupPage(groups, { TotalCount: total });
    };
    return clientOver(answers, { clock });
  };

  it('pages by number where the endpoint does, and remembers that', async () => {
    const clock = instantClock();
    const { client, calls } = pagedByNumber(120, clock);
    expect(await list(client)).toHaveLength(120);
    expect(calls.map(({ params: { PageNumber, PageSize } }) => [PageNumber, PageSize])).toEqual([
      [undefined, undefined],
      ['1', '50'],
      ['2', '50'],
      ['3', '50'],
    ]);
    calls.length = 0;
    await clock.sleep(1);
    await list(client);
    expect(calls).toHaveLength(3);
  });

  it('does not take some groups for all', async () => {
    const { client } = clientOver(() => groupPage([head()], { TotalCount: 11 }));
    const result = await client.listGroups(PLACE, 0);
    expect(result).toMatchObject({ ok: false, error: { kind: 'rejected', code: 'Transport.TooMuch' } });
  });

  it('answers from memory while the listing is young, and those who ask meanwhile share one', async () => {
    const clock = instantClock();
    const { client, calls } = clientOver(() => groupPage([head()]), { clock });
    const [one, other] = await Promise.all([client.listGroups(PLACE, 0), client.listGroups(PLACE, 0)]);
    expect(one).toEqual(other);
    await clock.sleep(1000);
    await client.listGroups(PLACE, 1000);
    expect(calls).toHaveLength(1);
    await client.listGroups(PLACE, 999);
    expect(calls).toHaveLength(2);
  });

  it('a listing that failed is no listing', async () => {
    let isDown = false;
    const clock = instantClock();
    const { client } = clientOver(() => (isDown ? refused('Throttling') : groupPage([head()])), { clock });
    await client.listGroups(PLACE, 0);
    isDown = true;
    await clock.sleep(1000);
    expect(await client.listGroups(PLACE, 0)).toMatchObject({ ok: false, error: { kind: 'throttled' } });
    expect(await client.listGroups(PLACE, 1000)).toMatchObject({ ok: true });
  });
});

describe('existingGroups', () => {
  it('asks by ids, a hundred in one call, and says which of them there are', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `sg-${index}`);
    const { client, calls } = clientOver((_operation, { SecurityGroupIds = '[]' }) => {
      const asked = (JSON.parse(SecurityGroupIds) as string[]).filter((id) => id !== 'sg-7');
      return groupPage([...asked, 'sg-not-asked-for'].map((id) => head({ SecurityGroupId: id })));
    });
    const result = await client.existingGroups(PLACE, ids);
    expect(result).toEqual({ ok: true, value: new Set(ids.filter((id) => id !== 'sg-7')) });
    expect(calls.map(({ operation }) => operation)).toEqual([
      'DescribeSecurityGroups',
      'DescribeSecurityGroups',
    ]);
    expect(calls[1]?.params.SecurityGroupIds).toBe('["sg-100"]');
  });

  it('an answer that failed tells of no group', async () => {
    const { client } = clientOver(() => groupPage([head()], { TotalCount: 11 }));
    expect(await client.existingGroups(PLACE, ['sg-1'])).toMatchObject({ ok: false });
  });
});

describe('write', () => {
  const request = {
    ...PLACE,
    operation: 'RevokeSecurityGroup',
    params: { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-1', 'SecurityGroupRuleId.1': 'sgr-1' },
    clientToken: 'token-1',
  } as const;

  it('sends the parameters with the token, once, through the pacer', async () => {
    const { client, calls, gated } = clientOver(() => ({ RequestId: 'R-7' }));
    expect(await client.write(request)).toEqual({ ok: true, value: { requestId: 'R-7' } });
    expect(calls).toEqual([
      { operation: 'RevokeSecurityGroup', params: { ...request.params, ClientToken: 'token-1' } },
    ]);
    expect(gated).toEqual(['RevokeSecurityGroup']);
  });

  it.each<[string, unknown, object]>([
    ['a refusal', refused('OperationDenied'), { kind: 'rejected', code: 'OperationDenied' }],
    [
      'a rule that is gone',
      refused('InvalidSecurityGroupRule.RuleNotExist'),
      { kind: 'done', code: 'InvalidSecurityGroupRule.RuleNotExist' },
    ],
    ['no RequestId', {}, { kind: 'unknown', code: 'Transport.BadAnswer', httpStatus: 200 }],
    ['HTTP 500', answered({ RequestId: 'R' }, 500), { kind: 'unknown', httpStatus: 500 }],
    ['a proxy', answered({ code: 'Forbidden' }, 403), { kind: 'unknown', httpStatus: 403 }],
    [
      'a lost answer',
      { kind: 'failed', code: 'Transport.Timeout', message: 'late' },
      { kind: 'unknown', code: 'Transport.Timeout', message: 'late' },
    ],
  ])('makes a failure of %s', async (_name, answer, failure) => {
    const { client } = clientOver(() => answer);
    expect(await client.write(request)).toMatchObject({ ok: false, error: failure });
  });

  it('takes parameters for another region for a bug', async () => {
    const { client } = clientOver(() => ({ RequestId: 'R' }));
    await expect(client.write({ ...request, region: 'cn-beijing' })).rejects.toThrow();
  });
});
