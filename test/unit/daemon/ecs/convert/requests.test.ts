import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { stepRequest } from '../../../../../daemon/ecs/convert/requests.ts';
import type { DescribedRule, DesiredRule } from '../../../../../reconciler/model/group.ts';
import type { Peer } from '../../../../../reconciler/model/peer.ts';
import { parsePrefix } from '../../../../../reconciler/model/prefix.ts';
import { makeRule, type Direction, type Rule } from '../../../../../reconciler/model/rule.ts';
import type { Step } from '../../../../../reconciler/plan/plan.ts';

const GROUP = { account: 'main', region: 'cn-hangzhou', id: 'sg-1' };
const TARGET = { RegionId: 'cn-hangzhou', SecurityGroupId: 'sg-1' };

const prefix = (text: string) => {
  const result = parsePrefix(text, 'refuse');
  if (!result.ok) expect.fail(result.error.message);
  return result.value;
};

const makeTestRule = (changes: Partial<Rule>): Rule => {
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
  const rule = makeRule(fields, 'described');
  if (!rule.ok) expect.fail(rule.error.map((problem) => problem.message).join());
  return rule.value;
};

const desired = (changes: Partial<Rule> = {}): DesiredRule => ({
  rule: makeTestRule(changes),
  name: null,
  expiresAtMs: null,
  source: { file: 'a.yaml', line: 1, column: 1 },
});

const described = (changes: Partial<Rule> = {}, id: string | null = 'sgr-1'): DescribedRule => ({
  rule: makeTestRule(changes),
  id,
  selector: { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '203.0.113.9/24', Policy: 'Accept' },
});

const authorize = (rules: readonly DesiredRule[], direction: Direction = 'ingress'): Step => ({
  kind: 'authorize',
  direction,
  checkpoint: false,
  rules,
});
const revoke = (targets: readonly DescribedRule[], direction: Direction = 'ingress'): Step => ({
  kind: 'revoke',
  direction,
  checkpoint: false,
  targets,
});
const modify = (target: DescribedRule, to: DesiredRule, direction: Direction = 'ingress'): Step => ({
  kind: 'modify',
  direction,
  checkpoint: false,
  target,
  to,
});

const paramsOf = (step: Step) => stepRequest(GROUP, step, 'current').params;

describe('operations', () => {
  const egress = { direction: 'egress' } as const;
  it.each<[string, Step]>([
    ['AuthorizeSecurityGroup', authorize([desired()])],
    ['AuthorizeSecurityGroupEgress', authorize([desired(egress)], 'egress')],
    ['ModifySecurityGroupRule', modify(described(), desired({ priority: 2 }))],
    ['ModifySecurityGroupEgressRule', modify(described(egress), desired(egress), 'egress')],
    ['RevokeSecurityGroup', revoke([described()])],
    ['RevokeSecurityGroupEgress', revoke([described(egress)], 'egress')],
  ])('operations: %s', (operation, step) => {
    for (const level of ['current', 'legacy2019'] as const) {
      expect(stepRequest(GROUP, step, level).operation).toBe(operation);
    }
  });
});

describe('today’s API', () => {
  it('authorizes a batch with numbered permissions', () => {
    const rules = [
      desired({ description: 'HTTPS' }),
      desired({ peer: prefix('::/0'), action: 'drop', priority: 100 }),
    ];
    expect(paramsOf(authorize(rules))).toEqual({
      ...TARGET,
      'Permissions.1.IpProtocol': 'tcp',
      'Permissions.1.PortRange': '443/443',
      'Permissions.1.SourceCidrIp': '203.0.113.0/24',
      'Permissions.1.Policy': 'accept',
      'Permissions.1.Priority': '1',
      'Permissions.1.NicType': 'intranet',
      'Permissions.1.Description': 'HTTPS',
      'Permissions.2.IpProtocol': 'tcp',
      'Permissions.2.PortRange': '443/443',
      'Permissions.2.Ipv6SourceCidrIp': '::/0',
      'Permissions.2.Policy': 'drop',
      'Permissions.2.Priority': '100',
      'Permissions.2.NicType': 'intranet',
    });
  });

  it('revokes by ids', () => {
    expect(paramsOf(revoke([described({}, 'sgr-1'), described({}, 'sgr-2')]))).toEqual({
      ...TARGET,
      'SecurityGroupRuleId.1': 'sgr-1',
      'SecurityGroupRuleId.2': 'sgr-2',
    });
  });

  it('modifies by id with all fields, and keeps the description that a policy leaves alone', () => {
    const step = modify(described({ description: 'as it was' }), desired({ priority: 7 }));
    expect(paramsOf(step)).toEqual({
      ...TARGET,
      SecurityGroupRuleId: 'sgr-1',
      IpProtocol: 'tcp',
      PortRange: '443/443',
      SourceCidrIp: '203.0.113.0/24',
      Policy: 'accept',
      Priority: '7',
      NicType: 'intranet',
      Description: 'as it was',
    });
  });

  it('modifies to the description of the policy, if it has one', () => {
    const step = modify(described({ description: 'as it was' }), desired({ description: 'new' }));
    expect(paramsOf(step)).toMatchObject({ Description: 'new' });
  });

  it.each<[string, Partial<Rule>, Record<string, string>]>([
    ['IPv4 host', { peer: prefix('203.0.113.7') }, { SourceCidrIp: '203.0.113.7/32' }],
    ['IPv6', { peer: prefix('2001:DB8:0::/32') }, { Ipv6SourceCidrIp: '2001:db8::/32' }],
    ['group', { peer: { kind: 'group', id: 'sg-2', ownerId: null } }, { SourceGroupId: 'sg-2' }],
    [
      'group of another account',
      { peer: { kind: 'group', id: 'sg-2', ownerId: '1557809237701234' } },
      { SourceGroupId: 'sg-2', SourceGroupOwnerId: '1557809237701234' },
    ],
    [
      'group of a login name',
      { peer: { kind: 'group', id: 'sg-2', ownerId: 'someone@example.com' } },
      { SourceGroupId: 'sg-2', SourceGroupOwnerAccount: 'someone@example.com' },
    ],
    ['prefix list', { peer: { kind: 'prefixList', id: 'pl-1' } }, { SourcePrefixListId: 'pl-1' }],
  ])('names the peer: %s', (_name, changes, expected) => {
    const params = paramsOf(modify(described(changes), desired(changes)));
    expect(
      Object.fromEntries(Object.entries(params).filter(([key]) => /^(Ipv6)?(Source|Dest)/.test(key))),
    ).toEqual(expected);
  });

  it('names peer and own side the other way round on egress', () => {
    const changes = { direction: 'egress', peer: prefix('192.0.2.0/24'), own: prefix('10.0.0.0/8') } as const;
    expect(paramsOf(authorize([desired(changes)], 'egress'))).toMatchObject({
      'Permissions.1.DestCidrIp': '192.0.2.0/24',
      'Permissions.1.SourceCidrIp': '10.0.0.0/8',
    });
    const ipv6 = { direction: 'egress', peer: prefix('::/0'), own: prefix('2001:db8::1') } as const;
    expect(paramsOf(authorize([desired(ipv6)], 'egress'))).toMatchObject({
      'Permissions.1.Ipv6DestCidrIp': '::/0',
      'Permissions.1.Ipv6SourceCidrIp': '2001:db8::1/128',
    });
  });

  it.each<[string, Partial<Rule>, Record<string, string>, readonly string[]]>([
    [
      'no ports',
      { protocol: 'icmp', ports: { kind: 'none' } },
      { IpProtocol: 'icmp', PortRange: '-1/-1' },
      ['SourcePortRange'],
    ],
    ['a port list', { ports: { kind: 'list', id: 'prl-1' } }, { PortRangeListId: 'prl-1' }, ['PortRange']],
    ['source ports', { sourcePorts: { first: 1024, last: 65535 } }, { SourcePortRange: '1024/65535' }, []],
    [
      'a protocol number',
      { protocol: '132', ports: { kind: 'none' } },
      { IpProtocol: '132', PortRange: '-1/-1' },
      [],
    ],
    ['classic internet', { nicType: 'internet' }, { NicType: 'internet' }, []],
  ])('names ports and protocol: %s', (_name, changes, expected, absent) => {
    const params = paramsOf(modify(described(changes), desired(changes)));
    expect(params).toMatchObject(expected);
    for (const key of absent) expect(params).not.toHaveProperty(key);
  });

  it('keeps the owner of a group that the policy names without one', () => {
    const group = (ownerId: string | null): Peer => ({ kind: 'group', id: 'sg-2', ownerId });
    const step = modify(described({ peer: group('42') }), desired({ peer: group(null), priority: 3 }));
    expect(paramsOf(step)).toMatchObject({ SourceGroupId: 'sg-2', SourceGroupOwnerId: '42' });
    const other = modify(
      described({ peer: group('42') }),
      desired({ peer: { ...group(null), id: 'sg-3' } as Peer }),
    );
    expect(paramsOf(other)).not.toHaveProperty('SourceGroupOwnerId');
  });

  it('gives equal steps equal parameters in equal order', () => {
    const step = () => authorize([desired({ description: 'a' }), desired({ priority: 9 })]);
    expect(JSON.stringify(paramsOf(step()))).toBe(JSON.stringify(paramsOf(step())));
  });

  it.each<[string, Step]>([
    ['an empty batch', authorize([])],
    ['too big a batch', authorize(Array.from({ length: 101 }, () => desired()))],
    ['too many revocations', revoke(Array.from({ length: 101 }, () => described()))],
    ['a revocation without id', revoke([described({}, null)])],
    ['a modify without id', modify(described({}, null), desired())],
  ])('takes %s for a bug', (_name, step) => {
    expect(() => paramsOf(step)).toThrow();
  });

  it('takes 100 rules in one call', () => {
    const rules = Array.from({ length: 100 }, (_, index) => desired({ priority: index + 1 }));
    expect(paramsOf(authorize(rules))['Permissions.100.Priority']).toBe('100');
  });
});

describe('the API of 2019', () => {
  const legacy = (step: Step) => stepRequest(GROUP, step, 'legacy2019').params;
  const target = described({ description: 'old' }, null);

  it('authorizes one rule, flat', () => {
    expect(legacy(authorize([desired({ description: 'x' })]))).toEqual({
      ...TARGET,
      IpProtocol: 'tcp',
      PortRange: '443/443',
      SourceCidrIp: '203.0.113.0/24',
      Policy: 'accept',
      Priority: '1',
      NicType: 'intranet',
      Description: 'x',
    });
  });

  it('revokes one rule by the vendor’s own texts of it', () => {
    expect(legacy(revoke([target]))).toEqual({ ...TARGET, ...target.selector });
  });

  it('modifies the description of the rule that those texts name', () => {
    expect(legacy(modify(target, desired({ description: 'new' })))).toEqual({
      ...TARGET,
      ...target.selector,
      Description: 'new',
    });
  });

  it('modifies the priority, for endpoints that can', () => {
    expect(legacy(modify(target, desired({ priority: 5 })))).toEqual({
      ...TARGET,
      ...target.selector,
      Priority: '5',
      Description: 'old',
    });
  });

  it.each<[string, Step]>([
    ['two rules to authorize', authorize([desired(), desired({ priority: 2 })])],
    ['two rules to revoke', revoke([target, target])],
    ['a modify of ports', modify(target, desired({ ports: { kind: 'range', first: 1, last: 2 } }))],
    ['a modify of the action', modify(target, desired({ action: 'drop' }))],
  ])('takes %s for a bug', (_name, step) => {
    expect(() => legacy(step)).toThrow();
  });
});

describe('against the official SDK', () => {
  interface Model {
    names(): Record<string, string>;
  }
  const sdk = createRequire(import.meta.url)('@alicloud/ecs20140526') as Record<string, Model>;
  const namesIn = (model: string): string[] => Object.values(sdk[model]!.names());

  const everything: Array<Partial<Rule>> = [
    { description: 'x', sourcePorts: { first: 1, last: 2 }, own: prefix('10.0.0.0/8') },
    { peer: prefix('::/0'), own: prefix('2001:db8::/32'), ports: { kind: 'list', id: 'prl-1' } },
    { peer: { kind: 'group', id: 'sg-2', ownerId: '42' } },
    { peer: { kind: 'group', id: 'sg-2', ownerId: 'login' } },
    { peer: { kind: 'prefixList', id: 'pl-1' } },
  ];

  it.each(['ingress', 'egress'] as const)('every parameter of every %s call exists', (direction) => {
    const egress = direction === 'egress' ? 'Egress' : '';
    const rules = everything.map((changes) => ({ direction, ...changes }));
    for (const changes of rules) {
      const step = modify(described(changes), desired(changes), direction);
      for (const key of Object.keys(paramsOf(step))) {
        expect(namesIn(`ModifySecurityGroup${egress}RuleRequest`)).toContain(key);
      }
    }
    const batch = paramsOf(
      authorize(
        rules.map((changes) => desired(changes)),
        direction,
      ),
    );
    for (const key of Object.keys(batch)) {
      const [name, index, field] = key.split('.');
      if (index === undefined) expect(namesIn(`AuthorizeSecurityGroup${egress}Request`)).toContain(name);
      else expect(namesIn(`AuthorizeSecurityGroup${egress}RequestPermissions`)).toContain(field);
    }
    const revoked = paramsOf(revoke([described({ direction })], direction));
    for (const key of Object.keys(revoked)) {
      expect(namesIn(`RevokeSecurityGroup${egress}Request`)).toContain(key.split('.')[0]);
    }
  });
});
