// Which groups were not tried yet and which are blocked: kept as groups change, since both are asked for after each run.
import { isLeaving, type ControlledGroup } from './controlled-group.ts';

export class GroupTally {
  readonly #named = new Set<ControlledGroup>();
  readonly #untried = new Set<ControlledGroup>();
  readonly #blocked = new Set<ControlledGroup>();

  /** To be called when anything of the group has changed. `isKnown`: whether it is still one of the controller's. */
  note(group: ControlledGroup, isKnown: boolean): void {
    const { outcome } = group.record;
    const isNamed = isKnown && !isLeaving(group);
    keep(this.#named, group, isNamed);
    keep(this.#untried, group, isNamed && outcome === null);
    keep(this.#blocked, group, isNamed && outcome?.kind === 'blocked');
  }

  /** Groups that the policies name. */
  get named(): ReadonlySet<ControlledGroup> {
    return this.#named;
  }

  /** Those whose first reconcile has not ended yet. */
  get untried(): ReadonlySet<ControlledGroup> {
    return this.#untried;
  }

  get blocked(): ReadonlySet<ControlledGroup> {
    return this.#blocked;
  }
}

function keep<T>(set: Set<T>, item: T, isIn: boolean): void {
  if (isIn) set.add(item);
  else set.delete(item);
}
