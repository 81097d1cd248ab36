// What a plan says of its own proof. A plan that breaks its promise is a bug of ours: it must not run.
import type { DescribedGroup } from '../../model/group.ts';
import type { ProofObjection } from '../check/objection.ts';
import type { PlanException, Step } from '../plan.ts';
import { proofOf, type PlanClaim } from './proof.ts';

export interface Judgement {
  readonly exceptions: readonly PlanException[];
  readonly objections: readonly ProofObjection[];
}

const NOTHING_TO_PROVE: Judgement = { exceptions: [], objections: [] };

/** What the steps claim; null: they promise nothing. */
type MaybeClaim = Omit<PlanClaim, 'promised'> & { readonly promised: PlanClaim['promised'] | null };

export function prove(
  group: DescribedGroup,
  steps: readonly Step[],
  { promised, ...how }: MaybeClaim,
): Judgement {
  if (promised === null) return NOTHING_TO_PROVE;
  const proof = proofOf(group, steps, { promised, ...how });
  switch (proof.kind) {
    case 'proved':
      return NOTHING_TO_PROVE;
    case 'unproved': {
      const message =
        'too large or too intricate to check every packet; the order of the calls is the usual one';
      return { exceptions: [{ kind: 'unproved', message }], objections: [] };
    }
    case 'violated': {
      const { step: call, witness } = proof;
      return { exceptions: [], objections: [{ kind: 'brokenPromise', promised, call, witness }] };
    }
  }
}
