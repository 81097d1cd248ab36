// Accidents that would open a group to the internet, past a guardrail, or against an expectation. On 3ed103f every one
// of them fails.
import { test } from 'vitest';
import {
  expectHarmless,
  isBlocked,
  isEvent,
  portRules,
  wirePorts,
  type Accident,
  type AccidentSetting,
} from '../../support/accident.ts';
import { policyFor, wireGroup } from '../../support/estate.ts';

const RULES = portRules(8001, 9);
const STATE = { securityGroups: [wireGroup('sg-web', wirePorts(8001, 9))] };
const WEB: AccidentSetting = { state: STATE, files: { 'policies/web.yaml': policyFor('sg-web', RULES) } };

/** The opening brake stays off, so that the guardrail alone speaks. */
const GUARDED: AccidentSetting = {
  ...WEB,
  reconcile: 'brake: {opens: off}',
  config: `guardrails:
  - id: no-ssh-from-internet
    deny: {direction: ingress, protocol: tcp, ports: [22, 3389], from: internet}
`,
};

/** Adds rules to those that are there. */
const added =
  (...rules: readonly string[]): Accident['happens'] =>
  ({ write }) =>
    write('policies/web.yaml', policyFor('sg-web', [...RULES, ...rules]));

const openings: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['to everybody in both families', ["protocol: tcp, ports: 8443, from: [0.0.0.0/0, '::/0']"]],
  ['to everybody in two halves', ['protocol: tcp, ports: 8443, from: [0.0.0.0/1, 128.0.0.0/1]']],
  ['to everybody over IPv6 alone', ["protocol: tcp, ports: 8443, from: '::/0'"]],
  ['to everybody for all protocols', ['protocol: all, from: 0.0.0.0/0']],
  ['to a public /8', ['protocol: tcp, ports: 8443, from: 8.0.0.0/8']],
];

const smuggled: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['in a range of ports', ['protocol: tcp, ports: 20-25, from: 0.0.0.0/0']],
  ['in two halves', ['protocol: tcp, ports: 22, from: [0.0.0.0/1, 128.0.0.0/1]']],
  ['as all protocols', ['protocol: all, from: 0.0.0.0/0']],
  ['over IPv6', ["protocol: tcp, ports: 22, from: '::/0'"]],
  [
    'below a drop that leaves most of it',
    [
      'protocol: tcp, ports: 22, from: 0.0.0.0/0, priority: 50',
      'protocol: tcp, ports: 22, from: 192.0.0.0/3, action: drop',
    ],
  ],
  ['as three public /8', ['protocol: tcp, ports: 3389, from: [8.0.0.0/8, 9.0.0.0/8, 11.0.0.0/8]']],
];

const accidents: readonly Accident[] = [
  ...openings.map(([how, rules]): Accident => ({
    title: `a port is not opened ${how} before someone approves`,
    setting: WEB,
    happens: added(...rules),
    told: isBlocked('opening'),
    group: 'sg-web',
  })),
  ...smuggled.map(([how, rules]): Accident => ({
    title: `a guardrail keeps an administrative port closed to the internet ${how}`,
    setting: GUARDED,
    happens: added(...rules),
    told: isEvent('policies.held', '"reason":"guardrail"'),
    group: 'sg-web',
  })),
  {
    title: 'the drop rule under which a wide accept stands is not removed',
    setting: {
      state: {
        securityGroups: [
          wireGroup('sg-web', [
            { IpProtocol: 'TCP', PortRange: '8443/8443', SourceCidrIp: '0.0.0.0/0', Priority: 2 },
            { IpProtocol: 'TCP', PortRange: '8443/8443', SourceCidrIp: '0.0.0.0/0', Policy: 'Drop' },
          ]),
        ],
      },
      files: {
        'policies/web.yaml': policyFor('sg-web', [
          'protocol: tcp, ports: 8443, from: 0.0.0.0/0, priority: 2',
          'protocol: tcp, ports: 8443, from: 0.0.0.0/0, action: drop',
        ]),
      },
    },
    happens: ({ write }) =>
      write(
        'policies/web.yaml',
        policyFor('sg-web', ['protocol: tcp, ports: 8443, from: 0.0.0.0/0, priority: 2']),
      ),
    told: isBlocked('opening'),
    group: 'sg-web',
  },
  {
    title: 'a rule that keeps people on their bastion is not removed',
    setting: {
      ...WEB,
      files: {
        'policies/web.yaml': policyFor('sg-web', [...RULES, 'protocol: tcp, ports: 22, from: 10.9.0.0/16']),
        'policies/tests.yaml': `version: 1
expect:
  - name: people reach the bastion
    group: sg-web
    accept: {direction: ingress, protocol: tcp, ports: 22, from: 10.9.0.0/16}
`,
      },
    },
    happens: ({ write }) => write('policies/web.yaml', policyFor('sg-web', RULES)),
    told: isEvent('policies.held', '"reason":"expectation"'),
    group: 'sg-web',
  },
  {
    title: 'a rule that an expectation forbids is not added',
    setting: {
      ...WEB,
      files: {
        'policies/web.yaml': policyFor('sg-web', RULES),
        'policies/tests.yaml': `version: 1
expect:
  - name: no database port
    group: sg-web
    drop: {direction: ingress, protocol: tcp, ports: 5432, from: anywhere}
`,
      },
    },
    happens: added('protocol: tcp, ports: 5400-5500, from: 172.16.0.0/16'),
    told: isEvent('policies.held', '"reason":"expectation"'),
    group: 'sg-web',
  },
];

test.concurrent.each(accidents)('$title', (accident) => expectHarmless(accident));
