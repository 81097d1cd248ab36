// An approval names changes, so everyone who plans the same changes must get the same hash.
import { describe, expect, it } from 'vitest';
import type { DescribedGroup, DescribedRule } from '../../../../reconciler/model/group.ts';
import { ruleIdentity, type Rule } from '../../../../reconciler/model/rule.ts';
import type { PlanInput } from '../../../../reconciler/plan/plan-input.ts';
import type { GroupPolicy, PlanOptions } from '../../../../reconciler/plan/plan.ts';
import { DEFAULT_BRAKE } from '../../../../reconciler/plan/safety.ts';
import { described, groupOf, OPTIONS, planFor, policyOf, SAFETY } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
const http = rule({ ports: '80' });
const ssh = rule({ ports: '22', peer: '10.0.0.0/8' });
const office = rule({ ports: '22', peer: '192.0.2.0/24' });
const mail = rule({ ports: '25', priority: 9, description: 'mail' });

const WANTED = [web, office, { ...mail, description: 'post' }];
const THERE = [http, ssh, mail];

interface Case {
  readonly policy?: Partial<GroupPolicy>;
  readonly wanted?: readonly Rule[];
  readonly there?: readonly DescribedRule[];
  readonly group?: Partial<DescribedGroup>;
  readonly options?: Partial<PlanOptions>;
  readonly more?: Partial<PlanInput>;
}

const planOf = ({ policy, wanted = WANTED, there = described(THERE), group, options, more }: Case = {}) =>
  planFor(policyOf(wanted, policy), groupOf(there, group), { ...OPTIONS, ...options }, more);

const PLAIN = planOf().hash;
const [first, second, third] = described(THERE);
const refused = { desired: new Set([ruleIdentity(web)]), described: new Set([ruleIdentity(ssh)]) };
const ids = [first, second, third].flatMap((item) => (item === undefined ? [] : [item]));

describe('the hash of a plan is the same', () => {
  it.each<[string, Case]>([
    ['without Modify', { options: { modify: 'never' } }],
    ['with the fewest calls', { options: { modify: 'auto' } }],
    ['with at most one Modify', { options: { maxModifyPerPlan: 1 } }],
    ['in a group without room', { options: { ruleQuota: 3 } }],
    ['in a group for which the quota is too small', { options: { ruleQuota: 1, fallback: 'refuse' } }],
    ['with another fallback', { options: { fallback: 'neverCut' } }],
    ['with atomic batches', { options: { batchesAtomic: true } }],
    ['with some rules quarantined', { more: { learned: { quarantined: refused } } }],
    ['with a learned limit of rules', { more: { learned: { ruleLimit: 3 } } }],
    ['with what was learned of priorities', { options: { legacyPriority: 'revokeFirst' } }],
    ['with the sizes of lists', { options: { listSizes: { 'pl-a': 4 } } }],
    ['under a hold', { more: { holds: [{ group: null, reason: 'audit', untilMs: 1 }] } }],
    [
      'under limits that it goes beyond',
      { more: { safety: { ...SAFETY, brake: { ...DEFAULT_BRAKE, rules: 0 } } } },
    ],
    ['without a brake', { more: { safety: { ...SAFETY, brake: 'off' } } }],
    ['for rules in another order', { wanted: WANTED.toReversed(), there: ids.toReversed() }],
    ['for policies in another place', { policy: { source: { file: 'b.yaml', line: 7, column: 1 } } }],
    ['for a group whose interfaces have no other one', { policy: { alone: true } }],
    ['for a group that a cloud product owns', { group: { serviceManaged: true } }],
  ])('the hash of a plan is the same: %s', (_title, other) => {
    expect(planOf(other).hash).toBe(PLAIN);
  });

  it('whether or not the endpoint has rule ids, as long as nothing is removed', () => {
    const wanted = [web];
    const hashes = (['current', 'legacy2019'] as const).map(
      (apiLevel) => planOf({ wanted, there: [], group: { apiLevel } }).hash,
    );
    expect(new Set(hashes).size).toBe(1);
  });

  it('in mode additive, whatever is there beside the wanted rules', () => {
    const additive = { mode: 'additive' } as const;
    const wanted = [web, office];
    const one = planOf({ wanted, policy: additive, there: described([http]) });
    const other = planOf({ wanted, policy: additive, there: described([ssh, http]) });
    expect(other.hash).toBe(one.hash);
  });
});

describe('the hash of a plan is another one', () => {
  it.each<[string, Case]>([
    ['for one more rule', { wanted: [...WANTED, rule({ ports: '8443' })] }],
    ['for one rule less to remove', { there: ids.slice(1) }],
    [
      'for a rule that is removed under another id',
      { there: [{ ...ids[0]!, id: 'sgr-9' }, ...ids.slice(1)] },
    ],
    ['for a removed rule whose text is another one', { there: [withText(ids[0]!, 'old'), ...ids.slice(1)] }],
    ['for another text', { wanted: [web, office, { ...mail, description: 'letters' }] }],
    ['for a text that replaces another one', { there: [...ids.slice(0, 2), withText(ids[2]!, 'old')] }],
    ['for another priority', { wanted: [{ ...web, priority: 2 }, office, WANTED[2]!] }],
    ['in mode additive', { policy: { mode: 'additive' } }],
    ['in mode observe', { policy: { mode: 'observe' } }],
    ['for another group', { policy: { id: 'sg-other' } }],
    ['in another region', { policy: { region: 'cn-beijing' } }],
    ['in another account', { policy: { account: 'other' } }],
    ['for what an ignore pattern leaves alone', { policy: { ignore: [ignoring('mail')] } }],
  ])('the hash of a plan is another one: %s', (_title, other) => {
    expect(planOf(other).hash).not.toBe(PLAIN);
  });

  it('for rules without ids that are selected by other texts', () => {
    const [one, other] = ['10.0.0.0/8', '10.0.0.1/8'].map(
      (SourceCidrIp) =>
        planOf({ wanted: [], there: [{ rule: ssh, id: null, selector: { SourceCidrIp } }] }).hash,
    );
    expect(one).not.toBe(other);
  });
});

describe('the hash of what a policy wants', () => {
  const plain = planOf().desiredHash;

  it.each<[string, Case]>([
    ['whatever the group holds', { there: [] }],
    ['for rules in another order', { wanted: WANTED.toReversed() }],
    ['for policies in another place', { policy: { source: { file: 'b.yaml', line: 7, column: 1 } } }],
    ['with some rules quarantined', { more: { learned: { quarantined: refused } } }],
    ['in another mode', { policy: { mode: 'additive' } }],
  ])('is the same %s', (_title, other) => {
    expect(planOf(other).desiredHash).toBe(plain);
  });

  it.each<[string, Case]>([
    ['for one rule more', { wanted: [...WANTED, rule({ ports: '8443' })] }],
    ['for another text', { wanted: [web, office, { ...mail, description: 'letters' }] }],
    [
      'for a direction that is not managed',
      { policy: { rules: { ...policyOf(WANTED).rules, egress: null } } },
    ],
    ['for another group', { policy: { id: 'sg-other' } }],
  ])('is another one %s', (_title, other) => {
    expect(planOf(other).desiredHash).not.toBe(plain);
  });
});

function withText(item: DescribedRule, description: string): DescribedRule {
  return { ...item, rule: { ...item.rule, description } };
}

function ignoring(description: string) {
  return { description, source: { file: 'web.yaml', line: 1, column: 1 } };
}
