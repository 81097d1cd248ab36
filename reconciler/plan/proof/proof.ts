// The second opinion on a finished plan: simulates it call by call, and inside each batch, and proves that
// no packet fares worse on the way than the plan promises. It knows the concrete steps and nothing of how
// they were found.
import { groupContext } from '../../exposure/engine/context.ts';
import { Meter } from '../../exposure/engine/meter.ts';
import type { Packet } from '../../exposure/engine/packet.ts';
import type { DescribedGroup } from '../../model/group.ts';
import { Transition, type Promised } from './transition.ts';
import type { Step } from '../plan.ts';
import { applyEvent, trace, type Event } from './trace.ts';

export type Proof =
  | { readonly kind: 'proved' }
  /** The witness fares otherwise than promised during this step (1-based). */
  | { readonly kind: 'violated'; readonly step: number; readonly witness: Packet }
  /** The group is too large or too intricate to prove anything within the budget. */
  | { readonly kind: 'unproved' };

export interface PlanClaim {
  readonly promised: Promised;
  readonly batchesAtomic: boolean;
  /** Whether no other group adds rules on the interfaces of this one. */
  readonly alone: boolean;
}

/** Some two seconds at the very worst, a fraction of one for real groups: see `Meter`. */
const MAX_PROOF_WORK = 20_000_000;

/**
 * Proves a plan. Of a batch that may take effect in part, it is enough to look at each rule alone: in any
 * larger part each packet is decided by a rule that decides it alone, or by none of them (lemma on singles,
 * docs/algorithms.md); for revocations that is the state without the batch, and each rule alone still there. A call changes decisions in the boxes of its rules only, so no other packet is asked about.
 */
export function proofOf(
  group: DescribedGroup,
  steps: readonly Step[],
  claim: PlanClaim,
  maxWork = MAX_PROOF_WORK,
): Proof {
  if (steps.length === 0) return { kind: 'proved' };
  const { rules, events } = trace(group.rules, steps);
  const before = new Uint8Array(rules.length).fill(1, 0, group.rules.length);
  const after = before.slice();
  for (const event of events) applyEvent(after, event);
  const transition = new Transition(
    rules.map((rule, at) => ({ rule, before: before[at] === 1, after: after[at] === 1 })),
    groupContext(group),
    { meter: new Meter(maxWork), alone: claim.alone },
  );
  const now = before;
  for (const [index, event] of events.entries()) {
    for (const within of moments(now, event, claim.batchesAtomic)) {
      const verdict = transition.verdict(now, within, claim.promised);
      if (verdict.kind === 'fails') return { kind: 'violated', step: index + 1, witness: verdict.witness };
      if (verdict.kind === 'unknown') return { kind: 'unproved' };
    }
  }
  return { kind: 'proved' };
}

/** Leads `now` through the states of an event; at each, the rule is given in whose box to look. */
function* moments(now: Uint8Array, event: Event, batchesAtomic: boolean): Generator<number> {
  if (batchesAtomic || event.isAtomic) {
    applyEvent(now, event);
    yield* [...event.added, ...event.removed];
    return;
  }
  for (const number of event.added) yield* alone(now, number);
  applyEvent(now, event);
  for (const number of event.removed) {
    yield number;
    if (event.removed.length > 1) yield* alone(now, number);
  }
}

function* alone(now: Uint8Array, number: number): Generator<number> {
  now[number] = 1;
  yield number;
  now[number] = 0;
}
