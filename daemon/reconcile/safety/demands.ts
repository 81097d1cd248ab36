// The guardrails and expectations in force: whoever plans a group asks for those that are about it.
import type { DescribedGroup } from '../../../reconciler/model/group.ts';
import type { Prefix } from '../../../reconciler/model/prefix.ts';
import { isInScope } from '../../../reconciler/judge/scope.ts';
import type { Demands } from '../../../reconciler/judge/verdict/judge.ts';

export class DemandsInForce {
  readonly privateNetworks: readonly Prefix[];
  #demands: Demands = { guardrails: [], expectations: [] };

  /** Where members of groups are that a demand names. */
  constructor(privateNetworks: readonly Prefix[]) {
    this.privateNetworks = privateNetworks;
  }

  /** From now on these, until others come into force. */
  replace({ guardrails, expectations }: Demands): void {
    this.#demands = { guardrails, expectations };
  }

  of(group: DescribedGroup): Demands {
    const { guardrails, expectations } = this.#demands;
    const scoped = { ...group, tags: group.tags ?? {} };
    return {
      guardrails: guardrails.filter(({ groups }) => isInScope(groups, scoped)),
      expectations: expectations.filter(({ groups }) => groups.includes(group.id)),
    };
  }
}
