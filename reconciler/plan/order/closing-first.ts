// Of calls that share no packet the order is free (theorem T4 of docs/algorithms.md): then what closes comes before what
// opens. The same calls, as many, in another order.
import { pairKind } from '../match/pair.ts';
import { extentOf, overlaps, type Extent } from '../overlap.ts';
import { rulesAddedBy, rulesRemovedBy, type Step } from '../plan.ts';

/** Beyond so many calls they stay as they are. */
const MAX_SORTED_CALLS = 200;

/** What a call does to traffic: what closes is least, and what does some of each is between. */
type TrafficEffect = -1 | 0 | 1;
const CLOSES = -1;
const OPENS = 1;

interface PlacedCall {
  readonly step: Step;
  readonly extents: readonly Extent[];
  readonly effect: TrafficEffect;
  /** How many checkpoints are passed when it is made. */
  readonly passed: number;
}

/**
 * Of hitless steps. A call goes before others of its kind between the same two checkpoints, so that a plan still looks at
 * what it added before it takes anything away.
 */
export function closingFirst(steps: readonly Step[]): Step[] {
  if (steps.length > MAX_SORTED_CALLS) return [...steps];
  const sorted: PlacedCall[] = [];
  for (const call of placedCalls(steps)) sorted.splice(placeOf(call, sorted), 0, call);
  return sorted.map(({ step }, at) => ({ ...step, checkpoint: steps[at]?.checkpoint === true }));
}

function placedCalls(steps: readonly Step[]): PlacedCall[] {
  let passed = 0;
  return steps.map((step) => {
    passed += Number(step.checkpoint);
    const rules = [...rulesAddedBy(step), ...rulesRemovedBy(step)];
    return { step, extents: rules.map(({ rule }) => extentOf(rule)), effect: trafficEffectOf(step), passed };
  });
}

/** Before the first call that opens more, of those that it may go before. */
function placeOf(call: PlacedCall, before: readonly PlacedCall[]): number {
  let place = before.length;
  for (const [at, other] of [...before.entries()].reverse()) {
    const isAlike =
      other.passed === call.passed && (other.step.kind === 'authorize') === (call.step.kind === 'authorize');
    if (!isAlike || !sharesNothing(other, call)) break;
    if (other.effect > call.effect) place = at;
  }
  return place;
}

const sharesNothing = (one: PlacedCall, other: PlacedCall): boolean =>
  one.extents.every((extent) => other.extents.every((its) => !overlaps(extent, its)));

function trafficEffectOf(step: Step): TrafficEffect {
  const effects = new Set(effectsOf(step));
  const [effect = 0] = effects;
  return effects.size === 1 ? effect : 0;
}

function effectsOf(step: Step): TrafficEffect[] {
  switch (step.kind) {
    case 'authorize':
      return step.rules.map(({ rule }) => (rule.action === 'accept' ? OPENS : CLOSES));
    case 'revoke':
      return step.targets.map(({ rule }) => (rule.action === 'accept' ? CLOSES : OPENS));
    case 'modify':
      return [effectOfModify(extentOf(step.target.rule), extentOf(step.to.rule))];
  }
}

function effectOfModify(from: Extent, to: Extent): TrafficEffect {
  if (from.action !== to.action) return to.action === 'accept' ? OPENS : CLOSES;
  const kind = pairKind(from, to);
  if (kind === 'crossing') return 0;
  // Texts change last.
  if (kind === 'relabelling') return OPENS;
  return (kind === 'dominating') === (to.action === 'accept') ? OPENS : CLOSES;
}
