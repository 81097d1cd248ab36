import { describe, expect, it } from 'vitest';
import type { NamedSet } from '../../../../reconciler/model/group.ts';
import { describeRule } from '../../../../reconciler/model/rule-text.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import type { GroupPolicy } from '../../../../reconciler/plan/plan.ts';
import { planReport } from '../../../../reconciler/report/document.ts';
import type { Look } from '../../../../reconciler/report/look.ts';
import { PLAIN_TEXT, renderText, type TextOptions } from '../../../../reconciler/report/text.ts';
import type { FailedGroup, GroupResult } from '../../../../reconciler/report/results.ts';
import {
  described,
  desired,
  groupOf,
  OPTIONS,
  planFor,
  policyOf,
  SAFETY,
} from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
const http = rule({ ports: '80' });

const plan = (wanted: readonly Rule[], there: readonly Rule[], fields: Partial<GroupPolicy> = {}) =>
  planFor(policyOf(wanted, fields), groupOf(described(there)), OPTIONS);

function named(id: string, wanted: readonly Rule[], there: readonly Rule[]) {
  return planFor({ ...policyOf(wanted), id }, { ...groupOf(described(there)), id }, OPTIONS);
}

const linesOf = (results: readonly GroupResult[], options: Partial<TextOptions> = {}): string[] =>
  renderText('abc123', results, null, { ...PLAIN_TEXT, ...options }).split('\n');

/** The rows of the only group. */
const rowsOf = (...args: Parameters<typeof plan>): string[] => linesOf([plan(...args)]).slice(2, -1);

const CELLS: Look = { columns: 60, paint: (_tone, text) => text };

describe('the plan as text', () => {
  it('is a headline a group, then a line for what each rule of the policy does, then how to apply just that', () => {
    const results = [plan([web], [http, rule({ ports: '22', peer: 'sg-a' })])];
    const apply = 'rampart apply --plan';
    expect(linesOf(results, { apply })).toEqual([
      '1 group differs, 2 calls, all hitless   policies abc123   mode enforce',
      'sg-self  cn-hangzhou  +0 ~1 -1  ! opens to the internet: tcp 443  ! closes internet exposure: tcp 80  1 rule opens, 2 rules close',
      '  ! opens and closes tcp from the internet (0.0.0.0/0): ports 80 -> 443  web.yaml:1',
      '  - closes           tcp 22 from sg-a                                    undeclared rule',
      `Details: --calls, --all, --json. Apply exactly this: ${apply} ${planReport('r', results).hash.slice(0, 12)}`,
      '',
    ]);
  });

  it('puts what opens to the internet first, then what closes to it, then what is stuck, and counts what is converged', () => {
    const failed: FailedGroup = { ...planPlace('sg-4'), mode: 'enforce', error: 'no answer' };
    const results = [
      named('sg-1', [rule({ peer: '10.0.0.0/8' })], []),
      named('sg-2', [http], [http, web]),
      named('sg-3', [http, web], [http]),
      failed,
      named('sg-5', [http], [http]),
    ];
    const heads = linesOf(results).filter((line) => line.startsWith('sg-'));
    expect(heads.map((line) => line.split(' ')[0])).toEqual(['sg-3', 'sg-2', 'sg-4', 'sg-1']);
    expect(heads[2]).toBe('sg-4  cn-hangzhou  error: "no answer"');
    expect(linesOf(results).slice(-2)).toEqual(['1 group converged.', '']);
    // What is told of elsewhere is counted all the same.
    const without = linesOf(results, { isTold: (result) => result === failed });
    expect(without).toEqual(linesOf(results).filter((line) => !line.startsWith('sg-4')));
    expect(linesOf(results, { all: true })).toContain('sg-5  cn-hangzhou  converged');
  });

  it('folds services and peers that one rule of a policy causes, by their names', () => {
    const set = (name: string, size: number): NamedSet => ({ name, size });
    const peers = ['192.0.2.53', '192.0.2.54'];
    const rules = (['tcp', 'udp'] as const).flatMap((protocol) =>
      peers.map((peer) => rule({ direction: 'egress', protocol, ports: '53', peer })),
    );
    const closed = rule({ direction: 'egress', protocol: 'all', action: 'drop', priority: 100 });
    const policy = policyOf([]);
    const wanted = rules.map((each) => ({
      ...desired(each, 20),
      name: 'dns',
      words: { service: set('dns', 2), network: set('resolvers', 2) },
    }));
    const told = planFor(
      { ...policy, rules: { ingress: [], egress: [desired(closed), ...wanted] } },
      groupOf(described([closed])),
      OPTIONS,
    );
    expect(linesOf([told]).slice(1, -1)).toEqual([
      'sg-self  cn-hangzhou  +4 ~0 -0  4 rules open',
      '  + opens tcp and udp 53 (dns) to resolvers (2 addresses)  web.yaml:20 dns',
    ]);
  });

  it('lists the calls only where they are asked for, each with up to ten of the rules that it names', () => {
    const rules = Array.from({ length: 12 }, (_, at) => rule({ ports: String(at + 1), peer: '10.0.0.0/8' }));
    const results = [plan(rules, [web, rule({ ports: '22', peer: 'sg-a' })])];
    expect(linesOf(results).join()).not.toContain('SecurityGroup');
    const lines = linesOf(results, { calls: true }).map((line) => line.trim());
    const start = lines.indexOf('1. AuthorizeSecurityGroup 11 rules');
    expect(lines[start - 1]).toBe('calls');
    expect(lines.slice(start + 1, start + 12)).toEqual([
      ...rules.slice(1, 11).map(describeRule),
      'and 1 more',
    ]);
    expect(linesOf([plan([], [web, http])], { calls: true })).toContain('    1. RevokeSecurityGroup 2 rules');
  });

  it('says of a part of a rule what part it is', () => {
    const there = [rule({ peer: '10.1.0.0/16', action: 'drop' })];
    expect(rowsOf([...there, rule({ peer: '10.0.0.0/8' })], there)).toEqual([
      '  + opens tcp all ports from 10.0.0.0/8 except 10.1.0.0/16  web.yaml:2',
    ]);
    const banned = [rule({ ports: 'prl-ban', action: 'drop' })];
    expect(rowsOf([...banned, web], banned)).toEqual([
      '  ! opens tcp ports 443/443 not in prl-ban from the internet (0.0.0.0/0)  web.yaml:2',
    ]);
  });

  it('says at most where a rule says more than what opens', () => {
    const wanted = [rule({ protocol: 'all' }), rule({ protocol: '5', action: 'drop' })];
    expect(rowsOf(wanted, [])).toEqual([
      '  ! opens at most all protocols from the internet (0.0.0.0/0)  web.yaml:1',
      '  + adds  protocol 5 from the internet (0.0.0.0/0) (drop)      web.yaml:2',
    ]);
  });

  it('says at most of all that could not be worked out', () => {
    const exact = plan([web, rule({ ports: '8', peer: '10.0.0.0/8' })], []);
    const effects = exact.exposure.effects.map((effect) => ({ ...effect, whole: false, example: null }));
    const told = { ...exact, opening: [], exposure: { ...exact.exposure, effects, exact: false } };
    expect(linesOf([told]).slice(1, -1)).toEqual([
      'sg-self  cn-hangzhou  +2 ~0 -0  ! opens to the internet: at most tcp 443  at most 2 rules open',
      '  ! opens at most tcp 443 from the internet (0.0.0.0/0)  web.yaml:1',
      '  + opens at most tcp 8 from 10.0.0.0/8                  web.yaml:2',
      '  at most: too intricate to say exactly, no more than this changes',
    ]);
  });

  it('says of a rule that becomes quite another one that the old one goes and the new one comes', () => {
    const [from, to] = [
      rule({ ports: '22', peer: '10.0.0.0/8' }),
      rule({ ports: '443', peer: '192.0.2.0/24' }),
    ];
    const made = plan([to], [from]);
    expect(made.diff.different).toHaveLength(1);
    expect(linesOf([made]).slice(1, -1)).toEqual([
      'sg-self  cn-hangzhou  +1 ~0 -1  1 rule opens, 1 rule closes',
      '  + opens  tcp 443 from 192.0.2.0/24  web.yaml:1',
      '  - closes tcp 22 from 10.0.0.0/8     undeclared rule',
    ]);
  });

  it('says what an additive group leaves', () => {
    expect(rowsOf([web], [web, rule({ ports: '22', peer: 'sg-a' })], { mode: 'additive' })).toEqual([]);
    expect(
      rowsOf([web, http], [web, { ...rule({ ports: '22', peer: 'sg-a' }), description: 'old' }], {
        mode: 'additive',
      }),
    ).toEqual([
      '  ! opens  tcp 80 from the internet (0.0.0.0/0)  web.yaml:2',
      '  = leaves tcp 22 from sg-a                      undeclared rule "old"',
    ]);
  });

  it('says why a group is blocked and how to go on, and promises nothing of it', () => {
    const blocked = planFor(policyOf([web]), groupOf([]), { ...OPTIONS, ruleQuota: 0 });
    const lines = linesOf([blocked], { apply: 'rampart apply --plan' });
    expect(lines[0]).toBe('1 group differs; 1 group blocked   policies abc123   mode enforce');
    expect(lines[1]).toMatch(/ {2}BLOCKED by quota$/);
    expect(lines).toContain('  blocked by quota: the group would hold 1 rules; its quota is 0');
    expect(lines.some((line) => line.startsWith('    to go on: ask for fewer rules'))).toBe(true);
    expect(lines.at(-2)).toBe('Details: --calls, --all, --json.');
  });

  it('of an observed group says what would block it', () => {
    const observed = planFor(policyOf([], { mode: 'observe' }), groupOf(described([web])), OPTIONS, {
      safety: SAFETY,
    });
    const text = renderText('abc', [observed]);
    expect(text).toContain('  observed  would be blocked by brake\n');
    expect(text).toContain('\n  would be blocked by brake: ');
  });

  it('fits the width of a terminal, and goes on below', () => {
    const long = `${'a very long text '.repeat(8)}end`;
    const lines = linesOf([plan([{ ...web, description: long }], [web])], {
      look: CELLS,
      apply: 'rampart apply --plan',
    });
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(`description none -> "${long}"`);
  });

  it('cannot be painted or broken by a text of a stranger', () => {
    const hostile = { ...rule({ ports: '80' }), description: '\u001b[31m\nsg-forged  cn-hangzhou' };
    const text = renderText('abc', [plan([], [hostile])]);
    expect(text).not.toContain('\u001b');
    expect(text.split('\n').some((line) => line.startsWith('sg-forged'))).toBe(false);
  });
});

function planPlace(id: string) {
  const { account, region } = policyOf([]);
  return { account, region, id };
}
