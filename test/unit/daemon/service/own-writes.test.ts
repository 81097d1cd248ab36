import { describe, expect, it } from 'vitest';
import { showsWrites } from '../../../../daemon/service/own-writes.ts';
import { planGroup } from '../../../../reconciler/plan/plan-group.ts';
import type { Rule } from '../../../../reconciler/model/rule.ts';
import { described, groupOf, OPTIONS, policyOf } from '../../../support/plan-inputs.ts';
import { rule } from '../../../support/rule-sets.ts';

const OLD = rule({ ports: '22', peer: '10.0.0.0/8' });
const NARROWER = rule({ ports: '22', peer: '10.1.0.0/16' });
const GONE = rule({ ports: '23', peer: '2001:db8::/32' });
const NEW = rule({ ports: '443', peer: '10.0.0.0/8', description: 'web' });
const FOREIGN = rule({ ports: '3389', peer: '0.0.0.0/0' });

/** Changes `OLD`, removes `GONE`, brings `NEW`. */
const { steps } = planGroup(policyOf([NARROWER, NEW]), groupOf(described([OLD, GONE])), OPTIONS);

describe('what a plan wrote is seen', () => {
  it.each<[what: string, rules: readonly Rule[], isSeen: boolean]>([
    ['when the group is as planned', [NARROWER, NEW], true],
    ['whatever somebody else put there', [NARROWER, NEW, FOREIGN], true],
    ['not while a new rule is missing', [NARROWER], false],
    ['not while a changed rule is as it was', [OLD, NEW], false],
    ['not while a removed rule is there', [NARROWER, NEW, GONE], false],
    ['not while a text is missing', [NARROWER, { ...NEW, description: null }], false],
    ['not at all before the first call', [OLD, GONE], false],
  ])('%s', (_what, rules, isSeen) => {
    expect(showsWrites(steps, groupOf(described(rules)))).toBe(isSeen);
  });

  it('when there was nothing to write', () => {
    expect(showsWrites([], groupOf(described([OLD])))).toBe(true);
  });
});
