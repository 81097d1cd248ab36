// Answers as the vendor gives them: groups of both networks, all kinds of rules, pages, refusals, and what is no answer.
const RULES = [
  {
    IpProtocol: 'TCP',
    PortRange: '443/443',
    SourceCidrIp: '198.51.100.0/24',
    Policy: 'Accept',
    Priority: 1,
    Direction: 'ingress',
  },
  {
    IpProtocol: 'UDP',
    PortRange: '1/65535',
    Ipv6SourceCidrIp: '2001:db8::/32',
    Policy: 'Drop',
    Priority: '100',
    Direction: 'ingress',
  },
  {
    IpProtocol: 'ICMP',
    PortRange: '-1/-1',
    SourceGroupId: 'sg-bp1lb',
    SourceGroupOwnerAccount: '1234567890123456',
    Policy: 'Accept',
    Priority: 5,
    Direction: 'ingress',
  },
  {
    IpProtocol: 'ALL',
    PortRange: '-1/-1',
    DestCidrIp: '0.0.0.0/0',
    SourceCidrIp: '10.0.0.7',
    Policy: 'Accept',
    Priority: 1,
    Direction: 'egress',
  },
  {
    IpProtocol: 'TCP',
    PortRange: '',
    PortRangeListId: 'prl-1',
    DestPrefixListId: 'pl-1',
    Policy: 'Accept',
    Priority: 1,
    Direction: 'egress',
  },
  {
    IpProtocol: 'ICMPv6',
    PortRange: '-1/-1',
    Ipv6DestCidrIp: '::/0',
    Ipv6SourceCidrIp: 'fc00::1/7',
    Policy: 'drop',
    Priority: 1,
    Direction: 'egress',
  },
  {
    IpProtocol: '132',
    PortRange: '-1/-1',
    SourceCidrIp: '10.1.2.3/8',
    Policy: 'Accept',
    Priority: 110,
    Direction: 'ingress',
  },
  {
    IpProtocol: 'TCP',
    PortRange: '22/22',
    SourcePortRange: '1024/65535',
    DestCidrIp: '10.0.0.0/8',
    SourceCidrIp: '192.0.2.1/32',
    Policy: 'Accept',
    Priority: 1,
    Direction: 'ingress',
    Schedule: 'nightly',
  },
].map((rule, at) => ({
  SecurityGroupRuleId: `sgr-${at}`,
  NicType: 'intranet',
  Description: `rule ${at}`,
  CreateTime: '2026-01-01T00:00:00Z',
  ...rule,
}));

const head = (fields: object = {}) => ({
  status: 200,
  retryAfter: '',
  body: {
    RequestId: '00000000-0000-0000-0000-000000000001',
    TotalCount: 1,
    NextToken: '',
    SecurityGroups: {
      SecurityGroup: [
        {
          SecurityGroupId: 'sg-bp1web',
          SecurityGroupName: 'web',
          VpcId: 'vpc-1',
          SecurityGroupType: 'normal',
          ServiceManaged: false,
          RuleCount: 3,
          Tags: { Tag: [{ TagKey: 'Tier', TagValue: 'web' }] },
          ...fields,
        },
      ],
    },
  },
});

const page = (rules: readonly object[], NextToken = '') => ({
  status: 200,
  retryAfter: '',
  body: {
    RequestId: '00000000-0000-0000-0000-000000000002',
    SecurityGroupId: 'sg-bp1web',
    VpcId: 'vpc-1',
    InnerAccessPolicy: 'Accept',
    NextToken,
    Permissions: { Permission: rules },
  },
});

const refusal = (status: number, Code: string, retryAfter = '') => ({
  status,
  retryAfter,
  body: {
    RequestId: 'r',
    HostId: 'ecs.aliyuncs.com',
    Code,
    Message: 'The string to sign is: POST&%2F',
    Recommend: 'https://api.alibabacloud.com/',
  },
});

interface SeedAnswers {
  readonly head: object;
  readonly pages: readonly object[];
}

export function answerSeeds(): SeedAnswers[] {
  const withoutIds = RULES.map((rule) => ({ ...rule, SecurityGroupRuleId: '' }));
  const good: SeedAnswers[] = [
    { head: head(), pages: [page(RULES)] },
    ...RULES.map((rule) => ({ head: head(), pages: [page([rule])] })),
    { head: head(), pages: [page(RULES.slice(0, 2), 'token-1'), page(RULES.slice(2))] },
    { head: head({ VpcId: '' }), pages: [page(RULES.slice(0, 1)), page(RULES.slice(6, 7))] },
    { head: head({ SecurityGroupType: 'enterprise' }), pages: [page([])] },
    { head: head(), pages: [page(withoutIds)] },
  ];
  return [
    ...good,
    // As the texts that they are sent as, so that these are changed byte by byte.
    ...good.slice(0, 3).map(({ head: first, pages }) => ({ head: first, pages: pages.map(asText) })),
    { head: refusal(400, 'Throttling.User', '2000'), pages: [] },
    { head: refusal(403, 'SignatureDoesNotMatch'), pages: [] },
    { head: head(), pages: [refusal(404, 'InvalidSecurityGroupId.NotFound'), head()] },
    { head: head(), pages: [{ status: 502, retryAfter: '', body: '<html>Bad Gateway</html>' }] },
    { head: { status: 200, retryAfter: '', body: 'null' }, pages: [] },
  ];
}

const asText = (answer: object): object => ({
  ...answer,
  body: JSON.stringify('body' in answer ? answer.body : null),
});

export const ANSWER_WORDS: readonly string[] = [
  ...[
    'SourcePrefixListId',
    'PortRangeListName',
    'DestGroupId',
    'Ipv6DestCidrIp',
    'AccessDeniedDetail',
    'AuthAction',
  ],
  ...[
    'internet',
    '__proto__',
    'constructor',
    'toJSON',
    '::ffff:10.0.0.1',
    '10.0.0.0/33',
    '65536/65536',
    '22/21',
    'GRE',
  ],
];
