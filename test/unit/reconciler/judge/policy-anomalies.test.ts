import { describe, expect, it } from 'vitest';
import { ruleAnomalies } from '../../../../reconciler/judge/policy-anomalies.ts';
import { compileTexts, fileWithIngress } from '../../../support/policy-text.ts';

/** What is found in a group with these ingress rules: `LINE code: message`, lines counted from the first rule. */
function found(rules: readonly string[], tail = ''): string[] {
  const text = `version: 1\ngroups:\n  - {id: sg-self, region: cn-hangzhou, ingress: [\n${rules
    .map((rule) => `    {${rule}}`)
    .join(',\n')}\n    ]${tail}}\n`;
  const { groups, problems } = compileTexts({ 'web.yaml': text });
  expect(problems).toEqual([]);
  return ruleAnomalies(groups).map(({ line, code, message, severity, file }) => {
    expect({ severity, file }).toEqual({ severity: 'warning', file: 'web.yaml' });
    return `${line - 3} ${code}: ${message}`;
  });
}

const ALL = 'from: 0.0.0.0/0';

describe('a rule that does nothing is told at its place, with the rules that decide in its stead', () => {
  it.each<[string, string[], string]>([
    [
      'shadowed by a stronger drop',
      [`protocol: all, ${ALL}, action: drop`, `protocol: tcp, ports: 22, ${ALL}, priority: 2`],
      '2 rule-shadowed: ingress accept tcp 22/22 from 0.0.0.0/0 priority 2 never decides: others decide all ' +
        'of its packets, and not all of them as it says: ingress drop all from 0.0.0.0/0 priority 1 (web.yaml:4)',
    ],
    [
      'covered by one that is as strong',
      [`protocol: tcp, ports: 443, ${ALL}`, 'protocol: tcp, ports: 443, from: 10.0.0.0/8'],
      '2 rule-covered: ingress accept tcp 443/443 from 10.0.0.0/8 priority 1 changes nothing: others decide all of ' +
        'its packets alike: ingress accept tcp 443/443 from 0.0.0.0/0 priority 1 (web.yaml:4)',
    ],
    [
      'covered by two together',
      [
        'protocol: tcp, ports: 443-444, from: 10.0.0.0/9',
        'protocol: tcp, ports: 442-443, from: 10.128.0.0/9',
        'protocol: tcp, ports: 443, from: 10.0.0.0/8, priority: 5',
      ],
      '3 rule-covered: ingress accept tcp 443/443 from 10.0.0.0/8 priority 5 changes nothing: others decide all of ' +
        'its packets alike: ingress accept tcp 442/443 from 10.128.0.0/9 priority 1 (web.yaml:5), ' +
        'ingress accept tcp 443/444 from 10.0.0.0/9 priority 1 (web.yaml:4)',
    ],
    [
      'redundant beside a weaker one',
      [`protocol: tcp, ports: 443, ${ALL}, priority: 9`, 'protocol: tcp, ports: 443, from: 10.0.0.0/8'],
      '2 rule-redundant: ingress accept tcp 443/443 from 10.0.0.0/8 priority 1 changes nothing: weaker rules would ' +
        'decide its packets alike: ingress accept tcp 443/443 from 0.0.0.0/0 priority 9 (web.yaml:4)',
    ],
  ])(
    'a rule that does nothing is told at its place, with the rules that decide in its stead: %s',
    (_, rules, message) => {
      expect(found(rules)).toEqual([message]);
    },
  );
});

it('an IPv4 address written as an IPv6 one is told with what to write, and that is told no more', () => {
  const mapped = 'protocol: tcp, ports: 22, from: "::ffff:10.0.0.0/104"';
  expect(found([mapped])).toEqual([
    '1 rule-ipv4-mapped: ingress accept tcp 22/22 from ::ffff:a00:0/104 priority 1 can match no packet: IPv4 packets ' +
      'have no IPv6 addresses',
  ]);
  const { groups } = compileTexts({ 'web.yaml': fileWithIngress(`{${mapped}}`) });
  expect(ruleAnomalies(groups).map(({ hint }) => hint)).toEqual(['write 10.0.0.0/8']);
  expect(found(['protocol: tcp, ports: 22, from: 10.0.0.0/8'])).toEqual([]);
});

it('what one line has of a kind is told once, and what can all go is counted', () => {
  const messages = found([
    `protocol: tcp, ports: all, ${ALL}`,
    'protocol: tcp, ports: [22, 80, 443], from: [10.0.0.0/8, 192.168.0.0/16]',
  ]);
  expect(messages).toEqual([
    '0 rules-spare: 6 of 7 rules are redundant; removing them frees 6 of the quota',
    expect.stringMatching(
      /^2 rule-covered: ingress accept tcp 22\/22 from 10\.0\.0\.0\/8 .* \(and 5 more from here\) /,
    ),
  ]);
});

describe('a drop that wins over accepts of the same priority is told at the drop, once', () => {
  const drop = 'protocol: all, from: 192.0.2.0/24, action: drop';

  it('names the accepts', () => {
    const accepts = [80, 443, 8080, 8443].map((port) => `protocol: tcp, ports: ${port}, ${ALL}`);
    expect(found([drop, ...accepts])).toEqual([
      '1 rule-contradicted: ingress drop all from 192.0.2.0/24 priority 1 wins over accepts of the same priority: ' +
        'ingress accept tcp 80/80 from 0.0.0.0/0 priority 1 (web.yaml:5), ' +
        'ingress accept tcp 443/443 from 0.0.0.0/0 priority 1 (web.yaml:6), ' +
        'ingress accept tcp 8080/8080 from 0.0.0.0/0 priority 1 (web.yaml:7) and 1 more',
    ]);
  });

  it.each<[string, string[], number]>([
    [
      'a group against everybody',
      [`protocol: tcp, ports: 443, ${ALL}`, 'protocol: all, from: sg-a, action: drop'],
      1,
    ],
    ['a group against one network', ['protocol: tcp, ports: 443, from: sg-a', drop], 0],
    ['two groups', ['protocol: tcp, ports: 443, from: sg-a', 'protocol: all, from: sg-b, action: drop'], 0],
    [
      'a group against itself',
      ['protocol: tcp, ports: 1-9, from: sg-a', 'protocol: tcp, ports: 9, from: sg-a, action: drop'],
      1,
    ],
    [
      'a port list against one port',
      [`protocol: tcp, portList: prl-a, ${ALL}`, 'protocol: tcp, ports: 9, from: 10.0.0.0/8, action: drop'],
      0,
    ],
    [
      'a port list against all ports',
      [`protocol: tcp, portList: prl-a, ${ALL}`, 'protocol: tcp, ports: all, from: 10.0.0.0/8, action: drop'],
      1,
    ],
    [
      'two port lists',
      [
        `protocol: tcp, portList: prl-a, ${ALL}`,
        'protocol: tcp, portList: prl-b, from: 10.0.0.0/8, action: drop',
      ],
      0,
    ],
    [
      'a port list against itself',
      [
        `protocol: tcp, portList: prl-a, ${ALL}`,
        'protocol: tcp, portList: prl-a, from: 10.0.0.0/8, action: drop',
      ],
      1,
    ],
    ['a port list against every protocol', [`protocol: tcp, portList: prl-a, ${ALL}`, drop], 1],
    ['another priority', [`protocol: tcp, ports: 443, priority: 2, ${ALL}`, drop], 0],
  ])(
    'a drop that wins over accepts of the same priority is told at the drop, once: %s',
    (_, rules, count) => {
      expect(found(rules)).toHaveLength(count);
    },
  );
});

describe('nothing is said', () => {
  it.each<[string, string[]]>([
    [
      'of rules of which each has a say',
      [`protocol: tcp, ports: 443, ${ALL}`, 'protocol: tcp, ports: 22, from: 10.0.0.0/8'],
    ],
    ['of a rule that says the default aloud', [`protocol: all, ${ALL}, action: drop, priority: 100`]],
    [
      'of a rule that is covered only until another one expires',
      [
        `protocol: tcp, ports: 443, ${ALL}, expires: 2099-01-01T00:00:00Z`,
        'protocol: tcp, ports: 443, from: 10.0.0.0/8',
      ],
    ],
    ['of an empty group', []],
  ])('nothing is said: %s', (_, rules) => {
    expect(found(rules)).toEqual([]);
  });

  it('across directions', () => {
    const tail = `, egress: [{protocol: tcp, ports: 443, to: 0.0.0.0/0, action: drop}]`;
    expect(found([`protocol: tcp, ports: 443, ${ALL}`], tail)).toEqual([]);
  });
});

it('a rule that expires before those that cover it is told', () => {
  const messages = found([
    `protocol: tcp, ports: 443, ${ALL}`,
    'protocol: tcp, ports: 443, from: 10.0.0.0/8, expires: 2099-01-01T00:00:00Z',
  ]);
  expect(messages).toEqual([expect.stringMatching(/^2 rule-covered/)]);
});

describe('a group with too much to look at is told to be unfinished', () => {
  it('where every rule names another group', () => {
    const rules = Array.from({ length: 2100 }, (_, index) => `protocol: tcp, ports: 443, from: sg-${index}`);
    expect(found(rules)).toEqual([expect.stringMatching(/^0 anomalies-unfinished/)]);
  });

  it('where the budget runs out: what was found before stays', () => {
    const rules = [
      `protocol: tcp, ports: 443, ${ALL}`,
      'protocol: tcp, ports: 443, from: 10.0.0.0/8',
      `protocol: tcp, ports: 80, ${ALL}, priority: 2`,
    ];
    const { groups } = compileTexts({ 'web.yaml': fileWithIngress(...rules.map((rule) => `{${rule}}`)) });
    expect(ruleAnomalies(groups, 1).map(({ code }) => code)).toEqual(['anomalies-unfinished']);
    const codes = Array.from({ length: 200 }, (_, work) => ruleAnomalies(groups, work)).map((problems) =>
      problems.map(({ code }) => code).join(),
    );
    expect(new Set(codes)).toEqual(
      new Set(['anomalies-unfinished', 'anomalies-unfinished,rule-covered', 'rule-covered']),
    );
  });
});
