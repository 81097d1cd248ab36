// Invariants of what a plan puts at stake, judged by an oracle that tries every packet of a small space:
// - `losing` is what the oracle finds between the group as it is and as it will be, ignored rules and unmanaged
//   directions included, but for rules that the last converged state did not have and those with an announced end
// - a direction is said to be emptied just where the oracle finds it so without accepts that are ignored or unmanaged,
//   undone drift or announced
// - an approval of the plan lifts each of its `approval` blocks, and one for a part of what is lost lifts none
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupContext } from '../../reconciler/exposure/engine/context.ts';
import { losingKey } from '../../reconciler/judge/loss/losing-rules.ts';
import type { DescribedRule } from '../../reconciler/model/group.ts';
import { ruleIdentity, type Direction, type Rule } from '../../reconciler/model/rule.ts';
import { DEFAULT_BRAKE, openingKey, type Approval, type SafetyInput } from '../../reconciler/plan/safety.ts';
import { oracleEmptied, oracleLosing } from '../support/loss-oracle.ts';
import { described, groupOf, OPTIONS, planFor, policyOf, SAFETY } from '../support/plan-inputs.ts';
import { arbitraryEdit } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';
import { SMALL_WORLD, smallSpaceFor } from '../support/small-world.ts';

const IGNORED_TEXT = 'cluster/a';
/** With a shape, so that accepts with the text are believed; what is about every protocol has none. */
const SHAPES = ['tcp', 'udp', 'icmp', 'icmpv6', 'gre'] as const;
const IGNORE = SHAPES.map((protocol) => ({
  description: 'cluster/*',
  protocol,
  source: { file: 'web.yaml', line: 9, column: 1 },
}));

/** Groups and unread lists need a share of the private addresses, which the property of `losingRules` tries. */
const WORLD = { ...SMALL_WORLD, peers: SMALL_WORLD.peers.filter((peer) => /^[0-9f:]/.test(peer)) };

const arbitraryScene = () =>
  fc
    .record({
      edit: arbitraryEdit(6, WORLD),
      type: fc.constantFrom('normal' as const, 'enterprise' as const),
      unmanaged: fc.constantFrom<Direction | null>(null, null, 'egress'),
      ignored: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      drift: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      announced: fc.array(fc.constantFrom(false, false, true), { minLength: 6, maxLength: 6 }),
      isKnown: fc.boolean(),
    })
    .map(({ edit, type, unmanaged, ignored, drift, announced, isKnown }) => {
      const there = edit.before.map((rule, at) =>
        ignored[at] === true ? { ...rule, description: IGNORED_TEXT } : rule,
      );
      const identities = (isMeant: (at: number) => boolean) =>
        new Set(there.filter((_, at) => isMeant(at)).map(ruleIdentity));
      const safety: SafetyInput = {
        ...SAFETY,
        brake: { ...DEFAULT_BRAKE, rules: 0, percent: 100, perHour: 100, opens: 'off' },
        lastConverged: isKnown ? identities((at) => drift[at] !== true) : null,
        announced: identities((at) => announced[at] === true),
      };
      const all = policyOf(edit.after, { ignore: IGNORE });
      const policy = unmanaged === null ? all : { ...all, rules: { ...all.rules, [unmanaged]: null } };
      return { policy, group: groupOf(described(there), { type, innerAccess: 'drop' }), safety };
    });

type Scene = ReturnType<typeof arbitraryScene> extends fc.Arbitrary<infer T> ? T : never;

const planOf = ({ policy, group }: Scene, safety: SafetyInput) =>
  planFor(policy, group, OPTIONS, { safety, nowMs: 1 });

const isIgnored = ({ policy }: Scene, { rule }: DescribedRule): boolean =>
  policy.rules[rule.direction] !== null &&
  rule.description === IGNORED_TEXT &&
  SHAPES.some((protocol) => protocol === rule.protocol);

const isOurs = (scene: Scene, each: DescribedRule): boolean =>
  scene.policy.rules[each.rule.direction] !== null && !isIgnored(scene, each);

/** By the words of the policy, not by the steps of the plan: what is ignored or unmanaged stays, and all else is as wanted. */
function afterwards(scene: Scene): { readonly staying: readonly Rule[]; readonly wanted: readonly Rule[] } {
  const { policy, group } = scene;
  const staying = group.rules.filter((each) => !isOurs(scene, each)).map(({ rule }) => rule);
  const kept = new Set(staying.map(ruleIdentity));
  const wanted = [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])].map(({ rule }) => rule);
  return { staying, wanted: wanted.filter((rule) => !kept.has(ruleIdentity(rule))) };
}

it('says just what is lost when every packet is tried', () => {
  let losing = 0;
  let emptied = 0;
  fc.assert(
    fc.property(arbitraryScene(), (scene) => {
      const { group, safety } = scene;
      const plan = planOf(scene, safety);
      fc.pre(plan.steps.length > 0 && plan.blockedBy.every(({ kind }) => kind === 'brake'));
      const { staying, wanted } = afterwards(scene);
      const context = groupContext(group);
      const before = group.rules.map(({ rule }) => rule);
      const sets = { before, after: [...staying, ...wanted], context };
      const counts = (rule: Rule): boolean =>
        !safety.announced.has(ruleIdentity(rule)) && (safety.lastConverged?.has(ruleIdentity(rule)) ?? true);
      const space = smallSpaceFor(sets);
      const lost = new Set([...oracleLosing(sets, space)].filter(counts).map(losingKey));
      expect(plan.losing.map(losingKey).sort()).toEqual([...lost].sort());
      losing += lost.size;

      const isDrop = (rule: Rule): boolean => rule.action === 'drop';
      const ours = group.rules.filter(
        (each) => isDrop(each.rule) || (isOurs(scene, each) && counts(each.rule)),
      );
      const empty = oracleEmptied(
        { before: ours.map(({ rule }) => rule), after: [...staying.filter(isDrop), ...wanted], context },
        space,
      );
      const message = plan.blockedBy[0]?.message ?? '';
      const said =
        /nothing of (.*?) would be accepted/.exec(message)?.[1]?.toLowerCase().split(' and ') ?? [];
      expect(said).toEqual(empty);
      emptied += empty.length;
      expect(plan.status).toBe(lost.size + empty.length > 0 ? 'blocked' : 'pending');
    }),
    runs(700),
  );
  expect(losing).toBeGreaterThan(70);
  expect(emptied).toBeGreaterThan(20);
});

it('goes on under an approval of all that is lost, and under none of a part of it', () => {
  let tried = 0;
  fc.assert(
    fc.property(arbitraryScene(), (scene) => {
      const plan = planOf(scene, scene.safety);
      fc.pre(plan.losing.length > 0);
      tried += 1;
      const approval: Approval = {
        planHash: 'another',
        desiredHash: plan.desiredHash,
        losing: plan.losing.map(losingKey),
        opening: plan.opening.map(openingKey),
        by: 'ada',
        reason: 'agreed',
        atMs: 0,
        untilMs: 2,
      };
      const under = (given: Approval) => planOf(scene, { ...scene.safety, approvals: [given] });
      expect(under(approval).approval).toEqual(approval);
      expect(under(approval).blockedBy.filter(({ liftedBy }) => liftedBy === 'approval')).toEqual([]);
      const part = { ...approval, losing: plan.losing.slice(1).map(losingKey) };
      expect(under(part)).toMatchObject({ approval: null, status: 'blocked' });
    }),
    runs(120),
  );
  expect(tried).toBeGreaterThan(40);
});
