import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HeldGroup, packedGroup, unpackedGroup } from '../../../../../daemon/ecs/heads/held-group.ts';
import { digestValue } from '../../../../../daemon/learned/input-digest.ts';
import type { DescribedGroup } from '../../../../../reconciler/model/group.ts';
import { described, groupOf } from '../../../../support/plan-inputs.ts';
import { arbitraryRules, rule } from '../../../../support/rule-sets.ts';

/** With ids, as every group of today's API. */
function groupRead(): DescribedGroup {
  const group = groupOf(described([rule({ ports: '443' }), rule({ ports: '22' }), rule({ ports: '80' })]));
  const selector = {};
  const rules = group.rules.map((each, at) => ({ ...each, selector, id: `sgr-${at}` }));
  return { ...group, rules };
}

it('what was packed comes back equal, with its keys in the same order and the same rules', () => {
  const group = groupRead();
  const packed = packedGroup(group);
  const back = packed && unpackedGroup(packed);
  expect(back).toEqual(group);
  expect(digestValue(back)).toBe(digestValue(group));
  expect(back?.rules.map(({ rule }) => rule)).toEqual(group.rules.map(({ rule }) => rule));
});

it('so does a group of any rules and ids', () => {
  const aSelector = fc.dictionary(fc.string(), fc.string());
  const anId = fc.oneof(
    fc.uuid(),
    fc.string({ unit: fc.constantFrom('', ',', '\r', '\u2028', '"', '\\', 'ü') }),
  );
  fc.assert(
    fc.property(arbitraryRules(8), fc.array(anId, { minLength: 8 }), aSelector, (rules, ids, selector) => {
      const { rules: plain, ...group } = groupOf(described(rules));
      const read = {
        ...group,
        rules: plain.map(({ rule }, at) => ({ rule, id: ids[at] ?? '', selector })),
      };
      const packed = packedGroup(read);
      expect(packed === null).toBe(rules.length === 0);
      if (packed === null) return;
      expect(unpackedGroup(packed)).toEqual(read);
      expect(digestValue(unpackedGroup(packed))).toBe(digestValue(read));
    }),
  );
});

it.each<[string, (group: DescribedGroup) => DescribedGroup]>([
  ['no rules', (group) => ({ ...group, rules: [] })],
  ['rules without ids', (group) => ({ ...group, rules: group.rules.map((each) => ({ ...each, id: null })) })],
  [
    'a selector for each rule',
    (group) => ({ ...group, rules: group.rules.map((each, at) => ({ ...each, selector: { at: `${at}` } })) }),
  ],
  [
    'ids of two lines',
    (group) => ({ ...group, rules: group.rules.map((each) => ({ ...each, id: 'a\nb' })) }),
  ],
])('a group with %s is not packed, and kept as it is', (_, change) => {
  const group = change(groupRead());
  expect(packedGroup(group)).toBeNull();
  expect(new HeldGroup(group, true).group).toBe(group);
});

it('a group that is not kept is the very same object while someone works with it', () => {
  const group = groupRead();
  expect(new HeldGroup(group, false).group).toBe(group);
});

it('a group that is kept is an equal one', () => {
  const group = groupRead();
  expect(new HeldGroup(group, true).group).toEqual(group);
});
