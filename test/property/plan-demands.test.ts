// Guardrails and expectations while a plan is carried out, in a small world in which every packet is tried: a plan that
// may go breaks none of them at any moment, whatever the room, the fallback, and what is left out of it for now.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GroupContext } from '../../reconciler/exposure/engine/context.ts';
import type { Expectation } from '../../reconciler/model/packets/pattern.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import type { Deny } from '../../reconciler/judge/verdict/guardrail.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import { expectation } from '../support/judge/demands.ts';
import { oracleCounts, type OracleCount } from '../support/judge/oracle.ts';
import {
  arbitraryDeny,
  arbitraryPattern,
  contextOf,
  draw,
  questionOf,
  smallEdits,
} from '../support/judge/small-world.ts';
import { described, groupOf, OPTIONS, policyOf, SAFETY } from '../support/plan-inputs.ts';
import { moments } from '../support/plan-witness.ts';
import { Random } from '../support/random.ts';
import { SELF } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const isOfVpc = (rule: Rule): boolean => rule.nicType === 'intranet' && rule.ports.kind !== 'list';

const beyond = ({ what: { tolerate } }: Deny, { family, certain }: OracleCount): boolean => {
  const length = tolerate[family];
  return certain > (length === null ? 0 : 2 ** ((family === 'ipv4' ? 32 : 128) - length));
};

const arbitraryExpectation = fc
  .tuple(draw('accept' as const, 'drop' as const), arbitraryPattern)
  .map(([kind, words]): Expectation => expectation(kind, words));

const arbitraryTrouble = fc.record({
  room: draw(0, 1, 1000),
  fallback: draw('neverOpen' as const, 'neverCut' as const),
  batchesAtomic: fc.boolean(),
  quarantined: draw<'none' | 'desired' | 'described'>('none', 'none', 'desired', 'described'),
  rests: draw(false, false, true),
  type: draw('normal' as const, 'enterprise' as const),
});

test('a plan that may go breaks no guardrail and no expectation at any moment', () => {
  let pending = 0;
  fc.assert(
    fc.property(
      smallEdits,
      arbitraryDeny,
      arbitraryExpectation,
      arbitraryTrouble,
      (edit, { deny }, expected, trouble) => {
        const [before, after] = [edit.before.filter(isOfVpc), edit.after.filter(isOfVpc)];
        const group = groupOf(described(before), { type: trouble.type });
        const named = (rules: readonly Rule[], isOn: boolean): ReadonlySet<string> =>
          new Set(isOn ? rules.slice(0, 1).map(ruleIdentity) : []);
        const plan = planGroup({
          desired: policyOf(after),
          described: group,
          settings: {
            ...OPTIONS,
            fallback: trouble.fallback,
            batchesAtomic: trouble.batchesAtomic,
            ruleQuota: before.length + trouble.room,
          },
          learned: {
            quarantined: {
              desired: named(after, trouble.quarantined === 'desired'),
              described: named(before, trouble.quarantined === 'described'),
            },
            ...(trouble.rests
              ? { resting: { identities: new Set([...before, ...after].map(ruleIdentity)), untilMs: 9 } }
              : {}),
          },
          safety: {
            ...SAFETY,
            brake: 'off',
            guardrails: [deny],
            expectations: [expected],
            privateNetworks: contextOf({} as GroupContext).privateNetworks,
          },
          nowMs: 0,
        });
        if (plan.status !== 'pending') return;
        pending += 1;
        const context: GroupContext = {
          id: SELF,
          type: trouble.type,
          innerAccess: 'drop',
          classic: false,
          prefixLists: new Map(),
          portLists: new Map(),
        };
        const failing = expected.kind === 'accept' ? 'drop' : 'accept';
        const fails = (rules: readonly Rule[], of: 'certain' | 'possible'): boolean =>
          oracleCounts([rules], questionOf(context, expected.pattern, failing)).some(
            (count) => count[of] > 0,
          );
        const held = !fails(before, 'possible');
        for (const moment of moments(group.rules, plan.steps, new Random(1))) {
          const counts = oracleCounts(
            [before, moment.rules],
            questionOf(context, deny.what.pattern, 'accept'),
          );
          expect(
            counts.filter((count) => count.surelyNew && beyond(deny, count)),
            moment.at,
          ).toEqual([]);
          if (held) expect(fails(moment.rules, 'certain'), moment.at).toBe(false);
        }
      },
    ),
    runs(250),
  );
  expect(pending).toBeGreaterThan(20);
});
