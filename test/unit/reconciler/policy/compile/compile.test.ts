import { describe, expect, it } from 'vitest';
import type { DesiredGroup } from '../../../../../reconciler/model/group.ts';
import { compilePolicies } from '../../../../../reconciler/policy/compile/compile.ts';
import { parsePolicyFile, readPolicyFile } from '../../../../../reconciler/policy/read/file.ts';
import { compileTexts, fileWithIngress, problemTexts, ruleText } from '../../../../support/policy-text.ts';

function onlyGroup(yaml: string): DesiredGroup {
  const { groups, problems } = compileTexts({ 'a.yaml': yaml });
  expect(problems).toEqual([]);
  const [group, ...others] = groups;
  if (group === undefined || others.length > 0) throw new Error('one group expected');
  return group;
}

const ingressOf = (...rules: string[]): string[] =>
  (onlyGroup(fileWithIngress(...rules)).rules.ingress ?? []).map(ruleText);

const egressFile = (rule: string): string =>
  `version: 1\ngroups:\n  - {id: sg-a, region: cn-hangzhou, egress: [${rule}]}\n`;

describe('a rule', () => {
  it.each([
    ['a port', '{protocol: tcp, ports: 443, from: 203.0.113.0/24}', ['tcp 443/443 from 203.0.113.0/24']],
    ['a quoted port', '{protocol: tcp, ports: "443", from: ::/0}', ['tcp 443/443 from ::/0']],
    ['a range', '{protocol: udp, ports: 8000-8100, from: ::/0}', ['udp 8000/8100 from ::/0']],
    ["the vendor's range", '{protocol: udp, ports: 8000/8100, from: ::/0}', ['udp 8000/8100 from ::/0']],
    ['all ports', '{protocol: tcp, ports: all, from: ::/0}', ['tcp 1/65535 from ::/0']],
    ['a port list', '{protocol: tcp, portList: prl-a, from: ::/0}', ['tcp prl-a from ::/0']],
    ['no ports', '{protocol: ICMP, from: 10.0.0.0/8}', ['icmp -1/-1 from 10.0.0.0/8']],
    ['a bare address', '{protocol: gre, from: 198.51.100.7}', ['gre -1/-1 from 198.51.100.7/32']],
    [
      'an IPv6 address in another form',
      '{protocol: all, from: "2001:DB8:0:0::1"}',
      ['all -1/-1 from 2001:db8::1/128'],
    ],
    ['a group', '{protocol: all, from: sg-b}', ['all -1/-1 from sg-b']],
    ['a prefix list', '{protocol: all, from: pl-b}', ['all -1/-1 from pl-b']],
    [
      'an own side',
      '{protocol: all, from: ::/0, to: "2001:db8::/32"}',
      ['all -1/-1 from ::/0 own 2001:db8::/32'],
    ],
    [
      'source ports',
      '{protocol: tcp, ports: 1, from: ::/0, sourcePorts: 1024-65535}',
      ['tcp 1/1 from ::/0 source 1024/65535'],
    ],
    [
      'all source ports, which are none',
      '{protocol: tcp, ports: 1, from: ::/0, sourcePorts: all}',
      ['tcp 1/1 from ::/0'],
    ],
    [
      'a drop with a priority',
      '{protocol: all, from: ::/0, action: drop, priority: 100}',
      ['all -1/-1 from ::/0 drop priority 100'],
    ],
    ['a name', '{name: x, protocol: all, from: ::/0}', ['all -1/-1 from ::/0 #x']],
    [
      'every combination of peers and ports',
      '{protocol: tcp, ports: [443, 8000-8100], from: [sg-b, "::/0"]}',
      [
        'tcp 443/443 from sg-b',
        'tcp 8000/8100 from sg-b',
        'tcp 443/443 from ::/0',
        'tcp 8000/8100 from ::/0',
      ],
    ],
  ])('with %s', (_name, rule, expected) => {
    expect(ingressOf(rule)).toEqual(expected);
  });

  it('tells the owner of a group of another account', () => {
    const group = onlyGroup(
      fileWithIngress('{protocol: all, from: [{group: sg-b, ownerId: "1557809237701234"}, {group: sg-c}]}'),
    );
    expect(group.rules.ingress?.map(({ rule }) => rule.peer)).toEqual([
      { kind: 'group', id: 'sg-b', ownerId: '1557809237701234' },
      { kind: 'group', id: 'sg-c', ownerId: null },
    ]);
  });

  it('has its peer in `to` and its own side in `from` in egress', () => {
    const group = onlyGroup(egressFile('{protocol: tcp, ports: 53, to: 192.0.2.53, from: 10.1.0.0/16}'));
    expect(group.rules.egress?.map(ruleText)).toEqual(['tcp 53/53 to 192.0.2.53/32 own 10.1.0.0/16']);
  });

  it('carries what is not part of the rule itself', () => {
    const group = onlyGroup(
      fileWithIngress(
        '{protocol: all, from: ::/0}',
        '{name: x, protocol: gre, from: ::/0, description: d, expires: 2027-01-31T18:00:00Z}',
      ),
    );
    expect(group.rules.ingress).toMatchObject([
      {
        name: null,
        expiresAtMs: null,
        rule: { description: null, nicType: 'intranet' },
        source: { file: 'a.yaml', line: 6, column: 9 },
      },
      {
        name: 'x',
        expiresAtMs: Date.UTC(2027, 0, 31, 18),
        rule: { description: 'd' },
        source: { file: 'a.yaml', line: 7, column: 9 },
      },
    ]);
  });
});

describe('a group', () => {
  it('takes what is not written from the defaults', () => {
    expect(onlyGroup(fileWithIngress('{protocol: all, from: ::/0}'))).toMatchObject({
      account: 'default',
      mode: null,
      alone: false,
      ignore: [],
    });
  });

  it('tells no rules from a direction that is not managed', () => {
    expect(onlyGroup('version: 1\ngroups: [{id: sg-a, region: cn-a, ingress: []}]').rules).toEqual({
      ingress: [],
      egress: null,
    });
  });

  it.each([
    ['id: sg-a', { kind: 'id', id: 'sg-a' }],
    ['name: web', { kind: 'name', name: 'web' }],
    ['tags: {Tier: web, Env: ""}', { kind: 'tags', tags: { Tier: 'web', Env: '' } }],
  ])('is told by %s', (selector, expected) => {
    expect(onlyGroup(`version: 1\ngroups: [{${selector}, region: cn-a, ingress: []}]`).selector).toEqual(
      expected,
    );
  });

  it('keeps its settings and where they stand', () => {
    const yaml =
      'version: 1\ngroups:\n  - {id: sg-a, region: cn-a, account: second, mode: observe, alone: true, ownership: exclusive, ignore: [{description: acs/*}], egress: []}\n';
    expect(onlyGroup(yaml)).toMatchObject({
      account: 'second',
      mode: 'observe',
      alone: true,
      ignore: [{ description: 'acs/*', source: { file: 'a.yaml', line: 3, column: 120 } }],
      source: { file: 'a.yaml', line: 3, column: 5 },
    });
  });

  it('may be there once in each account and region', () => {
    const group = (more: string): string => `  - {id: sg-a, ${more}, ingress: []}\n`;
    const yaml = `version: 1\ngroups:\n${group('region: cn-a')}${group('region: cn-b')}${group('region: cn-a, account: second')}`;
    expect(problemTexts({ 'a.yaml': yaml })).toEqual([]);
  });

  it('may use aliases of YAML, and problems in them are shown where they are written', () => {
    const yaml =
      fileWithIngress('&ssh {protocol: tcp, ports: 22, from: ::/0}') +
      '    egress: [{protocol: tcp, ports: 22, to: *peers}]\n';
    expect(problemTexts({ 'a.yaml': yaml })).toEqual(['7:45 unknown-alias']);
    const shared = 'version: 1\nnetworks: {a: &list [10.0.0.0/8, 10.0.0.1/8], b: *list}\n';
    expect(problemTexts({ 'a.yaml': shared })).toEqual(['2:34 host-bits']);
  });
});

describe('networks and services', () => {
  const NAMES = [
    'version: 1',
    'networks:',
    '  office: [203.0.113.0/24, "2001:db8:10::/48"]',
    '  vpn: 198.51.100.64/27',
    '  staff: [office, vpn, sg-bastion, pl-partners]',
    '  twice: [office, staff]',
    'services:',
    '  web: [tcp/80, tcp/8000-8100]',
    '  mixed: [udp/all, gre]',
    '',
  ].join('\n');

  const ingressWith = (rule: string): string[] => {
    const { groups, problems } = compileTexts({ 'names.yaml': NAMES, 'rules.yaml': fileWithIngress(rule) });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    return (groups[0]?.rules.ingress ?? []).map(ruleText);
  };

  it.each([
    [
      'a network',
      '{protocol: gre, from: office}',
      ['gre -1/-1 from 203.0.113.0/24', 'gre -1/-1 from 2001:db8:10::/48'],
    ],
    [
      'a network of networks, groups and lists',
      '{protocol: gre, from: staff}',
      [
        'gre -1/-1 from 203.0.113.0/24',
        'gre -1/-1 from 2001:db8:10::/48',
        'gre -1/-1 from 198.51.100.64/27',
        'gre -1/-1 from sg-bastion',
        'gre -1/-1 from pl-partners',
      ],
    ],
    [
      'a service',
      '{services: web, from: vpn}',
      ['tcp 80/80 from 198.51.100.64/27', 'tcp 8000/8100 from 198.51.100.64/27'],
    ],
    [
      'services of several protocols',
      '{services: [web, mixed], from: sg-b}',
      ['tcp 80/80 from sg-b', 'tcp 8000/8100 from sg-b', 'udp 1/65535 from sg-b', 'gre -1/-1 from sg-b'],
    ],
  ])('stand for what is in them: %s', (_name, rule, expected) => {
    expect(ingressWith(rule)).toEqual(expected);
  });

  it('are sets: a member that comes in twice is in once', () => {
    expect(ingressWith('{protocol: gre, from: twice}')).toHaveLength(5);
  });

  it('are all in use: no warning', () => {
    const rules = fileWithIngress('{services: [web, mixed], from: twice}');
    expect(problemTexts({ 'names.yaml': NAMES, 'rules.yaml': rules })).toEqual([]);
  });
});

describe('several files', () => {
  const GOOD = 'version: 1\ngroups: [{id: sg-good, region: cn-a, ingress: [{protocol: gre, from: ::/0}]}]\n';
  const SHARED = 'version: 1\nnetworks: {office: 203.0.113.0/24}\nservices: {web: tcp/443}\n';
  const USER =
    'version: 1\ngroups: [{id: sg-user, region: cn-a, ingress: [{services: web, from: office}]}]\n';

  const ids = (texts: Readonly<Record<string, string>>): string[] =>
    compileTexts(texts).groups.map(({ selector }) => (selector.kind === 'id' ? selector.id : selector.kind));

  it('come out in the order in which they are given', () => {
    expect(ids({ 'b.yaml': GOOD, 'shared.yaml': SHARED, 'a.yaml': USER })).toEqual(['sg-good', 'sg-user']);
  });

  it.each([
    ['syntax', 'version: 1\ngroups: [\n'],
    ['shape', 'version: 1\ngroups: [{id: sg-bad, region: cn-a, ingres: []}]\n'],
    [
      'a value',
      'version: 1\ngroups: [{id: sg-bad, region: cn-a, ingress: [{protocol: gre, from: 1.2.3.4/5}]}]\n',
    ],
    ['a name', 'version: 1\ngroups: [{id: sg-bad, region: cn-a, ingress: [{protocol: gre, from: x}]}]\n'],
    ['nothing at all', ''],
  ])('one with an error in its %s stops only itself', (_name, bad) => {
    const compiled = compileTexts({ 'bad.yaml': bad, 'good.yaml': GOOD });
    expect([...compiled.badFiles]).toEqual(['bad.yaml']);
    expect(ids({ 'bad.yaml': bad, 'good.yaml': GOOD })).toEqual(['sg-good']);
  });

  it('that use a name from a bad file wait until it is mended', () => {
    const shared = `${SHARED}groups: [{id: sg-x, region: cn-a, mode: no, ingress: []}]\n`;
    expect(problemTexts({ 'a.yaml': USER, 'good.yaml': GOOD, 'shared.yaml': shared })).toEqual([
      '2:59 defined-in-bad-file',
      '2:70 defined-in-bad-file',
      'shared.yaml:4:41 unknown-value',
    ]);
    expect(ids({ 'a.yaml': USER, 'good.yaml': GOOD, 'shared.yaml': shared })).toEqual(['sg-good']);
  });

  it.each([
    ['cannot be parsed', `${SHARED}groups: [`, '2:59 defined-in-bad-file', '2:70 defined-in-bad-file'],
    [
      'has the definition itself wrong',
      'version: 1\nnetworks: {office: 1.2.3.4/5}\nservices: {web: tcp/443}\n',
      '2:59 defined-in-bad-file',
      '2:70 defined-in-bad-file',
    ],
    ['is not there', 'version: 1\ngroups: []\n', '2:59 unknown-service', '2:70 unknown-network'],
  ])('that use a name from a file that %s', (_name, shared, ...problems) => {
    const all = problemTexts({ 'a.yaml': USER, 'shared.yaml': shared });
    expect(all.filter((problem) => !problem.startsWith('shared.yaml'))).toEqual(problems);
  });

  it('say which file is in the way, or may be', () => {
    const messages = (shared: string): string[] =>
      compileTexts({ 'a.yaml': USER, 'shared.yaml': shared })
        .problems.filter(({ file }) => file === 'a.yaml')
        .map(({ message }) => message);
    expect(messages(`${SHARED}groups: [`)[0]).toBe(
      'the service "web" is defined in shared.yaml, which has errors',
    );
    expect(messages('{{{')[0]).toBe(
      'the service "web" is not defined, unless in shared.yaml, which cannot be read',
    );
  });

  it('pass badness on along names, and no further', () => {
    const texts = {
      'a.yaml': 'version: 1\nnetworks: {a: 10.0.0.1/8}\n',
      'b.yaml': 'version: 1\nnetworks: {b: a}\n',
      'c.yaml': 'version: 1\ngroups: [{id: sg-c, region: cn-a, ingress: [{protocol: gre, from: b}]}]\n',
      'd.yaml': GOOD,
    };
    const { badFiles, groups } = compileTexts(texts);
    expect([...badFiles]).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
    expect(groups).toHaveLength(1);
  });

  it('that define a name twice are both wrong, and so are their users', () => {
    const other = 'version: 1\nnetworks: {office: 198.51.100.0/24}\n';
    expect(problemTexts({ 'a.yaml': USER, 'b.yaml': other, 'shared.yaml': SHARED })).toEqual([
      '2:59 defined-in-bad-file',
      '2:70 defined-in-bad-file',
      'b.yaml:2:12 defined-twice',
      'shared.yaml:2:12 defined-twice',
    ]);
  });

  it('that declare a group twice are both wrong', () => {
    const { problems, groups } = compileTexts({ 'a.yaml': GOOD, 'b.yaml': GOOD });
    expect(problems.map(({ file, message }) => [file, message])).toEqual([
      ['a.yaml', 'this group is also declared at b.yaml:2:10'],
      ['b.yaml', 'this group is also declared at a.yaml:2:10'],
    ]);
    expect(groups).toEqual([]);
  });

  it('may define names in a circle of files: the circle is found once', () => {
    const texts = { 'a.yaml': 'version: 1\nnetworks: {a: b}\n', 'b.yaml': 'version: 1\nnetworks: {b: a}\n' };
    expect(problemTexts(texts)).toEqual(['2:15 defined-in-bad-file', 'b.yaml:2:15 network-cycle']);
  });

  it('keep their other problems when bytes of one cannot be read', () => {
    const files = [
      readPolicyFile('a.yaml', new Uint8Array([0xff, 0xfe])),
      parsePolicyFile({
        path: 'b.yaml',
        text: 'version: 1\ngroups: [{id: sg-b, region: cn-a, ingress: [{protocol: gre, from: x}]}]\n',
      }),
      parsePolicyFile({ path: 'c.yaml', text: GOOD }),
    ];
    const { groups, problems } = compilePolicies(files, { accounts: ['default'] });
    expect(problems.map(({ file, code }) => `${file} ${code}`)).toEqual([
      'a.yaml not-utf8',
      'b.yaml unknown-network',
    ]);
    expect(groups).toHaveLength(1);
  });

  it('warn of unused names only when every file could be read', () => {
    expect(problemTexts({ 'a.yaml': SHARED })).toEqual(['2:12 unused', '3:12 unused']);
    expect(problemTexts({ 'a.yaml': SHARED, 'b.yaml': '' })).toEqual(['b.yaml:1:1 empty-file']);
  });
});

describe('a warning', () => {
  it('makes no file bad', () => {
    const yaml = 'version: 1\nnetworks: {a: ::/0}\ngroups: [{id: sg-a, region: cn-a, ingress: []}]\n';
    const { groups, badFiles, problems } = compileTexts({ 'a.yaml': yaml });
    expect([groups.length, badFiles.size, problems[0]?.severity]).toEqual([1, 0, 'warning']);
  });
});

describe('the names of a policy', () => {
  const file = (ingress: string): string =>
    `${fileWithIngress(ingress)}networks: {vpn: 198.51.100.0/27, staff: [vpn, 203.0.113.0/24]}\n` +
    'services: {web: [tcp/80, tcp/443]}\n';

  it('stay with each rule that they stand for, with the number of their members', () => {
    const { ingress } = onlyGroup(file('{services: web, from: [staff, sg-b]}')).rules;
    const web = { name: 'web', size: 2 };
    const staff = { name: 'staff', size: 2 };
    expect(ingress?.map((desired) => [ruleText(desired), desired.words])).toEqual([
      ['tcp 80/80 from 198.51.100.0/27', { network: staff, service: web }],
      ['tcp 443/443 from 198.51.100.0/27', { network: staff, service: web }],
      ['tcp 80/80 from 203.0.113.0/24', { network: staff, service: web }],
      ['tcp 443/443 from 203.0.113.0/24', { network: staff, service: web }],
      ['tcp 80/80 from sg-b', { network: null, service: web }],
      ['tcp 443/443 from sg-b', { network: null, service: web }],
    ]);
  });

  it('are absent where a rule is written out', () => {
    const { ingress } = onlyGroup(fileWithIngress('{protocol: tcp, ports: 80, from: sg-b}')).rules;
    expect(ingress?.map((desired) => 'words' in desired)).toEqual([false]);
  });
});
