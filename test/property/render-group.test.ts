// Invariants of `renderGroup`:
// - what a policy can say of a group comes back from its text, rule by rule, in both directions
// - a plan with that text has no calls, and so no group is changed by being imported
// - the text is of ASCII and other visible characters only
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { POLICY_PROTOCOLS } from '../../reconciler/model/protocol.ts';
import { DIRECTIONS, makeRule, ruleContent, type Rule } from '../../reconciler/model/rule.ts';
import { renderGroup } from '../../reconciler/policy/report/render-group.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../support/plan-inputs.ts';
import { compileTexts } from '../support/policy-text.ts';
import { arbitraryRules, distinct, SELF } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const texts = fc.oneof(
  fc.constantFrom(
    null,
    'null',
    '~',
    '42',
    '0x1f',
    'a: b',
    '- x',
    '"',
    "'",
    '#',
    ' lead',
    'tail ',
    '*',
    '&a',
    '!t',
    '%',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
);

const sayable = (rule: Rule): boolean =>
  makeRule(rule, 'desired').ok &&
  POLICY_PROTOCOLS.some((protocol) => protocol === rule.protocol) &&
  !(rule.peer.kind === 'group' && rule.peer.id === SELF);

const groups = fc
  .tuple(arbitraryRules(20), fc.array(texts, { minLength: 20, maxLength: 20 }))
  .map(([rules, descriptions]) =>
    distinct(rules.map((rule, at) => ({ ...rule, description: descriptions[at] ?? null }))).filter(sayable),
  );

it('what is written is what is read', () => {
  fc.assert(
    fc.property(groups, (rules) => {
      const group = groupOf(described(rules));
      const text = renderGroup(group);
      expect(text).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
      const compiled = compileTexts({ 'web.yaml': text });
      expect(compiled.problems).toEqual([]);
      const [read] = compiled.groups;
      const readRules = DIRECTIONS.flatMap((direction) => read?.rules[direction] ?? []).map(
        ({ rule }) => rule,
      );
      expect(readRules.map(ruleContent).sort()).toEqual(rules.map(ruleContent).sort());
      const plan = planFor(policyOf(readRules), group, OPTIONS);
      expect(plan.steps).toEqual([]);
    }),
    runs(150),
  );
});
