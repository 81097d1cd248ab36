// How long the planner takes, and how many calls its plans need against plain batches (which are not safe).
import { groupContext } from '../reconciler/exposure/context.ts';
import { exposureDelta } from '../reconciler/exposure/delta.ts';
import { diff } from '../reconciler/plan/diff.ts';
import { match } from '../reconciler/plan/match.ts';
import { permitted } from '../reconciler/plan/mode.ts';
import { planGroup } from '../reconciler/plan/plan-group.ts';
import type { PlanOptions } from '../reconciler/plan/plan.ts';
import { callOptions, route } from '../reconciler/plan/route.ts';
import { described, groupOf, OPTIONS, policyOf } from '../test/support/plan-inputs.ts';
import { makeEdit, type Kind } from './plan-groups.ts';

const ROUNDS = 5;
const CASES: ReadonlyArray<readonly [Kind, number, readonly number[]]> = [
  ['realistic', 20, [1, 5, 20]],
  ['realistic', 200, [1, 5, 20, 100, 200]],
  ['realistic', 1000, [1, 5, 20, 100, 1000]],
  ['adversarial', 200, [5, 200]],
  ['adversarial', 1000, [5, 1000]],
];

export function benchPlan(): void {
  const options: PlanOptions = { ...OPTIONS, ruleQuota: 3000, groupRuleQuota: 3000 };
  console.log('group          rules  edits   order ms   delta ms    plan ms    calls  plain batches');
  for (const [kind, size, editCounts] of CASES) {
    for (const edits of editCounts) console.log(row(kind, size, edits, options));
  }
}

function row(kind: Kind, size: number, edits: number, options: PlanOptions): string {
  const times = { order: [] as number[], delta: [] as number[], plan: [] as number[] };
  let calls = 0;
  let plain = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { before, after } = makeEdit(kind, size, edits, 1 + round);
    const group = groupOf(described(before));
    const policy = policyOf(after);
    times.order.push(
      timeOf(() => {
        const found = match(diff(policy, group.rules), group, options, callOptions(group, options));
        route(permitted(found, 'enforce', group).changes, policy, group, options);
      }),
    );
    times.delta.push(timeOf(() => exposureDelta(before, after, groupContext(group))));
    times.plan.push(timeOf(() => (calls += planGroup(policy, group, options).steps.length)));
    const { missing, surplus } = diff(policy, group.rules);
    plain += Math.ceil(missing.length / 100) + Math.ceil(surplus.length / 100);
  }
  const cells = [times.order, times.delta, times.plan].map((values) =>
    median(values).toFixed(1).padStart(10),
  );
  const counts = [calls / ROUNDS, plain / ROUNDS].map((value) => value.toFixed(1).padStart(8));
  return `${kind.padEnd(14)} ${String(size).padStart(5)} ${String(edits).padStart(6)} ${cells.join(' ')} ${counts.join('       ')}`;
}

function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
