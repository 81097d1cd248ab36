// What guardrails and expectations are in force, for all groups, and which of them are about one.
import { isDeepStrictEqual } from 'node:util';
import { isSameList } from '../../../reconciler/model/collections.ts';
import { isInScope, scopedByCloud } from '../../../reconciler/judge/scope.ts';
import type { Demands } from '../../../reconciler/judge/verdict/judge.ts';
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import type { Prefix } from '../../../reconciler/model/prefix.ts';
import type { SafetyInput } from '../../../reconciler/plan/safety.ts';

export class DemandsInForce {
  readonly #privateNetworks: readonly Prefix[];
  #demands: Demands = { guardrails: [], expectations: [] };

  /** @param privateNetworks where members of groups are */
  constructor(privateNetworks: readonly Prefix[]) {
    this.#privateNetworks = privateNetworks;
  }

  /** Puts these in force; whether they differ from those before. */
  set({ guardrails, expectations }: Demands): boolean {
    const demands = { guardrails, expectations };
    if (saysTheSame(demands, this.#demands)) return false;
    this.#demands = demands;
    return true;
  }

  of(described: DescribedGroup): Pick<SafetyInput, 'guardrails' | 'expectations' | 'privateNetworks'> {
    const group = scopedByCloud(described);
    return {
      guardrails: this.#demands.guardrails.filter(({ groups }) => isInScope(groups, group)),
      expectations: this.#demands.expectations.filter(({ groups }) => groups.includes(described.id)),
      privateNetworks: this.#privateNetworks,
    };
  }
}

/** Demands that say the same are the same objects, but for those of before a restart. */
const saysTheSame = (a: Demands, b: Demands): boolean =>
  (isSameList(a.guardrails, b.guardrails) && isSameList(a.expectations, b.expectations)) ||
  isDeepStrictEqual(a, b);
