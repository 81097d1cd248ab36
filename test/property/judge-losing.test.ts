// Invariants of the brake's two questions, judged by an oracle that tries every packet of a small space:
// - the losing rules are the oracle's, no more and no fewer, with drops, priorities, groups, lists, both directions,
//   both group types and both families
// - the emptied directions are the oracle's
// - on a budget that ends at once every losing rule and every emptied direction is still named
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import { emptiedDirections } from '../../reconciler/judge/loss/emptied.ts';
import { losingRules } from '../../reconciler/judge/loss/losing-rules.ts';
import type { PortRange } from '../../reconciler/model/ports.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { oracleEmptied, oracleLosing, type RuleSets } from '../support/loss-oracle.ts';
import { arbitraryEdit, prefix, SELF } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';
import { SMALL_PRIVATE, SMALL_WORLD, smallSpaceFor } from '../support/small-world.ts';

const arbitrarySets = (): fc.Arbitrary<RuleSets> =>
  fc
    .record({
      edit: arbitraryEdit(6, SMALL_WORLD),
      type: fc.constantFrom('normal' as const, 'enterprise' as const),
      innerAccess: fc.constantFrom('accept' as const, 'drop' as const),
      list: fc.constantFrom<
        Array<[string, GroupContext['prefixLists'] extends ReadonlyMap<string, infer L> ? L : never]>
      >(
        [],
        [['pl-a', { family: 'ipv4', entries: null }]],
        [['pl-a', { family: 'ipv4', entries: [prefix('10.0.0.0/29'), prefix('10.0.0.9/32')] }]],
        [['pl-a', { family: 'ipv6', entries: [prefix('fd00::/126')] }]],
        [['pl-a', { family: 'ipv4', entries: [] }]],
      ),
      portList: fc.constantFrom<Array<[string, readonly PortRange[]]>>(
        [],
        [['prl-a', [{ first: 22, last: 79 }]]],
      ),
    })
    .map(({ edit, type, innerAccess, list, portList }) => ({
      ...edit,
      context: {
        id: SELF,
        type,
        innerAccess,
        classic: false,
        prefixLists: new Map(list),
        portLists: new Map(portList),
      },
    }));

const identities = (rules: Iterable<Parameters<typeof ruleIdentity>[0]>): string[] =>
  [...rules].map(ruleIdentity).sort();

const emptied = (sets: RuleSets, maxWork?: number): string[] =>
  emptiedDirections(sets, maxWork).map(({ direction, family }) => `${direction} ${family}`);

it('names just the rules that lose a packet when every packet is tried', () => {
  let losing = 0;
  fc.assert(
    fc.property(arbitrarySets(), (sets) => {
      const wanted = identities(oracleLosing(sets, smallSpaceFor(sets)));
      losing += wanted.length;
      expect(identities(losingRules({ ...sets, privateNetworks: SMALL_PRIVATE }))).toEqual(wanted);
    }),
    runs(3000),
  );
  expect(losing).toBeGreaterThan(1000);
});

it('names just the directions of which nothing is accepted any more when every packet is tried', () => {
  let found = 0;
  fc.assert(
    fc.property(arbitrarySets(), (sets) => {
      const wanted = oracleEmptied(sets, smallSpaceFor(sets));
      found += wanted.length;
      expect(emptied(sets)).toEqual(wanted);
    }),
    runs(1500),
  );
  expect(found).toBeGreaterThan(100);
});

it('misses nothing on a budget that ends at once', () => {
  fc.assert(
    fc.property(arbitrarySets(), fc.nat(30), (sets, maxWork) => {
      const space = smallSpaceFor(sets);
      const named = identities(losingRules({ ...sets, privateNetworks: SMALL_PRIVATE }, maxWork));
      expect(named).toEqual(expect.arrayContaining(identities(oracleLosing(sets, space))));
      expect(emptied(sets, maxWork)).toEqual(expect.arrayContaining(oracleEmptied(sets, space)));
    }),
    runs(500),
  );
});
