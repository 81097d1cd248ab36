// A rule that names what does not exist is left out of the plan and told; the rest of the plan goes on.
import { describe, expect, it } from 'vitest';
import { planFor, described, groupOf, OPTIONS, policyOf } from '../../../../support/plan-inputs.ts';
import { planExitCode } from '../../../../../reconciler/report/results.ts';
import { rulesAddedBy, type GroupPlan, type GroupPolicy } from '../../../../../reconciler/plan/plan.ts';
import { ruleIdentity, type Rule } from '../../../../../reconciler/model/rule.ts';
import { rule } from '../../../../support/rule-sets.ts';

const PLAIN = rule({ ports: '22', peer: '10.0.0.0/8' });
const FROM_GROUP = rule({ ports: '443', peer: 'sg-gone' });
const FROM_LIST = rule({ ports: '444', peer: 'pl-gone' });
const ON_PORTS = rule({ ports: 'prl-gone', peer: '10.0.0.0/8' });
const GONE = new Set(['sg-gone', 'pl-gone', 'prl-gone']);

const planned = (
  wanted: readonly Rule[],
  held: readonly Rule[] = [],
  policy: Partial<GroupPolicy> = {},
  absent: ReadonlySet<string> = GONE,
): GroupPlan => planFor(policyOf(wanted, policy), groupOf(described(held)), OPTIONS, { absent });

const added = (plan: GroupPlan): string[] =>
  plan.steps.flatMap(rulesAddedBy).map((one) => ruleIdentity(one.rule));

describe('a rule that names what does not exist', () => {
  it.each<[string, Rule, string, string]>([
    ['security group', FROM_GROUP, 'absent-group', 'sg-gone'],
    ['prefix list', FROM_LIST, 'absent-prefix-list', 'pl-gone'],
    ['port list', ON_PORTS, 'absent-port-list', 'prl-gone'],
  ])('is a finding at its line, and a block that says what to do: a %s', (noun, wanted, id, name) => {
    const plan = planned([wanted]);
    expect(plan).toMatchObject({ status: 'blocked', steps: [] });
    expect(plan.findings).toMatchObject([{ id, severity: 'warning', file: 'web.yaml', line: 1 }]);
    expect(plan.findings[0]?.message).toContain(`there is no ${noun} ${name}`);
    expect(plan.blockedBy).toEqual([
      {
        kind: 'denied',
        liftedBy: 'edit',
        message: `1 rule left out until what is named exists and RAM shows it: ${name} (web.yaml:1)`,
        override: 'create what is named, or name another; the rule then goes in by itself',
      },
    ]);
    expect(planExitCode([plan])).toBe(3);
  });

  it('names what many rules name once, with their places', () => {
    const plan = planned([FROM_GROUP, rule({ ports: '80', peer: 'sg-gone' }), FROM_LIST]);
    expect(plan.blockedBy[0]?.message).toMatch(/: sg-gone \([^)]*\), pl-gone \([^)]*\)$/);
  });

  it('goes in once that exists, or once another is named', () => {
    const created = planned([FROM_GROUP], [], {}, new Set());
    const renamed = planned([rule({ ports: '443', peer: 'sg-there' })]);
    for (const plan of [created, renamed]) {
      expect(plan).toMatchObject({ status: 'pending', findings: [], blockedBy: [] });
      expect(added(plan)).toHaveLength(1);
    }
  });

  it('holds up no other rule of the plan, but for those that share packets with it the other way', () => {
    const drop = rule({ ports: '443', peer: 'sg-gone', action: 'drop', priority: 1 });
    const behind = rule({ ports: '443', peer: '0.0.0.0/0', priority: 2 });
    const plan = planned([PLAIN, drop, behind]);
    expect(plan).toMatchObject({ status: 'pending', blockedBy: [{ kind: 'denied' }] });
    expect(added(plan)).toEqual([ruleIdentity(PLAIN)]);
  });

  it('keeps what it was to replace: no one is locked out by a slip in a name', () => {
    const open = rule({ ports: '443', peer: 'sg-old' });
    expect(planned([FROM_GROUP], [open])).toMatchObject({ status: 'blocked', steps: [] });
  });

  it('is nothing to speak of where the group has it already', () => {
    expect(planned([FROM_GROUP, FROM_LIST], [FROM_GROUP, FROM_LIST])).toMatchObject({
      status: 'converged',
      findings: [],
      blockedBy: [],
    });
  });

  it('changes no hash: an approval holds whether or not the thing exists', () => {
    expect(planned([PLAIN, FROM_GROUP]).hash).toBe(planned([PLAIN, FROM_GROUP], [], {}, new Set()).hash);
  });

  it('is told of a group that is only observed, which stays observed', () => {
    const plan = planned([FROM_GROUP], [], { mode: 'observe' });
    expect(plan).toMatchObject({ status: 'observed', blockedBy: [{ kind: 'denied' }] });
    expect(planExitCode([plan])).toBe(2);
  });

  it('is looked up in our own account alone: of a group of another owner nothing is known', () => {
    const peer = { kind: 'group', id: 'sg-gone', ownerId: '2000000000000002' } as const;
    expect(planned([{ ...FROM_GROUP, peer }])).toMatchObject({ status: 'pending', findings: [] });
  });
});

it('of many absent names the block says the first five and how many more', () => {
  const ids = Array.from({ length: 7 }, (_, at) => `sg-gone${at}`);
  const plan = planned(
    ids.map((id, at) => rule({ ports: `${8000 + at}`, peer: id })),
    [],
    {},
    new Set(ids),
  );
  expect(plan.findings).toHaveLength(7);
  expect(plan.blockedBy[0]?.message).toMatch(/^7 rules left out.*sg-gone4 \(web.yaml:5\) and 2 more$/);
});
