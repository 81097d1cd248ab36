import { describe, expect, it } from 'vitest';
import { diff } from '../../../../../reconciler/plan/diff/diff.ts';
import { ownershipOf } from '../../../../../reconciler/plan/diff/ownership.ts';
import type { Rule } from '../../../../../reconciler/model/rule.ts';
import type { Diff, GroupPolicy } from '../../../../../reconciler/plan/plan.ts';
import { describeRule } from '../../../../../reconciler/model/rule-text.ts';
import { described, groupOf, policyOf } from '../../../../support/plan-inputs.ts';
import { rule } from '../../../../support/rule-sets.ts';

const web = rule({ ports: '443' });
const ssh = rule({ ports: '22', peer: '10.0.0.0/8' });
const out = rule({ direction: 'egress', protocol: 'all' });
const withText = (text: string) => ({ ...web, description: text });
const ignoring = (description: string) => ({
  ignore: [{ description, source: { file: 'web.yaml', line: 9, column: 3 } }],
});

function summary(found: Diff): unknown {
  return {
    missing: found.missing.map(({ rule: item }) => describeRule(item)),
    unexpected: found.unexpected.map(({ id }) => id),
    different: found.different.map(({ from, fields }) => [from.id, ...fields]),
    same: found.same,
    unmanaged: found.unmanaged,
  };
}

const diffOf = (policy: GroupPolicy, there: readonly Rule[]): Diff =>
  diff(policy, ownershipOf(policy, groupOf(described(there))));

const NONE = { missing: [], unexpected: [], different: [], same: 0, unmanaged: 0 };

describe('diff', () => {
  it.each([
    ['nothing wanted, nothing there', [], [], {}, NONE],
    ['wanted and there', [web], [web], {}, { ...NONE, same: 1 }],
    ['wanted only', [web], [], {}, { ...NONE, missing: [describeRule(web)] }],
    ['there only', [], [web], {}, { ...NONE, unexpected: ['sgr-0'] }],
    [
      'another text',
      [withText('b')],
      [withText('a')],
      {},
      { ...NONE, different: [['sgr-0', 'description']] },
    ],
    ['a text where none was', [withText('b')], [web], {}, { ...NONE, different: [['sgr-0', 'description']] }],
    ['no text wanted: any will do', [web], [withText('a')], {}, { ...NONE, same: 1 }],
    ['twins: one is kept', [web], [web, web], {}, { ...NONE, same: 1, unexpected: ['sgr-1'] }],
    [
      'twins: the one with the wanted text is kept',
      [withText('b')],
      [withText('a'), withText('b')],
      {},
      { ...NONE, same: 1, unexpected: ['sgr-0'] },
    ],
    ['twins that no one wants', [], [web, web], {}, { ...NONE, unexpected: ['sgr-0', 'sgr-1'] }],
    [
      'a direction that is not managed is not looked at',
      [],
      [web, out],
      { rules: { ingress: [], egress: null } },
      { ...NONE, unexpected: ['sgr-0'] },
    ],
    [
      'a rule ignored by its text is left alone where it opens nothing',
      [ssh],
      [{ ...ssh, priority: 9, description: 'acs/1' }, ssh],
      ignoring('acs/*'),
      { ...NONE, same: 1, unmanaged: 1 },
    ],
    ['a rule without text is never ignored', [], [web], ignoring('*'), { ...NONE, unexpected: ['sgr-0'] }],
    [
      'an ignored rule fulfils a wanted one',
      [web],
      [withText('acs/1')],
      ignoring('acs/*'),
      { ...NONE, unmanaged: 1 },
    ],
  ])('diff: %s', (...row) => {
    const [, wanted, there, fields, expected] = row;
    const policy = { ...policyOf(wanted), ...fields };
    expect(summary(diffOf(policy, there))).toEqual(expected);
  });

  it('crashes on two desired rules of one identity, which the compiler refuses', () => {
    expect(() => diffOf(policyOf([web, withText('x')]), [])).toThrow('one identity');
  });
});
