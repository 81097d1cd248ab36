// How long the planner takes, and how many calls its plans need against plain batches (which are not safe).
import { compareRuleSets } from '../reconciler/exposure/ask/comparison.ts';
import { changedTraffic, exposureDelta } from '../reconciler/exposure/ask/delta.ts';
import { DEFAULT_MAX_WORK } from '../reconciler/exposure/engine/meter.ts';
import type { Rule } from '../reconciler/model/rule.ts';
import { diff } from '../reconciler/plan/diff/diff.ts';
import { ownershipOf } from '../reconciler/plan/diff/ownership.ts';
import { match } from '../reconciler/plan/match/match.ts';
import { permitted } from '../reconciler/plan/diff/mode.ts';
import type { PlanOptions, Step } from '../reconciler/plan/plan.ts';
import { chooseOrder } from '../reconciler/plan/fit/choose-order.ts';
import { callLimits } from '../reconciler/plan/order/calls.ts';
import { proofOf } from '../reconciler/plan/proof/proof.ts';
import { described, groupOf, OPTIONS, planFor, policyOf } from '../test/support/plan-inputs.ts';
import { Random } from '../test/support/random.ts';
import { BENCH_CONTEXT, editGroup, makeGroup, type Shape } from './shapes.ts';

const ROUNDS = 5;
type Pair = readonly [number, number];

/** Milliseconds that a median should stay under, of grown groups: order and proof, with few edits and all replaced. */
const TARGETS: Readonly<Record<number, { readonly few: Pair; readonly all: Pair }>> = {
  200: { few: [5, 20], all: [60, 300] },
  1000: { few: [20, 50], all: [150, 2000] },
};
const CASES: ReadonlyArray<readonly [Shape, number, readonly number[]]> = [
  ['grown', 20, [1, 5, 20]],
  ['grown', 200, [1, 5, 20, 100, 200]],
  ['grown', 1000, [1, 5, 20, 100, 1000]],
  ['boxes2d', 200, [5, 200]],
  ['boxes2d', 1000, [5, 1000]],
];
/** Quotas that bind nothing. */
export const PLENTY = { ruleQuota: 3000, groupReferenceQuota: 3000 };

/** Medians of a case: milliseconds, and calls of its plans. */
export interface PlanFigures {
  readonly shape: Shape;
  readonly rules: number;
  readonly edits: number;
  readonly orderMs: number;
  readonly proofMs: number;
  /** Traffic that changes; and what a plan says of it. */
  readonly deltaMs: number;
  readonly toldMs: number;
  /** Planned without a free slot; NaN: not measured. */
  readonly fullMs: number;
  readonly calls: number;
  readonly autoCalls: number;
  /** Of batches in any order, which are not safe. */
  readonly plainCalls: number;
  /** At most. */
  readonly heapMib: number;
}

/** Measures case by case. */
export function* planFigures(): Generator<PlanFigures> {
  for (const [shape, size, editCounts] of CASES) {
    for (const edits of editCounts) yield figuresOf(shape, size, edits);
  }
}

export function benchPlan(): void {
  console.log(
    'medians of 5; told: the delta, and rule by rule; full: planned without a free slot; plain: batches in any order',
  );
  console.log(
    'shape    rules  edits   order ms   proof ms   delta ms    told ms    full ms      calls  auto  plain   heap MB   targets ms',
  );
  for (const figures of planFigures()) console.log(row(figures));
}

const row = (figures: PlanFigures): string =>
  [
    figures.shape.padEnd(8),
    String(figures.rules).padStart(5),
    String(figures.edits).padStart(6),
    ...[figures.orderMs, figures.proofMs, figures.deltaMs, figures.toldMs, figures.fullMs].map((ms) =>
      (Number.isNaN(ms) ? '-' : ms.toFixed(1)).padStart(10),
    ),
    String(figures.calls).padStart(10),
    String(figures.autoCalls).padStart(5),
    String(figures.plainCalls).padStart(6),
    figures.heapMib.toFixed(0).padStart(9),
    ' ',
    targets(figures.shape, figures.rules, figures.edits),
  ].join(' ');

function figuresOf(shape: Shape, size: number, edits: number): PlanFigures {
  const times: Record<'order' | 'proof' | 'delta' | 'told' | 'full', number[]> = {
    order: [],
    proof: [],
    delta: [],
    told: [],
    full: [],
  };
  const calls: Record<'prefer' | 'auto' | 'plain', number[]> = { prefer: [], auto: [], plain: [] };
  let heapBytes = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const random = new Random(round);
    const before = makeGroup(shape, size, random);
    const after = editGroup(shape, before, edits, random);
    const options: PlanOptions = { ...OPTIONS, ...PLENTY };
    const heapBefore = process.memoryUsage().heapUsed;
    let steps: readonly Step[] = [];
    times.order.push(timeOf(() => (steps = stepsFor(before, after, options))));
    const group = groupOf(described(before));
    times.proof.push(
      timeOf(() => void proofOf(group, steps, { promised: 'hitless', batchesAtomic: false, alone: false })),
    );
    times.delta.push(
      timeOf(() => void changedTraffic(compareRuleSets(before, after, BENCH_CONTEXT), DEFAULT_MAX_WORK)),
    );
    times.told.push(timeOf(() => void exposureDelta(before, after, BENCH_CONTEXT)));
    heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed - heapBefore);
    if (size <= 200) {
      const full = { ...options, ruleQuota: size };
      times.full.push(timeOf(() => void planFor(policyOf(after), group, full)));
    }
    calls.prefer.push(steps.length);
    calls.auto.push(stepsFor(before, after, { ...options, modify: 'auto' }).length);
    const { missing, unexpected } = diff(policyOf(after), ownershipOf(policyOf(after), group));
    calls.plain.push(Math.ceil(missing.length / 100) + Math.ceil(unexpected.length / 100));
  }
  return {
    ...{ shape, rules: size, edits },
    ...{ orderMs: median(times.order), proofMs: median(times.proof), deltaMs: median(times.delta) },
    ...{ toldMs: median(times.told), fullMs: median(times.full) },
    ...{ calls: median(calls.prefer), autoCalls: median(calls.auto), plainCalls: median(calls.plain) },
    heapMib: heapBytes / 2 ** 20,
  };
}

function targets(shape: Shape, size: number, edits: number): string {
  const known = shape === 'grown' ? TARGETS[size] : undefined;
  const [order, proof] = (edits <= 20 ? known?.few : edits === size ? known?.all : undefined) ?? [];
  return order === undefined || proof === undefined ? '' : `order ${order}, proof ${proof}`;
}

/** Diff, match and order, without proof and exposure. */
export function stepsFor(
  before: readonly Rule[],
  after: readonly Rule[],
  options: PlanOptions,
): readonly Step[] {
  const group = groupOf(described(before));
  const policy = policyOf(after);
  const found = match(diff(policy, ownershipOf(policy, group)), group, options, callLimits(group, options));
  return chooseOrder(permitted(found, 'enforce', group).changes, policy, group, options).steps;
}

function timeOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
