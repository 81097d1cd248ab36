import { describe, expect, it } from 'vitest';
import type { DescribedGroup, Mode } from '../../../../reconciler/model/group.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { planGroup } from '../../../../reconciler/plan/plan-group.ts';
import type { GroupPlan, PlanOptions, PlanSettings, Step } from '../../../../reconciler/plan/plan.ts';
import { applySteps } from '../../../../reconciler/plan/proof/simulate.ts';
import { planDocument } from '../../../../reconciler/report/document.ts';
import { renderText } from '../../../../reconciler/report/text.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../../../support/plan-inputs.ts';
import { rule, SELF } from '../../../support/rule-sets.ts';

interface Setting {
  readonly mode?: Mode;
  readonly group?: Partial<DescribedGroup>;
  readonly options?: Partial<PlanOptions>;
}

function plan(wanted: readonly Rule[], there: readonly Rule[], setting: Setting = {}): GroupPlan {
  return planFor(
    policyOf(wanted, { mode: setting.mode ?? 'enforce' }),
    groupOf(described(there), setting.group),
    { ...OPTIONS, ...setting.options },
  );
}

/** `authorize 443/443 80/80`, `modify sgr-0`, `revoke sgr-1`; `*` marks a checkpoint. */
function outline(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    const mark = step.checkpoint ? '*' : '';
    switch (step.kind) {
      case 'authorize':
        return `${mark}authorize ${step.rules.map((item) => brief(item.rule)).join(' ')}`;
      case 'modify':
        return `${mark}modify ${step.target.id ?? 'tuple'} ${brief(step.to.rule)}`;
      case 'revoke':
        return `${mark}revoke ${step.targets.map(({ id, rule: item }) => id ?? brief(item)).join(' ')}`;
    }
  });
}

function brief({ action, ports, priority }: Rule): string {
  return `${action}:${ports.kind === 'range' ? ports.first : ports.kind}@${priority}`;
}

const web = rule({ ports: '443' });
const http = rule({ ports: '80' });
const ssh = rule({ ports: '22', peer: '10.0.0.0/8' });

describe('which calls are made', () => {
  it.each<[string, Rule[], Rule[], Setting, string[]]>([
    ['nothing to do', [web], [web], {}, []],
    ['one rule with another port is one Modify', [web], [http], {}, ['modify sgr-0 accept:443@1']],
    [
      'one rule with another port, source and action is one Modify',
      [rule({ ports: '443', peer: '10.0.0.0/8', action: 'drop', priority: 9 })],
      [http],
      {},
      ['modify sgr-0 drop:443@9'],
    ],
    [
      'the same with modify: auto',
      [web],
      [http],
      { options: { modify: 'auto' } },
      ['modify sgr-0 accept:443@1'],
    ],
    [
      'the same with modify: never',
      [web],
      [http],
      { options: { modify: 'never' } },
      ['authorize accept:443@1', '*revoke sgr-0'],
    ],
    [
      'a priority alone is modified under every setting',
      [rule({ ports: '443', priority: 5 })],
      [web],
      { options: { modify: 'never' } },
      ['modify sgr-0 accept:443@5'],
    ],
    [
      'a description alone is modified under every setting',
      [{ ...web, description: 'b' }],
      [{ ...web, description: 'a' }],
      { options: { modify: 'never' } },
      ['modify sgr-0 accept:443@1'],
    ],
    [
      'priorities that trade places are two Modifies of the rules that stay themselves',
      [rule({ ports: '443', priority: 2 }), rule({ ports: '80', priority: 1 })],
      [rule({ ports: '443', priority: 1 }), rule({ ports: '80', priority: 2 })],
      {},
      ['modify sgr-0 accept:443@2', 'modify sgr-1 accept:80@1'],
    ],
    [
      'another kind of peer is replaced',
      [rule({ ports: '443', peer: 'sg-a' })],
      [web],
      {},
      ['authorize accept:443@1', '*revoke sgr-0'],
    ],
    [
      'another family is replaced',
      [rule({ ports: '443', peer: '::/0' })],
      [web],
      {},
      ['authorize accept:443@1', '*revoke sgr-0'],
    ],
    [
      'another prefix list is replaced: its family is not known',
      [rule({ ports: '443', peer: 'pl-b' })],
      [rule({ ports: '443', peer: 'pl-a' })],
      {},
      ['authorize accept:443@1', '*revoke sgr-0'],
    ],
    [
      'a group of our own for one of another account is replaced: no field can be emptied',
      [rule({ ports: '443', peer: 'sg-b' })],
      [{ ...web, peer: { kind: 'group', id: 'sg-a', ownerId: '42' } }],
      {},
      ['authorize accept:443@1', '*revoke sgr-0'],
    ],
    [
      'a port list for a range is replaced',
      [rule({ ports: 'prl-a' })],
      [web],
      {},
      ['authorize accept:list@1', '*revoke sgr-0'],
    ],
    [
      'source ports that go are replaced: no field can be emptied',
      [web],
      [rule({ ports: '443', sourcePorts: { first: 53, last: 53 } })],
      {},
      ['authorize accept:443@1', '*revoke sgr-0'],
    ],
    [
      'source ports that come are modified',
      [rule({ ports: '443', sourcePorts: { first: 53, last: 53 } })],
      [web],
      {},
      ['modify sgr-0 accept:443@1'],
    ],
    [
      'an own side that goes is replaced',
      [web],
      [rule({ ports: '443', own: '10.1.0.0/16' })],
      {},
      ['authorize accept:443@1', '*revoke sgr-0'],
    ],
    [
      'another NIC is replaced',
      [rule({ ports: '443', nicType: 'internet' })],
      [web],
      {},
      ['authorize accept:443@1', '*revoke sgr-0'],
    ],
    [
      'the alike are paired',
      [rule({ ports: '8443', peer: '10.1.0.0/16' }), rule({ ports: '2222', peer: '10.2.0.0/16' })],
      [rule({ ports: '22', peer: '10.2.0.0/16' }), rule({ ports: '443', peer: '10.1.0.0/16' })],
      {},
      ['modify sgr-0 accept:2222@1', 'modify sgr-1 accept:8443@1'],
    ],
    [
      'a rule does not keep the text of one with another peer',
      [rule({ ports: '8443', peer: '10.1.0.0/16' })],
      [{ ...rule({ ports: '8443', peer: '10.2.0.0/16' }), description: 'the old office' }],
      {},
      ['authorize accept:8443@1', '*revoke sgr-0'],
    ],
    [
      'of many pairs, at most maxModifyPerPlan are modified',
      [rule({ ports: '1' }), rule({ ports: '2' }), rule({ ports: '3' })],
      [rule({ ports: '1-11' }), rule({ ports: '2-12' }), rule({ ports: '3-13' })],
      { options: { maxModifyPerPlan: 1 } },
      ['authorize accept:2@1 accept:3@1', '*revoke sgr-2 sgr-1', 'modify sgr-0 accept:1@1'],
    ],
    [
      'modify: auto batches what costs fewer calls in batches',
      [1, 2, 3, 4].map((port) => rule({ ports: `${port}` })),
      [1, 2, 3, 4].map((port) => rule({ ports: `${port}-${port + 10}` })),
      { options: { modify: 'auto' } },
      ['authorize accept:1@1 accept:2@1 accept:3@1 accept:4@1', '*revoke sgr-3 sgr-2 sgr-1 sgr-0'],
    ],
    [
      'modify: auto modifies where that costs no more calls',
      [1, 2].map((port) => rule({ ports: `${port}` })),
      [1, 2].map((port) => rule({ ports: `${port}-${port + 10}` })),
      { options: { modify: 'auto' } },
      ['modify sgr-1 accept:2@1', 'modify sgr-0 accept:1@1'],
    ],
    [
      'each direction has calls of its own',
      [web, rule({ direction: 'egress', ports: '443', peer: 'sg-a' })],
      [],
      {},
      ['authorize accept:443@1', 'authorize accept:443@1'],
    ],
  ])('%s', (...row) => {
    const [, wanted, there, setting, expected] = row;
    expect(outline(plan(wanted, there, setting).steps)).toEqual(expected);
  });

  it('makes batches only where too many rules change to look at every pair', () => {
    const many = (peer: string) => Array.from({ length: 510 }, (_, at) => rule({ ports: `${at + 1}`, peer }));
    const kinds = plan(many('10.0.0.0/8'), many('0.0.0.0/0'), { options: { ruleQuota: 2000 } }).steps.map(
      ({ kind }) => kind,
    );
    expect(new Set(kinds)).toEqual(new Set(['authorize', 'revoke']));
  });

  it('cuts batches at the vendor’s limit of 100', () => {
    const many = Array.from({ length: 250 }, (_, at) => rule({ ports: `${at + 1}` }));
    const sizes = plan(many, []).steps.map((step) => (step.kind === 'authorize' ? step.rules.length : 0));
    expect(sizes).toEqual([100, 100, 50]);
  });

  it('makes one rule a call for the API of 2019, and modifies description and priority only', () => {
    const legacy = {
      ...groupOf(described([http, rule({ ports: '22' })]).map((item) => ({ ...item, id: null }))),
      apiLevel: 'legacy2019' as const,
    };
    const wanted = [web, rule({ ports: '8443' }), rule({ ports: '22', priority: 7 })];
    const { steps } = planFor(policyOf(wanted), legacy, OPTIONS);
    expect(outline(steps)).toEqual([
      'authorize accept:443@1',
      'authorize accept:8443@1',
      '*revoke accept:80@1',
      'modify tuple accept:22@7',
    ]);
  });

  it('leaves a description alone where the API of 2019 could not tell which rule is meant', () => {
    const twins = [web, rule({ ports: '443', priority: 9 })];
    const legacy = groupOf(
      described(twins).map((item) => ({ ...item, id: null })),
      { apiLevel: 'legacy2019' },
    );
    const found = planFor(policyOf([{ ...web, description: 'text' }, ...twins.slice(1)]), legacy, OPTIONS);
    expect([found.status, found.steps]).toEqual(['converged', []]);
    expect(found.exceptions.map(({ kind }) => kind)).toEqual(['cannot-modify']);
  });
});

describe('in which order', () => {
  const wide = (fields: Parameters<typeof rule>[0]) => rule({ ports: '22', ...fields });

  it.each<[string, Rule[], Rule[], string[]]>([
    [
      'a drop comes before the accept that it limits',
      [wide({ priority: 2 }), wide({ peer: '10.0.0.0/8', action: 'drop', priority: 1 })],
      [],
      ['authorize drop:22@1', 'authorize accept:22@2'],
    ],
    [
      'and goes after it',
      [],
      [wide({ peer: '10.0.0.0/8', action: 'drop', priority: 1 }), wide({ priority: 2 })],
      ['revoke sgr-1', 'revoke sgr-0'],
    ],
    [
      'a drop need not precede an accept that only repeats what old rules accept',
      [
        wide({ peer: '10.0.0.0/8', priority: 3 }),
        wide({ peer: '10.1.0.0/16', action: 'drop', priority: 1 }),
        rule({ ports: '22-23', peer: '10.1.2.0/24', priority: 3 }),
      ],
      [wide({ peer: '10.0.0.0/8', priority: 3 })],
      ['authorize drop:22@1 accept:22@3'],
    ],
    [
      'and does precede it if a rule of another group might tell the two priorities apart',
      [
        wide({ peer: '10.0.0.0/8', priority: 3 }),
        wide({ peer: '10.1.0.0/16', action: 'drop', priority: 1 }),
        rule({ ports: '22-23', peer: '10.1.2.0/24', priority: 2 }),
      ],
      [wide({ peer: '10.0.0.0/8', priority: 3 })],
      ['authorize drop:22@1', 'authorize accept:22@2'],
    ],
    [
      'rules that meet nowhere share a batch',
      [wide({ peer: '11.0.0.0/8', priority: 2 }), wide({ peer: '10.0.0.0/8', action: 'drop', priority: 1 })],
      [],
      ['authorize drop:22@1 accept:22@2'],
    ],
    [
      'a peer may be in a prefix and in a group at once',
      [wide({ peer: 'sg-a', priority: 2 }), wide({ peer: '10.0.0.0/8', action: 'drop', priority: 1 })],
      [],
      ['authorize drop:22@1', 'authorize accept:22@2'],
    ],
    [
      'a port list may hold any port',
      [rule({ ports: 'prl-a', priority: 2 }), wide({ action: 'drop', priority: 1 })],
      [],
      ['authorize drop:22@1', 'authorize accept:list@2'],
    ],
    [
      'new rules are there before old ones go',
      [wide({ peer: 'sg-a' })],
      [wide({ peer: '10.0.0.0/8' })],
      ['authorize accept:22@1', '*revoke sgr-0'],
    ],
    [
      'a widening Modify stands where its new rule belongs',
      [wide({ peer: '0.0.0.0/0', priority: 2 }), wide({ peer: '11.1.0.0/16', action: 'drop', priority: 1 })],
      [wide({ peer: '10.0.0.0/8', priority: 2 })],
      ['authorize drop:22@1', 'modify sgr-0 accept:22@2'],
    ],
    [
      'a narrowing Modify stands where its old rule is taken away',
      [wide({ peer: '10.0.0.0/16' })],
      [wide({ peer: '10.0.0.0/8' }), wide({ peer: '10.0.0.0/9', priority: 2, action: 'drop' })],
      ['revoke sgr-1', 'modify sgr-0 accept:22@1'],
    ],
    [
      'of two moved rules, the one whose place the other takes is added before that place is left',
      [
        { ...rule({ ports: '22-30', peer: '10.2.0.0/16', priority: 5 }), description: 'one' },
        { ...rule({ ports: '20-25', peer: '10.1.0.0/16', priority: 1 }), description: 'two' },
        rule({ action: 'drop', priority: 50 }),
      ],
      [
        { ...rule({ ports: '22-30', peer: '10.1.0.0/16', priority: 5 }), description: 'one' },
        { ...rule({ ports: '20-21', peer: '10.3.0.0/16', priority: 1 }), description: 'two' },
        rule({ action: 'drop', priority: 50 }),
      ],
      ['authorize accept:20@1', '*revoke sgr-1', 'modify sgr-0 accept:22@5'],
    ],
    [
      'a moved rule that limits a new one is there before it',
      [
        rule({ ports: '22-30', peer: '10.1.0.0/16', action: 'drop', priority: 1 }),
        rule({ ports: '20-25', peer: '10.1.0.0/16', priority: 2 }),
      ],
      [rule({ ports: '40-50', peer: '10.1.0.0/16', action: 'drop', priority: 1 })],
      ['authorize drop:22@1', '*modify sgr-0 accept:20@2'],
    ],
  ])('%s', (_, wanted, there, expected) => {
    expect(outline(plan(wanted, there).steps)).toEqual(expected);
  });
});

describe('how much may change', () => {
  it('takes nothing away in additive mode, not even by modifying', () => {
    const found = plan([web, ssh], [http], { mode: 'additive' });
    expect(outline(found.steps)).toEqual(['authorize accept:22@1 accept:443@1']);
    expect([found.status, found.diff.unexpected.length]).toEqual(['pending', 1]);
  });

  it('is converged in additive mode with unexpected rules left', () => {
    expect(plan([web], [web, http], { mode: 'additive' }).status).toBe('converged');
  });

  it.each<[string, number, number, string[]]>([
    ['raises', 1, 5, ['modify sgr-0 accept:443@1']],
    ['does not lower', 5, 1, ['authorize accept:443@5']],
  ])('%s a priority in additive mode', (_, wanted, there, expected) => {
    const found = plan(
      [rule({ ports: '443', priority: wanted })],
      [rule({ ports: '443', priority: there })],
      {
        mode: 'additive',
      },
    );
    expect(outline(found.steps)).toEqual(expected);
  });

  it('leaves the text of a rule that stands twice in additive mode, and says so', () => {
    const found = plan([{ ...web, description: 'HTTPS' }], [web, { ...web, description: 'b' }], {
      mode: 'additive',
    });
    expect([found.status, found.steps]).toEqual(['converged', []]);
    expect(found.exceptions.map(({ kind }) => kind)).toEqual(['cannot-modify']);
    expect(found.exceptions[0]?.message).toMatch(
      /^description of sgr-0 stays as it is: sgr-1 is the same rule/,
    );
  });

  it('changes the text of a rule that stands twice once the other one is gone', () => {
    const found = plan([{ ...web, description: 'HTTPS' }], [web, { ...web, description: 'b' }]);
    expect(outline(found.steps)).toEqual(['revoke sgr-1', 'modify sgr-0 accept:443@1']);
  });

  it('plans for rules that the API of 2019 names alike', () => {
    const twins = [web, { ...web, description: 'b' }].map((item) => ({ rule: item, id: null, selector: {} }));
    const found = planFor(
      policyOf([{ ...web, description: 'HTTPS' }]),
      groupOf(twins, { apiLevel: 'legacy2019' }),
      OPTIONS,
    );
    expect(outline(found.steps)).toEqual(['revoke accept:443@1', 'modify tuple accept:443@1']);
  });

  it('shows in observe mode what would be done', () => {
    const found = plan([web], [http], { mode: 'observe' });
    expect([found.status, outline(found.steps)]).toEqual(['observed', ['modify sgr-0 accept:443@1']]);
    expect(plan([web], [web], { mode: 'observe' }).status).toBe('converged');
  });

  it('never writes to a group that a cloud product owns', () => {
    const group = { serviceManaged: true };
    const found = plan([web], [http], { group });
    expect([found.status, found.blockedBy.map(({ kind }) => kind)]).toEqual(['blocked', ['managed']]);
    expect(plan([web], [web], { group }).status).toBe('converged');
  });

  it('blocks a group that names itself as a peer, which only a policy by name or tags can do unnoticed', () => {
    const wanted = [rule({ ports: '22', peer: 'sg-a' }), rule({ ports: '22', peer: SELF })];
    const found = plan(wanted, []);
    expect(found.status).toBe('blocked');
    expect(found.blockedBy.map(({ kind, message }) => [kind, message])).toEqual([
      ['denied', 'rules name the group itself, and the vendor refuses that: web.yaml:2'],
    ]);
  });

  it('blocks an enterprise group whose policy names groups, and says where', () => {
    const found = plan([rule({ ports: '22', peer: 'sg-a' })], [], { group: { type: 'enterprise' } });
    expect(found.status).toBe('blocked');
    expect(found.blockedBy[0]?.message).toContain('web.yaml:1');
  });

  it('names the first place of several, whatever the order of the rules', () => {
    const wanted = policyOf(['sg-a', 'sg-b', 'sg-c'].map((peer) => rule({ ports: '22', peer })));
    const rules = { ...wanted.rules, ingress: (wanted.rules.ingress ?? []).toReversed() };
    const group = groupOf([], { type: 'enterprise' });
    const messages = [wanted, { ...wanted, rules }].map((policy) =>
      planFor(policy, group, OPTIONS).blockedBy.map(({ message }) => message),
    );
    expect(messages[0]).toEqual([expect.stringContaining(': 3, the first at web.yaml:1')]);
    expect(messages[1]).toEqual(messages[0]);
  });
});

describe('with little room', () => {
  const replaced = { wanted: [rule({ ports: '22', peer: 'sg-a' })], there: [rule({ ports: '22' })] };

  it('keeps a plan that fits exactly', () => {
    const found = plan(replaced.wanted, replaced.there, { options: { ruleQuota: 2 } });
    expect([found.hitless, found.status]).toEqual([true, 'pending']);
  });

  it('falls back to neverOpen', () => {
    const found = plan(replaced.wanted, replaced.there, { options: { ruleQuota: 1 } });
    expect([found.status, found.hitless]).toEqual(['pending', false]);
    expect(outline(found.steps)).toEqual(['revoke sgr-0', 'authorize accept:22@1']);
    expect(found.exceptions.map(({ kind }) => kind)).toEqual(['neverOpen']);
  });

  it('says what every order of the calls would hit, and how many free slots would do, in the plan and in its JSON', () => {
    const found = plan(replaced.wanted, replaced.there, { options: { ruleQuota: 1 } });
    expect(found.exceptions[0]?.message).toContain(
      'each order of the calls hits ingress tcp port 22 peer 198.51.100.7 in sg-a for a moment; with 1 more free slot there is one',
    );
    expect(planDocument(found).exceptions).toMatchObject([
      {
        kind: 'neverOpen',
        noHitlessOrder: {
          isCertain: true,
          witnesses: [
            { direction: 'ingress', protocol: 6, port: 22, peer: '198.51.100.7', memberOf: ['sg-a'] },
          ],
          freeSlots: { rules: 1, groupRules: 0 },
        },
      },
    ]);
  });

  const crossed = {
    wanted: [rule({ ports: '22', peer: 'sg-a' }), rule({ ports: '22', action: 'drop', priority: 2 })],
    there: ['10.0.0.0/9', '10.128.0.0/9'].map((peer) => rule({ ports: '22', peer })),
  };
  it.each<[string, Rule[], Rule[], Partial<PlanOptions>]>([
    ['no order is hitless', replaced.wanted, replaced.there, { ruleQuota: 1, fallback: 'refuse' }],
    [
      'no order of several rules is',
      crossed.wanted,
      crossed.there,
      { ruleQuota: 2, modify: 'never', fallback: 'refuse' },
    ],
    ['the wanted rules are too many', [...crossed.wanted, web], crossed.there, { ruleQuota: 2 }],
  ])('promises nothing of calls that are not made because %s', (_, wanted, there, options) => {
    const found = plan(wanted, there, { options });
    expect([found.status, found.hitless]).toEqual(['blocked', false]);
    expect(found.exceptions).toMatchObject([
      { kind: 'unpromised', message: `nothing is promised of these calls: ${found.blockedBy[0]?.message}` },
    ]);
    expect(renderText('abc', [found])).toContain('NOT hitless');
  });

  it('modifies more than maxModifyPerPlan rather than lose the promise', () => {
    const moved = (first: number) =>
      [1, 2, 3].map((at) => rule({ ports: `${first + at}`, peer: `10.${at}.0.0/16` }));
    const options = { maxModifyPerPlan: 0, ruleQuota: 3 };
    const found = plan(moved(80), moved(8080), { options });
    expect([found.hitless, found.steps.map(({ kind }) => kind)]).toEqual([
      true,
      ['modify', 'modify', 'modify'],
    ]);
  });

  it('changes the text of a rule after its twin became another one', () => {
    const idle = rule({ ports: '5', peer: '10.0.0.0/8', priority: 2 });
    const there = [rule({}), { ...rule({}), description: 'b' }, idle];
    const wanted = [
      { ...rule({}), description: 'all' },
      { ...rule({ ports: '100-65535' }), description: 'b' },
      rule({ ports: '22', peer: 'sg-a' }),
    ];
    expect(outline(plan(wanted, there, { options: { ruleQuota: 3 } }).steps)).toEqual([
      'revoke sgr-2',
      'modify sgr-1 accept:100@1',
      'authorize accept:22@1',
      'modify sgr-0 accept:1@1',
    ]);
  });

  it('carries out independent parts one after the other in the same slot', () => {
    const part = (at: number, peer: string) => rule({ ports: `${at}`, peer });
    const found = plan([part(1, 'sg-a'), part(2, 'sg-a')], [part(1, '10.0.0.0/8'), part(2, '10.0.0.0/8')], {
      options: { ruleQuota: 3 },
    });
    expect(found.hitless).toBe(true);
    expect(outline(found.steps)).toEqual([
      'authorize accept:1@1',
      '*revoke sgr-0',
      'authorize accept:2@1',
      '*revoke sgr-1',
    ]);
  });

  describe('where rules of one shape become rules of another', () => {
    const stripes = [0, 1, 2, 3];
    const byPort = stripes.map((at) => rule({ ports: `${at * 10 + 1}-${at * 10 + 10}`, peer: '10.0.0.0/8' }));
    const byAddress = stripes.map((at) => rule({ ports: '1-40', peer: `10.${at * 64}.0.0/10` }));
    const full = { ruleQuota: 4, fallback: 'refuse' } as const;

    it('modifies one rule twice, which stands in for the others meanwhile', () => {
      const found = plan(byAddress, byPort, { options: full });
      expect([found.hitless, found.status]).toEqual([true, 'pending']);
      expect(outline(found.steps)).toEqual([
        'modify sgr-1 accept:1@1',
        '*revoke sgr-2 sgr-3',
        'modify sgr-0 accept:1@1',
        'authorize accept:1@1 accept:1@1',
        '*modify sgr-1 accept:1@1',
      ]);
      expect(plan(byPort, byAddress, { options: full }).hitless).toBe(true);
    });

    it('does so with the texts of the policy at the end, and else not', () => {
      const text = (rules: readonly Rule[], description: string): Rule[] =>
        rules.map((item) => ({ ...item, description }));
      const found = plan(text(byAddress, 'by address'), text(byPort, 'by port'), { options: full });
      expect(found.hitless).toBe(true);
      const after = applySteps(described(text(byPort, 'by port')), found.steps);
      expect(new Set(after.map(({ rule: { description } }) => description))).toEqual(new Set(['by address']));
      expect(plan(byAddress, text(byPort, 'by port'), { options: full }).hitless).toBe(false);
    });

    it.each<[string, Setting]>([
      ['with modify: never', { options: { ...full, modify: 'never' } }],
      ['on the API of 2019, which has no ids', { options: full, group: { apiLevel: 'legacy2019' } }],
    ])('does not do so %s', (_, setting) => {
      expect(plan(byAddress, byPort, setting).hitless).toBe(false);
    });
  });

  it('looks again before it relies on drops that it made, also where only half of the promise holds', () => {
    const there = [
      rule({ ports: '22', peer: '10.0.0.0/8', priority: 2 }),
      rule({ ports: '22', peer: '10.1.0.0/16', action: 'drop' }),
    ];
    const wanted = [
      rule({ ports: '22', peer: 'sg-a', priority: 2 }),
      rule({ ports: '22', peer: 'sg-b', action: 'drop' }),
    ];
    const found = plan(wanted, there, { options: { ruleQuota: 2 } });
    expect(found.exceptions.map(({ kind }) => kind)).toEqual(['neverOpen']);
    expect(outline(found.steps)).toEqual([
      'revoke sgr-0',
      'authorize drop:22@1',
      '*revoke sgr-1',
      'authorize accept:22@2',
    ]);
  });

  it('keeps the room that a part needs for a while from one that would keep it', () => {
    const host = rule({ ports: '20-25', peer: '10.0.0.1' });
    const there = [
      rule({ protocol: 'udp', ports: '22', peer: '10.0.0.0/9', priority: 3 }),
      rule({ ports: '20-25', peer: 'sg-a', priority: 3 }),
      rule({ ports: '22', peer: '10.128.0.0/9' }),
      host,
    ];
    const wanted = [
      host,
      rule({ protocol: 'all', peer: '10.0.0.0/30' }),
      rule({ ports: '80', peer: '2001:db8::/32', priority: 2 }),
      rule({ ports: '22', peer: 'pl-a', priority: 4 }),
      rule({ ports: '22', peer: '10.0.0.0/9', priority: 3 }),
    ];
    const options = { ruleQuota: 5, modify: 'never', fallback: 'refuse' } as const;
    const found = plan(wanted, there, { options });
    expect([found.status, found.hitless]).toEqual(['pending', true]);
  });

  it('of parts that grow, begins with the one that gives back the most', () => {
    const part = (port: string, peers: readonly string[]) => peers.map((peer) => rule({ ports: port, peer }));
    const there = [...part('1', ['10.0.0.0/8']), ...part('2', ['10.0.0.0/8', '11.0.0.0/8', '12.0.0.0/8'])];
    const wanted = [...part('1', ['sg-a', 'sg-b', 'sg-c']), ...part('2', ['sg-a', 'sg-b', 'sg-c', 'sg-d'])];
    const found = plan(wanted, there, { options: { ruleQuota: there.length + 4, modify: 'never' } });
    expect(found.hitless).toBe(true);
    expect(found.steps.map((step) => (step.kind === 'authorize' ? step.rules.length : 0))).toEqual([
      4, 0, 3, 0,
    ]);
  });

  it('blocks a policy that wants more rules than the group can hold', () => {
    const found = plan([web, ssh], [], { options: { ruleQuota: 1 } });
    expect([found.status, found.blockedBy.map(({ kind }) => kind)]).toEqual(['blocked', ['quota']]);
  });

  it('takes rules away from a group that holds more than its quota', () => {
    const found = plan([web, ssh], [web, http, ssh], { options: { ruleQuota: 1 } });
    expect([found.status, outline(found.steps)]).toEqual(['pending', ['revoke sgr-1']]);
  });

  it('counts a rule as often as its list may hold entries', () => {
    const wanted = [rule({ ports: '22', peer: 'pl-a' })];
    const quota = { ruleQuota: 10 };
    expect(plan(wanted, [], { options: { ...quota, listSizes: { 'pl-a': 10 } } }).status).toBe('pending');
    expect(plan(wanted, [], { options: { ...quota, listSizes: { 'pl-a': 11 } } }).status).toBe('blocked');
  });

  it('counts a rule with two lists once for each pair of their entries', () => {
    const wanted = [rule({ ports: 'prl-a', peer: 'pl-a' })];
    const statusWith = (entries: number) =>
      plan(wanted, [], { options: { ruleQuota: 12, listSizes: { 'pl-a': 3, 'prl-a': entries } } }).status;
    expect([statusWith(4), statusWith(5)]).toEqual(['pending', 'blocked']);
  });

  it('counts rules that name a group apart', () => {
    const wanted = ['sg-a', 'sg-b', 'sg-c'].map((peer) => rule({ ports: '22', peer }));
    expect(plan(wanted, [], { options: { groupReferenceQuota: 3 } }).status).toBe('pending');
    expect(plan(wanted, [], { options: { groupReferenceQuota: 2 } }).status).toBe('blocked');
  });
});

describe('what a plan is', () => {
  it('has a hash of what it does, not of where that is written', () => {
    const wanted = policyOf([web]);
    const elsewhere = policyOf([web], {
      rules: {
        ingress: (wanted.rules.ingress ?? []).map((item) => ({
          ...item,
          name: 'https',
          source: { file: 'b.yaml', line: 7, column: 1 },
        })),
        egress: [],
      },
    });
    const hashOf = (policy: typeof wanted, there: Rule[]) =>
      planFor(policy, groupOf(described(there)), OPTIONS).hash;
    expect(hashOf(elsewhere, [http])).toBe(hashOf(wanted, [http]));
    expect(hashOf(wanted, [ssh])).not.toBe(hashOf(wanted, [http]));
    expect(hashOf({ ...wanted, mode: 'additive' }, [])).not.toBe(hashOf(wanted, []));
    const elsewhereIn = (fields: Partial<typeof wanted>) => hashOf({ ...wanted, ...fields }, []);
    expect(elsewhereIn({ region: 'cn-beijing' })).not.toBe(hashOf(wanted, []));
    const removing = (ids: string[]) =>
      planFor(policyOf([]), groupOf(ids.map((id) => ({ rule: web, id, selector: {} }))), OPTIONS).hash;
    expect(removing(['sgr-1'])).not.toBe(removing(['sgr-2']));
  });

  it('is frozen all the way down', () => {
    const found = plan([web], [http]);
    expect(() => Object.assign(found.steps[0] ?? {}, { kind: 'revoke' })).toThrow(TypeError);
    expect(Object.isFrozen(found.diff.different[0]?.from.rule.peer)).toBe(true);
  });

  it('keeps a description that the policy does not name where the priority alone differs', () => {
    const [step] = plan([{ ...web, priority: 7 }], [{ ...web, description: 'web' }]).steps;
    expect(step?.kind === 'modify' ? step.to.rule.description : null).toBe('web');
  });

  it.each(['prefer', 'auto'] as const)(
    'replaces a rule rather than inherit its text, with modify: %s',
    (modify) => {
      const ping = rule({ protocol: 'icmp', description: 'Ping from monitoring' });
      const found = plan([web], [ping], { options: { modify } });
      expect(outline(found.steps)).toEqual(['authorize accept:443@1', '*revoke sgr-0']);
      expect(plan([{ ...web, description: 'HTTPS' }], [ping], { options: { modify } }).steps).toHaveLength(1);
    },
  );

  it('blocks a full group whose rule would inherit a text, until the policy gives one', () => {
    const options = { ruleQuota: 1 };
    const [half, whole] = [rule({ peer: '10.0.0.0/9' }), rule({ peer: '10.0.0.0/8', description: 'office' })];
    expect(plan([half], [whole], { options }).blockedBy).toMatchObject([
      {
        kind: 'quota',
        liftedBy: 'edit',
        message: expect.stringMatching(/texts of others: web\.yaml:1$/) as unknown,
        override: 'give the rule a description, or free some rule slots',
      },
    ]);
    expect(outline(plan([{ ...half, description: 'half' }], [whole], { options }).steps)).toEqual([
      'modify sgr-0 accept:1@1',
    ]);
  });

  it('leaves no mark of a temporary rule on a declared rule', () => {
    const marked = { ...web, description: 'rampart: temporary, goes when the change under way is complete' };
    for (const wanted of [web, { ...web, priority: 9 }]) {
      const { steps } = plan([wanted], [marked]);
      const after = applySteps(described([marked]), steps);
      expect(after.map(({ rule: { description } }) => description)).toEqual(['no description']);
      expect(planFor(policyOf([wanted]), groupOf(after)).status).toBe('converged');
    }
    expect(outline(plan([http], [marked]).steps)).toEqual(['authorize accept:80@1', '*revoke sgr-0']);
  });

  it('keeps the owner of a group that the policy names by id only', () => {
    const owned = {
      ...rule({ ports: '22', peer: 'sg-a' }),
      peer: { kind: 'group', id: 'sg-a', ownerId: '42' } as const,
    };
    const [step] = plan([rule({ ports: '22', peer: 'sg-a', priority: 3 })], [owned]).steps;
    expect(step?.kind === 'modify' ? step.to.rule.peer : null).toEqual(owned.peer);
  });

  it('says what opens and what closes', () => {
    const { opened, closed } = plan([web], [http]).exposure;
    expect([opened.map(({ ports }) => ports), closed.map(({ ports }) => ports)]).toEqual([
      ['443/443'],
      ['80/80'],
    ]);
  });

  it('warns of rules that differ in priority only', () => {
    const found = plan([web, rule({ ports: '443', priority: 9 })], []);
    expect(found.findings.map(({ id, line }) => [id, line])).toEqual([['priority-twin', 2]]);
  });

  it('blocks a group that brings a bug to light, and no other', () => {
    const settings: PlanSettings = {
      ...OPTIONS,
      get ruleQuota(): never {
        throw new Error('no such quota');
      },
    };
    const input = { desired: policyOf([web]), described: groupOf([]), settings, nowMs: 0 };
    const { status, steps, blockedBy, hitless } = planGroup(input);
    expect({ status, steps, hitless }).toEqual({ status: 'blocked', steps: [], hitless: false });
    expect(blockedBy).toMatchObject([
      { kind: 'unsafe', message: expect.stringContaining('no such quota') as string },
    ]);
  });
});
