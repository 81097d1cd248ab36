// What a plan says of its own proof. A plan that breaks its promise is a bug of ours: it must not run.
import type { DescribedGroup } from '../../model/group.ts';
import { packetText } from '../../exposure/text/packet-text.ts';
import type { Block, PlanException, Step } from '../plan.ts';
import { verify, type Claim } from './verify.ts';

export interface Judgement {
  readonly exceptions: readonly PlanException[];
  readonly blockedBy: readonly Block[];
}

export const NOTHING_TO_PROVE: Judgement = { exceptions: [], blockedBy: [] };

export function prove(group: DescribedGroup, steps: readonly Step[], claim: Claim): Judgement {
  const proof = verify(group, steps, claim);
  switch (proof.kind) {
    case 'proved':
      return NOTHING_TO_PROVE;
    case 'unproved': {
      const message =
        'too large or too intricate to check every packet; the order of the calls is the usual one';
      return { exceptions: [{ kind: 'unproved', message }], blockedBy: [] };
    }
    case 'violated': {
      const message =
        `a bug of Rampart: call ${proof.step} would break the promise "${claim.promised}" for ` +
        `${packetText(proof.witness)}; please report it`;
      return { exceptions: [], blockedBy: [{ kind: 'unsafe', message, override: '' }] };
    }
  }
}
