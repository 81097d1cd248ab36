// A plan is that of sets: the order in which the cloud describes rules and list entries, in which a policy names its rules,
// and in which refusals were learned, is nothing that a plan, or any rendering of it, may depend on.
//
// 1. The text, the Markdown and the JSON of a plan are the same bytes whatever the order of those, in every mode, with
//    rules of one identity several times over, rules that are ignored, of others, refused, absent or not understood,
//    little room, limits that are met, and lists that were read.
// 2. No rendering is trivial: each kind of plan above comes about in the cases that are tried.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DescribedGroup, DescribedRule, Mode } from '../../reconciler/model/group.ts';
import type { ReadLists } from '../../reconciler/exposure/engine/context.ts';
import { ruleIdentity, type Rule } from '../../reconciler/model/rule.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import type { GroupPolicy, PlanOptions } from '../../reconciler/plan/plan.ts';
import type { RefusedRule } from '../../reconciler/plan/diff/quarantine.ts';
import { planReport } from '../../reconciler/report/document.ts';
import { renderMarkdown } from '../../reconciler/report/markdown/plan-page.ts';
import { renderText } from '../../reconciler/report/text.ts';
import { described, desired, groupOf, OPTIONS, policyOf, SAFETY } from '../support/plan-inputs.ts';
import { Random } from '../support/random.ts';
import { arbitraryEdit, NARROW_WORLD, POLICY_WORLD, prefix, type World } from '../support/rule-sets.ts';
import { runs } from '../support/runs.ts';

const IDS = ['pl-a', 'pl-b', 'sg-a', 'sg-b', 'prl-a', 'prl-b'];
const UNKNOWN = '{"Later":"1"}';

const drawText = (rule: Rule, random: Random): Rule => ({
  ...rule,
  description: random.pick([null, 'one', 'two', 'ops: three']),
});

/** Some rules twice or thrice, with texts of their own, a few with fields that are not understood. */
function drawDescribed(rules: readonly Rule[], random: Random): DescribedRule[] {
  const copies = (): number => (random.chance(0.4) ? 2 + random.below(2) : 1);
  const withUnknown = (rule: Rule): Rule => (random.chance(0.05) ? { ...rule, unknown: UNKNOWN } : rule);
  return described(
    rules.flatMap((rule) => Array.from({ length: copies() }, () => withUnknown(drawText(rule, random)))),
  );
}

const LISTS: ReadLists = {
  prefixLists: new Map([
    [
      'pl-a',
      {
        family: 'ipv4',
        entries: ['10.0.0.0/8', '192.0.2.0/24', '198.51.100.0/24'].map((text) => prefix(text)),
      },
    ],
  ]),
  portLists: new Map([
    [
      'prl-a',
      [
        { first: 22, last: 22 },
        { first: 443, last: 450 },
        { first: 80, last: 80 },
      ],
    ],
  ]),
};

interface Shape {
  readonly mode: Mode;
  readonly apiLevel: DescribedGroup['apiLevel'];
  readonly ownership: 'exclusive' | 'declared';
  readonly modify: PlanOptions['modify'];
  readonly free: number;
}

function drawInput(
  edit: { before: readonly Rule[]; after: readonly Rule[] },
  shape: Shape,
  random: Random,
): PlanInput {
  const there = drawDescribed(edit.before, random);
  const wanted = edit.after.map((rule) => desired(drawText(rule, random), 1 + random.below(2)));
  const some = (rules: readonly Rule[]): Rule[] => rules.filter(() => random.chance(0.1));
  const [unwanted, unmoved] = [some(edit.after), some(edit.before)];
  return {
    desired: {
      ...policyOf([], { mode: shape.mode, ownership: shape.ownership }),
      ignore: [{ description: 'ops: *', source: { file: 'web.yaml', line: 2, column: 1 } }],
      rules: {
        ingress: wanted.filter(({ rule }) => rule.direction === 'ingress'),
        egress: wanted.filter(({ rule }) => rule.direction === 'egress'),
      },
    },
    described: groupOf(
      shape.apiLevel === 'current'
        ? there
        : there.map((each) => ({ ...each, id: null, selector: { Raw: each.id ?? '' } })),
      { apiLevel: shape.apiLevel },
    ),
    settings: {
      ...OPTIONS,
      modify: shape.modify,
      ruleQuota: Math.max(there.length, wanted.length) + shape.free,
      groupReferenceQuota: 100,
    },
    learned: {
      quarantined: {
        desired: new Set(unwanted.map(ruleIdentity)),
        described: new Set(unmoved.map(ruleIdentity)),
      },
      refused: [...unwanted, ...unmoved].map((rule) => ({ rule, reason: 'Denied', untilMs: 60_000 })),
      unreadLists: ['the sizes of prefix lists are not known', 'the sizes of port lists are not known'],
    },
    ownedRules: new Set(there.flatMap(({ id }) => (id !== null && random.chance(0.5) ? [id] : []))),
    lists: LISTS,
    absent: new Set(IDS.filter(() => random.chance(0.4))),
    safety: { ...SAFETY, isNew: random.chance(0.2) },
    nowMs: 0,
  };
}

function shuffled(input: PlanInput, random: Random): PlanInput {
  const { rules } = input.desired;
  const policy: GroupPolicy = {
    ...input.desired,
    rules: { ingress: random.shuffle(rules.ingress ?? []), egress: random.shuffle(rules.egress ?? []) },
  };
  const refused: readonly RefusedRule[] = input.learned?.refused ?? [];
  return {
    ...input,
    desired: policy,
    described: { ...input.described, rules: random.shuffle(input.described.rules) },
    learned: {
      ...input.learned,
      refused: random.shuffle(refused),
      unreadLists: random.shuffle(input.learned?.unreadLists ?? []),
    },
    lists: {
      prefixLists: new Map(
        random
          .shuffle([...LISTS.prefixLists])
          .map(([id, list]) => [id, { ...list, entries: random.shuffle(list.entries ?? []) }]),
      ),
      portLists: new Map(
        random.shuffle([...LISTS.portLists]).map(([id, ranges]) => [id, random.shuffle(ranges)]),
      ),
    },
  };
}

const SHAPES: fc.Arbitrary<Shape> = fc.record({
  mode: fc.constantFrom<Mode>('enforce', 'additive', 'observe'),
  apiLevel: fc.constantFrom<DescribedGroup['apiLevel']>('current', 'current', 'legacy2019'),
  ownership: fc.constantFrom('exclusive', 'exclusive', 'declared'),
  modify: fc.constantFrom<PlanOptions['modify']>('prefer', 'auto', 'never'),
  free: fc.constantFrom(0, 1, 1000),
});

/** Every rendering, and the plan itself. */
function bytesOf(input: PlanInput): { readonly kinds: readonly string[]; readonly bytes: string } {
  const plan = planGroup(input);
  const exact = JSON.stringify(plan, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
  return {
    kinds: [
      plan.status,
      ...plan.exceptions.map(({ kind }) => kind),
      ...plan.findings.map(({ id }) => id),
      ...plan.blockedBy.map(({ kind }) => kind),
    ],
    bytes: [
      renderText('dir-1', [plan]),
      renderMarkdown('dir-1', [plan]),
      JSON.stringify(planReport('dir-1', [plan])),
      exact,
    ].join('\n'),
  };
}

const WORLDS: ReadonlyArray<readonly [string, World]> = [
  ['wide', POLICY_WORLD],
  ['narrow', NARROW_WORLD],
];

it.each(WORLDS)(
  'plans in a %s world are the same bytes whatever the order of rules and entries',
  (_, world) => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(arbitraryEdit(7, world), SHAPES, fc.integer(), (edit, shape, seed) => {
        const random = new Random(seed);
        const input = drawInput(edit, shape, random);
        const { kinds, bytes } = bytesOf(input);
        for (const kind of kinds) seen.add(kind);
        expect(bytesOf(shuffled(input, random)).bytes).toBe(bytes);
      }),
      runs(150),
    );
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'pending',
        'blocked',
        'cannot-modify',
        'quarantined',
        'unmanaged-rules',
        'unknown-fields',
        'absent-group',
      ]),
    );
  },
);
