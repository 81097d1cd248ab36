// Rules that the cloud refuses are left as they are, and so is what making room for them would take away.
import { describe, expect, it } from 'vitest';
import { formatPeer } from '../../../../../reconciler/model/peer.ts';
import { ruleIdentity, type Rule } from '../../../../../reconciler/model/rule.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const refused = rule({ ports: '443', peer: '10.0.0.0/8' });
const old = rule({ ports: '443', peer: '10.1.0.0/16', priority: 2 });
const elsewhere = rule({ ports: '22', peer: '192.0.2.0/24' });
const fresh = rule({ ports: '80', peer: '192.0.2.0/24', priority: 7 });

const keys = (rules: readonly Rule[]) => new Set(rules.map(ruleIdentity));

it.each<[string, { desired?: Rule[]; described?: Rule[] }, string[]]>([
  ['without quarantine all of the plan is made', {}, ['authorize 443/443 80/80', 'revoke 22/22 443/443']],
  [
    'what shares packets with a quarantined desired rule stays, the rest goes on',
    { desired: [refused] },
    ['authorize 80/80', 'revoke 22/22'],
  ],
  [
    'a quarantined described rule stays, the rest goes on',
    { described: [elsewhere] },
    ['authorize 443/443 80/80', 'revoke 443/443'],
  ],
])('what waits for a quarantined rule: %s', (_title, aside, expected) => {
  const there = described([old, elsewhere]);
  const learned = {
    quarantined: { desired: keys(aside.desired ?? []), described: keys(aside.described ?? []) },
  };
  const options = { ...OPTIONS, modify: 'never' } as const;
  const { steps } = planFor(policyOf([refused, fresh]), groupOf(there), options, { learned });
  const ports = (items: ReadonlyArray<{ readonly rule: Rule }>) =>
    items
      .map((item) =>
        item.rule.ports.kind === 'range' ? `${item.rule.ports.first}/${item.rule.ports.last}` : '',
      )
      .sort()
      .reverse();
  const byPort = (texts: string[]) => texts.sort((a, b) => Number.parseInt(a) - Number.parseInt(b)).join(' ');
  expect(
    steps.map((step) => {
      if (step.kind === 'modify') return 'modify';
      return `${step.kind} ${byPort(ports(step.kind === 'authorize' ? step.rules : step.targets))}`;
    }),
  ).toEqual(
    expected.map((text) => {
      const [kind = '', ...rest] = text.split(' ');
      return `${kind} ${byPort(rest)}`;
    }),
  );
});

const accept = (peer: string, priority: number) => rule({ ports: '22', peer, priority });
const drop = (peer: string, priority: number) => rule({ ports: '22', peer, priority, action: 'drop' });

it.each<[string, { wanted: Rule[]; there: Rule[]; refused: Rule[]; staying: Rule[] }]>([
  [
    'an accept does not come without the drop that limits it',
    {
      wanted: [drop('10.0.0.0/8', 1), accept('10.1.0.0/16', 5)],
      there: [],
      refused: [drop('10.0.0.0/8', 1)],
      staying: [],
    },
  ],
  [
    'a drop does not come without the accept before it',
    {
      wanted: [accept('10.0.0.0/8', 1), drop('10.1.0.0/16', 5)],
      there: [],
      refused: [accept('10.0.0.0/8', 1)],
      staying: [],
    },
  ],
  [
    'what waits for a waiting rule waits too',
    {
      wanted: [drop('10.0.0.0/16', 1), accept('10.0.0.0/8', 5), drop('10.9.0.0/16', 9)],
      there: [],
      refused: [drop('10.0.0.0/16', 1)],
      staying: [],
    },
  ],
  [
    'a drop stays before an accept that does not go',
    {
      wanted: [],
      there: [drop('10.0.0.0/16', 1), accept('10.0.0.0/8', 5)],
      refused: [],
      staying: [accept('10.0.0.0/8', 5)],
    },
  ],
])('what stays beside a quarantined rule: %s', (_name, { wanted, there, refused, staying }) => {
  const group = described(there);
  const learned = { quarantined: { desired: keys(refused), described: keys(staying) } };
  expect(planFor(policyOf(wanted), groupOf(group), OPTIONS, { learned }).steps).toEqual([]);
});

it.each<[string, { wanted: Rule[]; there: Rule[]; refused: Rule[]; staying: Rule[]; calls: string[] }]>([
  [
    'a weaker rule of the same action is added without it',
    {
      wanted: [accept('10.0.0.0/8', 1), accept('10.1.0.0/16', 5), drop('10.9.0.0/16', 9)],
      there: [],
      refused: [accept('10.0.0.0/8', 1)],
      staying: [],
      calls: ['authorize accept 10.1.0.0/16'],
    },
  ],
  [
    'a stronger rule of the same action is removed before it',
    {
      wanted: [],
      there: [drop('10.1.0.0/16', 1), drop('10.0.0.0/8', 5), accept('10.9.0.0/16', 2)],
      refused: [],
      staying: [drop('10.0.0.0/8', 5)],
      calls: ['revoke drop 10.1.0.0/16'],
    },
  ],
])('what does not wait for a quarantined rule: %s', (_name, { wanted, there, refused, staying, calls }) => {
  const group = groupOf(described(there));
  const learned = { quarantined: { desired: keys(refused), described: keys(staying) } };
  const { steps } = planFor(policyOf(wanted), group, OPTIONS, { learned });
  const rulesOf = (step: (typeof steps)[number]): Rule[] => {
    const items = step.kind === 'authorize' ? step.rules : step.kind === 'revoke' ? step.targets : [step.to];
    return items.map((item) => item.rule);
  };
  expect(
    steps.map((step) =>
      [step.kind, ...rulesOf(step).map((each) => `${each.action} ${formatPeer(each.peer)}`)].join(' '),
    ),
  ).toEqual(calls);
});

describe('a rule that the cloud refuses, and why', () => {
  const ssh = rule({ ports: '22' });
  const tls = rule({ ports: '443' });
  const learned = {
    quarantined: { desired: keys([ssh]), described: keys([]) },
    refused: [{ rule: ssh, reason: 'InvalidParam.PortRange', untilMs: 600_000 }],
  };
  const blocksOf = (there: readonly Rule[]) =>
    planFor(policyOf([ssh, tls]), groupOf(described(there)), OPTIONS, { learned });

  it('are a block of the plan for the rest, which is carried out', () => {
    const { status, steps, blockedBy } = blocksOf([]);
    expect({ status, calls: steps.length }).toEqual({ status: 'pending', calls: 1 });
    expect(blockedBy).toEqual([
      {
        kind: 'quarantined',
        liftedBy: 'time',
        message:
          "the cloud refuses to add, change or remove 1 rule, left alone until the time that is named or until the group's policy changes: ingress accept tcp 22/22 " +
          'from 0.0.0.0/0 priority 1 (web.yaml:1: InvalidParam.PortRange; tried again at 1970-01-01T00:10:00.000Z)',
        override: '',
      },
    ]);
  });

  it('are none once someone else has added it', () => {
    expect(blocksOf([ssh]).blockedBy).toEqual([]);
  });
});
