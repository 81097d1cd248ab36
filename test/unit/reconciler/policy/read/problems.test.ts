// One row for each kind of problem, with the exact place where it is reported.
import { describe, expect, it } from 'vitest';
import { compileTexts, fileWithIngress, problemTexts } from '../../../../support/policy-text.ts';

type Row = readonly [name: string, yaml: string, ...problems: string[]];

const HEAD = 'version: 1\n';
const GROUP = `${HEAD}groups:\n  - id: sg-a\n    region: cn-hangzhou\n`;

/** A rule in flow style: its brace stands in column 9, so its keys begin in column 10. */
const rule = (text: string): string => fileWithIngress(`{${text}}`);

const YAML_ROWS: readonly Row[] = [
  ['an empty file', '', '1:1 empty-file'],
  ['a file of comments', '# nothing\n', '1:1 empty-file'],
  ['an empty document', '---\n', '1:4 empty-file'],
  ['a version only', HEAD, '1:1 empty-file'],
  ['an explicit nothing', `${HEAD}groups: []\n`],
  ['a byte order mark inside', `\u{FEFF}${HEAD}groups: []\n`],
  ['Windows line ends', GROUP.replaceAll('\n', '\r\n') + '    ingres: []\r\n', '5:5 unknown-key'],
  ['an open list', `${HEAD}groups: [\n`, '3:1 yaml-syntax'],
  ['a tab as indent', `${HEAD}groups:\n\t- id: sg-a\n`, '3:1 indentation'],
  ['a second document', `${HEAD}groups: []\n---\nversion: 1\n`, '3:1 several-documents'],
  ['a directive', `%YAML 1.1\n---\n${HEAD}groups: []\n`, '1:1 yaml-directive'],
  ['a custom tag', `${HEAD}groups: !secret []\n`, '2:9 yaml-syntax'],
  ['a core tag', `${HEAD}groups: !!seq []\n`, '2:15 yaml-tag'],
  ['a tagged scalar', 'version: !!int 1\ngroups: []\n', '1:16 yaml-tag'],
  ['a merge key', `${GROUP}    ingress: []\n    <<: {mode: observe}\n`, '6:5 merge-key'],
  ['an alias without an anchor', `${HEAD}groups: *groups\n`, '2:9 unknown-alias'],
  ['an alias within its anchor', `${HEAD}groups: &g [*g]\n`, '2:13 unknown-alias'],
  ['a key twice', `${HEAD}groups: []\nversion: 1\n`, '3:1 duplicate-key'],
  ['a key twice in a flow mapping', rule('protocol: all, from: ::/0, from: ::/0'), '6:37 duplicate-key'],
  ['a list as a key', `${HEAD}? [a]\n: 1\n`, '2:3 yaml-syntax'],
  ['a prototype as a key', `${HEAD}networks: {__proto__: ::/0}\n`, '2:12 unknown-key'],
  ['a deep file', `${HEAD}a: ${'['.repeat(30)}${']'.repeat(30)}\n`, '2:28 too-deep'],
  ['an octal-looking port', rule('protocol: tcp, ports: 0443, from: ::/0'), '6:32 number-form'],
  ['a port in a float notation', rule('protocol: tcp, ports: 1e3, from: ::/0'), '6:32 number-form'],
  ['a port in octal', rule('protocol: tcp, ports: 0o17, from: ::/0'), '6:32 number-form'],
  ['a port in hexadecimal', rule('protocol: tcp, ports: [0x1F], from: ::/0'), '6:33 number-form'],
  ['a signed port', rule('protocol: tcp, ports: +80, from: ::/0'), '6:32 number-form'],
  ['infinity', rule('protocol: tcp, ports: .inf, from: ::/0'), '6:32 number-form'],
  [
    'an unquoted address that ends in a colon',
    rule('protocol: all, from: [2001:db8::]'),
    '6:32 unquoted-address',
  ],
];

const SHAPE_ROWS: readonly Row[] = [
  ['a text instead of a mapping', 'hello\n', '1:1 wrong-type'],
  ['a list instead of a mapping', '- version: 1\n', '1:1 wrong-type'],
  ['no version', 'groups: []\n', '1:1 missing-key'],
  ['another version', 'version: 2\ngroups: []\n', '1:10 unknown-value'],
  ['a quoted version', 'version: "1"\ngroups: []\n', '1:10 unknown-value'],
  ['an unknown key at the top', `${HEAD}group: []\ngroups: []\n`, '2:1 unknown-key'],
  ['an unknown key in a group', `${GROUP}    regoin: x\n    ingress: []\n`, '5:5 unknown-key'],
  ['an unknown key in a rule', rule('protocol: all, form: ::/0, from: ::/0'), '6:25 unknown-key'],
  ['an unknown key in a peer', rule('protocol: all, from: {group: sg-b, owner: "1"}'), '6:45 unknown-key'],
  ['a group that is null', `${HEAD}groups:\n  -\n`, '3:4 no-value'],
  ['a group without a region', `${HEAD}groups:\n  - id: sg-a\n    ingress: []\n`, '3:5 missing-key'],
  [
    'a group without a selector',
    `${HEAD}groups:\n  - region: cn-hangzhou\n    ingress: []\n`,
    '3:5 group-selector',
  ],
  ['a group with two selectors', `${GROUP}    name: web\n    ingress: []\n`, '3:5 group-selector'],
  [
    'a group without tags',
    `${HEAD}groups:\n  - {region: cn-hangzhou, tags: {}, ingress: []}\n`,
    '3:33 tag-count',
  ],
  ['a group that names no direction', GROUP, '3:5 no-direction'],
  ['a direction without a value', `${GROUP}    ingress:\n`, '5:5 no-value'],
  ['a bad group id', `${HEAD}groups:\n  - {id: SG-A, region: cn-hangzhou, ingress: []}\n`, '3:10 bad-id'],
  ['a bad region', `${HEAD}groups:\n  - {id: sg-a, region: Hangzhou, ingress: []}\n`, '3:24 bad-region'],
  ['a text instead of yes or no', `${GROUP}    alone: maybe\n    ingress: []\n`, '5:12 wrong-type'],
  ['an unquoted account', `${GROUP}    account: 15578\n    ingress: []\n`, '5:14 wrong-type'],
  ['an unquoted owner', rule('protocol: all, from: {group: sg-b, ownerId: 15578}'), '6:54 wrong-type'],
  [
    'an owner that is no number',
    rule('protocol: all, from: {group: sg-b, ownerId: me}'),
    '6:54 bad-account-id',
  ],
  ['an owner without a group', rule('protocol: all, from: {ownerId: "1"}'), '6:25 missing-key'],
  ['an unknown mode', `${GROUP}    mode: enforced\n    ingress: []\n`, '5:11 unknown-value'],
  ['an unknown ownership', `${GROUP}    ownership: ours\n    ingress: []\n`, '5:16 unknown-value'],
  ['an ignore pattern of nothing', `${GROUP}    ignore: [{}]\n    ingress: []\n`, '5:14 ignore-empty'],
  [
    'an ignore pattern with ports for a protocol that has none',
    `${GROUP}    ignore: [{protocol: icmp, ports: 80}]\n    ingress: []\n`,
    '5:14 ports-not-allowed',
  ],
  [
    'an ignore pattern with a network that is not defined',
    `${GROUP}    ignore: [{protocol: tcp, peer: offfice}]\n    ingress: []\n`,
    '5:36 unknown-network',
  ],
  [
    'an empty ignore pattern',
    `${GROUP}    ignore: [{description: ""}]\n    ingress: []\n`,
    '5:28 out-of-range',
  ],
  ['a rule that is a text', fileWithIngress('web'), '6:9 wrong-type'],
  ['a rule without a peer', rule('protocol: all'), '6:9 missing-key'],
  ['a peer without a value', rule('protocol: all, from: '), '6:25 no-value'],
  ['a peer that is a number', rule('protocol: all, from: 10'), '6:31 wrong-type'],
  ['a peer that is a decimal number', rule('protocol: all, from: 10.0'), '6:31 number-form'],
  ['an empty list of peers', rule('protocol: all, from: []'), '6:31 empty-list'],
  ['a list within a list', rule('protocol: all, from: [[sg-b]]'), '6:32 wrong-type'],
  ['neither protocol nor services', rule('from: ::/0'), '6:9 protocol-or-services'],
  [
    'both protocol and services',
    rule('protocol: tcp, services: web, from: ::/0'),
    '6:9 protocol-or-services',
    '6:35 unknown-service',
  ],
  [
    'ports and a port list',
    rule('protocol: tcp, ports: 1, portList: prl-a, from: ::/0'),
    '6:9 ports-and-port-list',
  ],
  [
    'services and ports',
    rule('services: web, ports: 1, from: ::/0'),
    '6:9 services-and-ports',
    '6:20 unknown-service',
  ],
  ['an unknown action', rule('protocol: all, action: Accept, from: ::/0'), '6:33 unknown-value'],
  ['the action of another product', rule('protocol: all, action: allow, from: ::/0'), '6:33 unknown-value'],
  ['priority 0', rule('protocol: all, priority: 0, from: ::/0'), '6:35 out-of-range'],
  ['priority 101', rule('protocol: all, priority: 101, from: ::/0'), '6:35 out-of-range'],
  ['a quoted priority', rule('protocol: all, priority: "1", from: ::/0'), '6:35 wrong-type'],
  ['an unknown nic type', rule('protocol: all, nicType: vpc, from: ::/0'), '6:34 unknown-value'],
  ['an empty name', rule('protocol: all, name: "", from: ::/0'), '6:31 out-of-range'],
  [
    'a description that reads as a number',
    rule('protocol: all, description: 42, from: ::/0'),
    '6:38 wrong-type',
  ],
  [
    'a description that reads as a boolean',
    rule('protocol: all, description: true, from: ::/0'),
    '6:38 wrong-type',
  ],
  ['a description without a value', rule('protocol: all, description: , from: ::/0'), '6:25 no-value'],
  ['a date without a time', rule('protocol: all, expires: 2027-01-31, from: ::/0'), '6:34 bad-instant'],
  ['a network with a bad name', `${HEAD}networks: {sg-x: ::/0}\n`, '2:12 bad-name'],
  ['a network with an empty list', `${HEAD}networks: {x: []}\n`, '2:15 empty-list'],
  ['a network without a value', `${HEAD}networks:\n  x:\n`, '3:3 no-value'],
  ['a service with a bad entry', `${HEAD}services: {x: [tcp/80, tcp]}\n`, '2:24 bad-service'],
  ['a service of an unknown protocol', `${HEAD}services: {x: sctp/80}\n`, '2:15 unknown-protocol'],
  ['a service with ports that cannot be', `${HEAD}services: {x: icmp/8}\n`, '2:15 ports-not-allowed'],
  ['a service that is no name', rule('services: tcp/80, from: ::/0'), '6:20 bad-name'],
];

const VALUE_ROWS: readonly Row[] = [
  ['an unknown protocol', rule('protocol: tpc, ports: 1, from: ::/0'), '6:20 unknown-protocol'],
  ['tcp without ports', rule('protocol: tcp, from: ::/0'), '6:20 ports-missing'],
  ['icmp with ports', rule('protocol: icmp, ports: 8, from: 0.0.0.0/0'), '6:33 ports-not-allowed'],
  ['port 0', rule('protocol: tcp, ports: 0, from: ::/0'), '6:32 out-of-range'],
  ['port -1', rule('protocol: tcp, ports: -1, from: ::/0'), '6:32 out-of-range'],
  ['port 65536', rule('protocol: tcp, ports: [80, 65536], from: ::/0'), '6:37 out-of-range'],
  ['a range that ends behind 65535', rule('protocol: tcp, ports: 1-65536, from: ::/0'), '6:32 port-range'],
  ['ports out of order', rule('protocol: tcp, ports: 200/1, from: ::/0'), '6:32 ports-out-of-order'],
  ["the vendor's text for no ports", rule('protocol: tcp, ports: -1/-1, from: ::/0'), '6:32 bad-ports'],
  ['a port with leading zeros in quotes', rule('protocol: tcp, ports: "080", from: ::/0'), '6:32 bad-ports'],
  ['a port by name', rule('protocol: tcp, ports: https, from: ::/0'), '6:32 bad-ports'],
  ['a bad port list id', rule('protocol: tcp, portList: pl-a, from: ::/0'), '6:35 bad-id'],
  ['host bits', rule('protocol: all, from: 10.0.0.1/8'), '6:31 host-bits'],
  ['host bits in a list', rule('protocol: all, from: ["::/0", 10.0.0.1/8]'), '6:40 host-bits'],
  ['a bad address', rule('protocol: all, from: 010.0.0.1'), '6:31 bad-address'],
  ['a bad prefix length', rule('protocol: all, from: 10.0.0.0/33'), '6:31 bad-address'],
  ['a peer of no kind', rule('protocol: all, from: "a b"'), '6:31 bad-peer'],
  ['a port list as a peer', rule('protocol: all, from: prl-a'), '6:31 bad-peer'],
  ['a bad id as a peer', rule('protocol: all, from: sg-!'), '6:31 bad-id'],
  ['an own side that is a name', rule('protocol: all, from: ::/0, to: office'), '6:41 bad-address'],
  ['an own side with host bits', rule('protocol: all, from: ::/0, to: ::1/0'), '6:41 host-bits'],
  ['sides of two families', rule('protocol: all, from: [sg-b, "::/0"], to: 10.0.0.0/8'), '6:51 family-mixed'],
  ['equal sides', rule('protocol: all, from: 10.0.0.0/8, to: 10.0.0.0/8'), '6:47 sides-equal'],
  ['icmp from IPv6', rule('protocol: icmp, from: [10.0.0.0/8, "::/0"]'), '6:45 icmp-family'],
  [
    'source ports of icmp',
    rule('protocol: icmp, sourcePorts: 1, from: 10.0.0.0/8'),
    '6:39 source-ports-not-allowed',
  ],
  ['internet with a group', rule('protocol: all, nicType: internet, from: sg-b'), '6:34 nic-type'],
  ['an empty description', rule('protocol: all, description: "", from: ::/0'), '6:38 description-length'],
  [
    'a description of 513 characters',
    rule(`protocol: all, description: ${'d'.repeat(513)}, from: ::/0`),
    '6:38 description-length',
  ],
  [
    'an instant that is not in the calendar',
    rule('protocol: all, expires: 2027-02-30T00:00:00Z, from: ::/0'),
    '6:34 bad-instant',
  ],
  [
    'an instant without a zone',
    rule('protocol: all, expires: 2027-02-28T00:00:00, from: ::/0'),
    '6:34 bad-instant',
  ],
];

const MEANING_ROWS: readonly Row[] = [
  ['an unknown account', `${GROUP}    account: third\n    ingress: []\n`, '5:14 unknown-account'],
  ['an unknown network', rule('protocol: all, from: offce'), '6:31 unknown-network'],
  ['an unknown service', rule('services: [web], from: ::/0'), '6:21 unknown-service'],
  ['the group itself as a peer', rule('protocol: all, from: sg-a'), '6:31 peer-is-self'],
  [
    'a rule twice',
    fileWithIngress('{protocol: all, from: ::/0}', '{protocol: all, from: ::/0}'),
    '7:9 duplicate-rule',
  ],
  [
    'a rule twice with another description and another way of writing it',
    fileWithIngress(
      '{protocol: tcp, ports: [1, 80], from: "::/0"}',
      '{protocol: TCP, ports: 80/80, from: "0:0::/0", description: again}',
    ),
    '7:9 duplicate-rule',
  ],
  [
    'a combination twice within one rule',
    rule('protocol: tcp, ports: [80, 80-80], from: ::/0'),
    '6:9 duplicate-rule',
  ],
  [
    'a name twice in a direction',
    fileWithIngress('{name: x, protocol: all, from: ::/0}', '{name: x, protocol: gre, from: sg-b}'),
    '7:16 duplicate-name',
  ],
  [
    'a group twice in a file',
    `${GROUP}    ingress: []\n  - {id: sg-a, region: cn-hangzhou, account: default, egress: []}\n`,
    '3:5 duplicate-group',
    '6:5 duplicate-group',
  ],
  [
    'the same tags twice, in another order',
    `${HEAD}groups:\n  - {tags: {A: x, B: y}, region: cn-a, ingress: []}\n  - {tags: {B: y, A: x}, region: cn-a, ingress: []}\n`,
    '3:5 duplicate-group',
    '4:5 duplicate-group',
  ],
  [
    'a pattern that hides a declared rule',
    `${GROUP}    ignore: [{description: acs/*}]\n    ingress: [{protocol: all, from: sg-b, description: acs/1}]\n`,
    '5:28 ignore-hides-rule',
  ],
  [
    'an ignore pattern whose shape and text a declared rule fits',
    `${GROUP}    ignore: [{description: acs/*, protocol: tcp, ports: 1-99, peer: 10.0.0.0/8}]\n    ingress: [{protocol: tcp, ports: 22, from: 10.1.0.0/16, description: acs/1}]\n`,
    '5:28 ignore-hides-rule',
  ],
  [
    'an ignore pattern without a text whose shape a declared rule fits',
    `${GROUP}    ignore: [{protocol: tcp, ports: 1-99}]\n    ingress: [{protocol: tcp, ports: 22, from: sg-b, description: ssh}]\n`,
    '5:14 ignore-hides-rule',
  ],
  [
    'a pattern that hides whatever text a rule without description has',
    `${GROUP}    ignore: [{description: "**"}]\n    ingress: [{protocol: all, from: sg-b}]\n`,
    '5:28 ignore-hides-rule',
  ],
  [
    'a pattern that hides some texts of a rule without description, and one that hides all beside no rules',
    `${GROUP}    ignore: [{description: "acs*"}]\n    ingress: [{protocol: all, from: sg-b}]\n  - {id: sg-c, region: cn-a, ignore: [{description: "*"}], ingress: []}\n`,
  ],
  ['a network in itself', `${HEAD}networks: {a: a}\n`, '2:15 network-cycle'],
  ['networks in a circle', `${HEAD}networks: {a: b, b: [c], c: [::/0, a]}\n`, '2:36 network-cycle'],
  ['a network with an unknown name in it', `${HEAD}networks: {a: [b]}\n`, '2:16 unknown-network'],
  ['a network entry twice', `${HEAD}networks: {a: [10.0.0.1, 10.0.0.1/32]}\n`, '2:26 duplicate-entry'],
  ['a service entry twice', `${HEAD}services: {a: [tcp/80, TCP/80-80]}\n`, '2:24 duplicate-entry'],
  ['a network that nothing uses', `${HEAD}networks: {a: ::/0}\n`, '2:12 unused'],
  ['a service that nothing uses', `${HEAD}services: {a: icmp}\n`, '2:12 unused'],
  [
    'more rules than a group may have',
    `${HEAD}networks: {n: [${Array.from({ length: 101 }, (_, index) => `10.0.0.${index}`).join(', ')}]}\n` +
      `groups:\n  - {id: sg-a, region: cn-a, ingress: [{protocol: tcp, ports: [${Array.from({ length: 100 }, (_, index) => index + 1).join(', ')}], from: n}]}\n`,
    '4:40 too-many-rules',
  ],
  [
    'networks that are too deep',
    `${HEAD}networks:\n${Array.from({ length: 33 }, (_, index) => `  n${index}: n${index + 1}\n`).join('')}  n33: ::/0\n`,
    '34:8 networks-too-deep',
  ],
];

describe.each([
  ['what YAML allows and a policy does not', YAML_ROWS],
  ['the shape of a policy', SHAPE_ROWS],
  ['single values', VALUE_ROWS],
  ['what values mean together', MEANING_ROWS],
])('problems with %s', (_title, rows) => {
  it.each(rows)('a problem and its hint: %s', (_name, yaml, ...problems) => {
    expect(problemTexts({ 'a.yaml': yaml })).toEqual(problems);
  });

  it('leave no group of the file', () => {
    for (const [, yaml, ...problems] of rows) {
      if (problems.length === 0 || problems.every((problem) => problem.endsWith(' unused'))) continue;
      const { groups, badFiles } = compileTexts({ 'a.yaml': yaml });
      expect([groups, [...badFiles]]).toEqual([[], ['a.yaml']]);
    }
  });
});

describe('all problems at once', () => {
  it('finds the mistakes of every stage in one pass', () => {
    const yaml = [
      'version: 1',
      'networks: {a: [10.0.0.1/8], b: [10.0.0.0/8, c]}',
      'groups:',
      '  - id: sg-a',
      '    regoin: cn-hangzhou',
      '    ingress:',
      '      - {protocol: tcp, ports: 08, from: ::/0}',
      '      - {protocol: icmp, from: "::/0", priority: 1}',
      '      - {protocol: all, from: a}',
      '      - {protocol: all, from: bb}',
      '  - {id: sg-b, region: cn-a, account: x, egress: [{protocol: gre, ports: 1, to: sg-b}]}',
    ].join('\n');
    expect(problemTexts({ 'a.yaml': yaml })).toEqual([
      '2:16 host-bits',
      '2:45 unknown-network',
      '5:5 unknown-key',
      '7:32 number-form',
      '8:32 icmp-family',
      '10:31 unknown-network',
      '11:39 unknown-account',
      '11:74 ports-not-allowed',
      '11:81 peer-is-self',
    ]);
  });

  it('finds what else is wrong with a rule whose peers are unknown', () => {
    const yaml = rule('protocol: icmp, ports: 8, from: nobody, description: ""');
    expect(problemTexts({ 'a.yaml': yaml })).toEqual([
      '6:33 ports-not-allowed',
      '6:42 unknown-network',
      '6:63 description-length',
    ]);
  });

  it.each<Row>([
    [
      'a peer beside a bad priority',
      rule('protocol: tcp, ports: 80, from: nope, priority: 0'),
      '6:42 unknown-network',
      '6:58 out-of-range',
    ],
    [
      'a service and a peer beside a bad action',
      rule('services: [w9], from: nope, action: no'),
      '6:21 unknown-service',
      '6:32 unknown-network',
      '6:46 unknown-value',
    ],
    [
      'a peer beside a bad peer',
      rule('protocol: all, from: [300.1.1.1, nope]'),
      '6:32 bad-address',
      '6:43 unknown-network',
    ],
    [
      'the family of a peer beside a bad peer',
      rule('protocol: icmp, from: [300.1.1.1, "::/0"]'),
      '6:33 bad-address',
      '6:44 icmp-family',
    ],
    [
      'a peer beside an unknown key',
      rule('protocol: all, prio: 2, from: nope'),
      '6:25 unknown-key',
      '6:40 unknown-network',
    ],
    [
      'a service beside what is no service',
      rule('services: [5, w9], from: ::/0'),
      '6:21 wrong-type',
      '6:24 unknown-service',
    ],
    [
      'ports that cannot be, though they cannot be read either',
      rule('protocol: icmp, ports: 0, from: sg-b'),
      '6:33 ports-not-allowed',
    ],
    [
      'what the own side and the peer are together, whatever the ports',
      rule('protocol: tcp, ports: 0, from: ::/0, to: 10.0.0.0/8'),
      '6:32 out-of-range',
      '6:51 family-mixed',
    ],
    [
      'the group itself, whatever the ports',
      rule('protocol: tcp, ports: 0, from: sg-a'),
      '6:32 out-of-range',
      '6:41 peer-is-self',
    ],
    [
      'a name twice, the second in a broken rule',
      fileWithIngress('{name: x, protocol: all, from: ::/0}', '{name: x, protocol: gre, from: sg-!}'),
      '7:16 duplicate-name',
      '7:40 bad-id',
    ],
    [
      'a twin whose description is empty',
      fileWithIngress('{protocol: all, from: ::/0}', '{protocol: all, from: ::/0, description: ""}'),
      '7:9 duplicate-rule',
      '7:50 description-length',
    ],
    [
      'a twin whose description is a number',
      fileWithIngress('{protocol: all, from: ::/0, description: 1}', '{protocol: all, from: ::/0}'),
      '6:50 wrong-type',
      '7:9 duplicate-rule',
    ],
    [
      'a name beside what is no address, in a network',
      `${HEAD}networks: {x: [nope, 300.1.1.1]}\n`,
      '2:16 unknown-network',
      '2:22 bad-address',
    ],
    [
      'an entry twice beside a bad one, in a service',
      `${HEAD}services: {x: [tcp/80, tcp, tcp/80]}\n`,
      '2:24 bad-service',
      '2:29 duplicate-entry',
    ],
    [
      'the account of a group beside its region',
      `${HEAD}groups: [{id: sg-a, region: X, account: third, ingress: [{protocol: all, from: sg-a}]}]\n`,
      '2:29 bad-region',
      '2:41 unknown-account',
      '2:80 peer-is-self',
    ],
    [
      'a group twice, the second of a bad mode',
      `${HEAD}groups:\n  - {id: sg-a, region: cn-a, ingress: []}\n  - {id: sg-a, region: cn-a, mode: no, ingress: []}\n`,
      '3:5 duplicate-group',
      '4:5 duplicate-group',
      '4:36 unknown-value',
    ],
    [
      'a pattern that hides a broken rule, beside a bad pattern',
      `${GROUP}    ignore: [{description: ""}, {description: acs/*}]\n    ingress: [{protocol: all, from: sg-!, description: acs/1}]\n`,
      '5:28 out-of-range',
      '5:47 ignore-hides-rule',
      '6:37 bad-id',
    ],
  ])('finds %s', (_name, yaml, ...problems) => {
    expect(problemTexts({ 'a.yaml': yaml })).toEqual(problems);
    expect(compileTexts({ 'a.yaml': yaml }).groups).toEqual([]);
  });

  it.each<Row>([
    [
      'missing ports where the key is misspelt',
      rule('protocol: tcp, port: 80, from: ::/0'),
      '6:25 unknown-key',
    ],
    ['missing ports where they are bad', rule('protocol: tcp, ports: 0, from: ::/0'), '6:32 out-of-range'],
    [
      'ports of a protocol whose key is misspelt',
      rule('protocol: gre, porst: 1, from: ::/0'),
      '6:25 unknown-key',
    ],
    [
      'a twin whose peer is not known',
      fileWithIngress('{protocol: all, from: [::/0, sg-!]}', '{protocol: all, from: sg-!}'),
      '6:38 bad-id',
      '7:31 bad-id',
    ],
    [
      'a twin of which a key is misspelt',
      fileWithIngress('{protocol: all, from: ::/0}', '{protocol: all, from: ::/0, acton: drop}'),
      '7:37 unknown-key',
    ],
    [
      'a twin whose priority is bad',
      fileWithIngress('{protocol: all, from: ::/0}', '{protocol: all, from: ::/0, priority: 0}'),
      '7:47 out-of-range',
    ],
    [
      'a group of which a key is misspelt as another one',
      `${HEAD}groups:\n  - {id: sg-a, region: cn-a, ingress: []}\n  - {id: sg-a, region: cn-a, acount: second, ingress: []}\n`,
      '4:30 unknown-key',
    ],
  ])('does not invent %s', (_name, yaml, ...problems) => {
    expect(problemTexts({ 'a.yaml': yaml })).toEqual(problems);
  });

  it('does not report what only follows from another mistake', () => {
    const rules = '[{protocol: all, from: a}, {protocol: all, from: 10.0.0.0/8}]';
    const yaml = `${HEAD}networks: {a: [10.0.0.0/8, nobody]}\ngroups: [{id: sg-a, region: cn-a, ingress: ${rules}}]\n`;
    expect(problemTexts({ 'a.yaml': yaml })).toEqual(['2:28 unknown-network']);
  });
});

describe('names that objects of JavaScript have by themselves', () => {
  it('are names like any other', () => {
    const yaml = `${HEAD}networks: {constructor: 10.0.0.0/8}\nservices: {toString: gre}\ngroups: [{id: sg-a, region: cn-a, ingress: [{services: toString, from: constructor}]}]\n`;
    expect(problemTexts({ 'a.yaml': yaml })).toEqual([]);
  });

  it('are unknown where they are unknown', () => {
    expect(
      problemTexts({ 'a.yaml': rule('services: valueOf, from: constructor, hasOwnProperty: 1') }),
    ).toEqual(['6:20 unknown-service', '6:35 unknown-network', '6:48 unknown-key']);
    expect(problemTexts({ 'a.yaml': rule('services: valueOf, from: constructor') })).toEqual([
      '6:20 unknown-service',
      '6:35 unknown-network',
    ]);
    expect(problemTexts({ 'a.yaml': `${HEAD}networks:\n  constructor:\ntoString: 1\n` })).toEqual([
      '3:3 no-value',
      '4:1 unknown-key',
    ]);
  });
});

describe('hints', () => {
  it.each([
    ['an unknown key', `${GROUP}    ingrss: []\n    egress: []\n`, 'did you mean "ingress"?'],
    [
      'a key without a near one',
      `${HEAD}rules: []\ngroups: []\n`,
      'the keys here are version, networks, services, groups, expect',
    ],
    [
      'an unknown network',
      `${HEAD}networks: {office: ::/0}\ngroups: [{id: sg-a, region: cn-a, egress: [{protocol: all, to: ofice}]}]\n`,
      'did you mean "office"?',
    ],
    ['an unknown account', `${GROUP}    account: secnd\n    ingress: []\n`, 'did you mean "second"?'],
    ['an unknown protocol', rule('protocol: upd, ports: 1, from: ::/0'), 'did you mean "udp"?'],
    ['an unquoted account id', `${GROUP}    account: 15578\n    ingress: []\n`, 'write `"15578"`'],
    ['an unquoted address', rule('protocol: all, from: [2001:db8::]'), 'quote it: "2001:db8::"'],
    ['a quoted version', 'version: "1"\ngroups: []\n', 'write `1`'],
    [
      'a quoted priority',
      rule('protocol: all, priority: "1", from: ::/0'),
      'write it without quotes: write `1`',
    ],
    ['an empty file', '', 'write `version: 1` and `groups: []` if it declares nothing, or remove the file'],
    ['host bits', rule('protocol: all, from: 10.0.0.1/8'), 'write `10.0.0.0/8`'],
    ['ports out of order', rule('protocol: tcp, ports: 200-100, from: ::/0'), 'write `100-200`'],
  ])('hints: %s', (_name, yaml, hint) => {
    expect(compileTexts({ 'a.yaml': yaml }).problems.map((problem) => problem.hint)).toContain(hint);
  });

  it.each([
    ['a rule', fileWithIngress('{protocol: all, from: ::/0}', '{protocol: all, from: ::/0}'), 'a.yaml:6:9'],
    [
      'a name',
      fileWithIngress('{name: x, protocol: all, from: ::/0}', '{name: x, protocol: gre, from: ::/0}'),
      'a.yaml:6:16',
    ],
    [
      'a pattern, and a rule',
      `${GROUP}    ignore: [{description: "*"}]\n    ingress: [{protocol: all, from: sg-b}]\n`,
      'a.yaml:6:15',
    ],
  ])('a message about %s in conflict with another names the other place', (_name, yaml, place) => {
    expect(compileTexts({ 'a.yaml': yaml }).problems.map(({ message }) => message)).toEqual([
      expect.stringContaining(place),
    ]);
  });
});
