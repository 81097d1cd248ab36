import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import { renderGroup } from '../../../../../reconciler/policy/report/render-group.ts';
import { described, groupOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const textOf = (...rules: Rule[]): string => renderGroup(groupOf(described(rules)));

it('an empty group says that it has no rules, in both directions', () => {
  expect(textOf()).toBe(`# "web", as \`rampart import\` found it.

version: 1
groups:
  - id: sg-self
    region: cn-hangzhou
    ingress: []
    egress: []
`);
});

describe('a rule on one line, with only what is not the default', () => {
  it.each<[string, Rule]>([
    ['{protocol: tcp, ports: 443, from: 0.0.0.0/0}', rule({ ports: '443' })],
    ['{protocol: tcp, ports: 8000-8100, from: sg-a}', rule({ ports: '8000-8100', peer: 'sg-a' })],
    ['{protocol: udp, ports: all, from: pl-a}', rule({ protocol: 'udp', peer: 'pl-a' })],
    [
      '{protocol: tcp, portList: prl-a, from: "2001:db8::/32"}',
      rule({ ports: 'prl-a', peer: '2001:db8::/32' }),
    ],
    [
      '{protocol: icmp, from: 10.0.0.0/8, to: 10.1.0.0/16}',
      rule({ protocol: 'icmp', peer: '10.0.0.0/8', own: '10.1.0.0/16' }),
    ],
    [
      '{protocol: tcp, ports: 22, to: 10.0.0.0/8, from: 10.1.0.0/16}',
      rule({ direction: 'egress', ports: '22', peer: '10.0.0.0/8', own: '10.1.0.0/16' }),
    ],
    [
      '{protocol: tcp, ports: 22, from: sg-a, sourcePorts: 1024-65535, action: drop, priority: 100}',
      rule({
        ports: '22',
        peer: 'sg-a',
        sourcePorts: { first: 1024, last: 65535 },
        action: 'drop',
        priority: 100,
      }),
    ],
    ['{protocol: all, from: 0.0.0.0/0, nicType: internet}', rule({ protocol: 'all', nicType: 'internet' })],
    [
      '{protocol: gre, from: {group: sg-a, ownerId: "1557809237701234"}}',
      { ...rule({ protocol: 'gre' }), peer: { kind: 'group', id: 'sg-a', ownerId: '1557809237701234' } },
    ],
    [
      '{protocol: gre, from: sg-a, description: "42"}',
      rule({ protocol: 'gre', peer: 'sg-a', description: '42' }),
    ],
    [
      '{protocol: gre, from: sg-a, description: "a: \\"b\\" #c\\n\\u202Ed\\U000E0041"}',
      rule({ protocol: 'gre', peer: 'sg-a', description: 'a: "b" #c\n\u202ed\u{e0041}' }),
    ],
  ])('a rule on one line, with only what is not the default: %s', (line, given) => {
    expect(textOf(given)).toContain(`      - ${line}\n`);
  });
});

it('rules that differ in their peers only share a line; those that differ in more do not', () => {
  const text = textOf(
    rule({ ports: '443', peer: 'sg-a' }),
    rule({ ports: '443', peer: '10.0.0.0/8' }),
    rule({ ports: '443', peer: '::/0', description: 'x' }),
    rule({ ports: '443', peer: '10.0.0.0/8', direction: 'egress' }),
  );
  expect(text).toContain(`    ingress:
      - {protocol: tcp, ports: 443, from: [10.0.0.0/8, sg-a]}
      - {protocol: tcp, ports: 443, from: "::/0", description: x}
    egress:
      - {protocol: tcp, ports: 443, to: 10.0.0.0/8}
`);
});

it('the same rules in another order give the same text', () => {
  const rules = ['sg-a', '10.0.0.0/8', '::/0', 'pl-a'].flatMap((peer) => [
    rule({ peer, ports: '1' }),
    rule({ peer, ports: '2', direction: 'egress' }),
  ]);
  expect(textOf(...rules.toReversed())).toBe(textOf(...rules));
});

it('an account that is not the default one is named, and a strange name is made visible', () => {
  const text = renderGroup(groupOf([], { account: 'prod', name: 'a"\nversion: 2\u202e' }));
  expect(text).toContain('    account: prod\n');
  expect(text).toMatch(/^# "a\\"\\nversion: 2\\u202E", as/);
});
