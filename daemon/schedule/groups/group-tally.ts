// Which groups there are, how many stand how, which were not tried yet and which are blocked: kept as groups change, since
// they are asked for after each run and at each scrape.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import { groupStatus, outcomeNow, type GroupRecord, type GroupStatus } from '../group-record.ts';
import { isLeaving, type ControlledGroup } from './controlled-group.ts';

/** Enough of a group to look for it and to sort it; its whole status costs more. */
export interface ListedStanding extends GroupRef {
  readonly outcome: GroupStatus['outcome'];
}

export class GroupTally {
  readonly #named = new Set<ControlledGroup>();
  readonly #untried = new Set<ControlledGroup>();
  readonly #blocked = new Set<ControlledGroup>();
  readonly #standings = new Map<ControlledGroup, GroupStatus['outcome']>();
  readonly #counts = new Map<GroupStatus['outcome'], number>();
  /** Null: groups have come or gone since. */
  #inOrder: readonly ControlledGroup[] | null = null;

  /** To be called when anything of the group has changed. `isKnown`: whether it is still one of the controller's. */
  note(group: ControlledGroup, isKnown: boolean): void {
    const { outcome } = group.record;
    const isNamed = isKnown && !isLeaving(group);
    if (isNamed !== this.#named.has(group)) this.#inOrder = null;
    keep(this.#named, group, isNamed);
    keep(this.#untried, group, isNamed && outcome === null);
    keep(this.#blocked, group, isNamed && outcome?.kind === 'blocked');
    this.#count(group, isNamed ? outcomeNow(group.record) : null);
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

  /** How many groups that the policies name stand how; none is counted as 0. */
  get counts(): ReadonlyMap<GroupStatus['outcome'], number> {
    return this.#counts;
  }

  /** Of the groups that the policies name, in order of account, region and id. */
  records(): GroupRecord[] {
    this.#inOrder ??= [...this.#named].sort((a, b) => (a.key < b.key ? -1 : 1));
    return this.#inOrder.map(({ record }) => record);
  }

  listed(): ListedStanding[] {
    return this.records().map((record) => {
      const { account, region, id } = record.target.policy;
      return { account, region, id, outcome: outcomeNow(record) };
    });
  }

  status(): GroupStatus[] {
    return this.records().map(groupStatus);
  }

  #count(group: ControlledGroup, standing: GroupStatus['outcome'] | null): void {
    const before = this.#standings.get(group) ?? null;
    if (before === standing) return;
    if (before !== null) this.#counts.set(before, (this.#counts.get(before) ?? 0) - 1);
    if (standing === null) this.#standings.delete(group);
    else {
      this.#standings.set(group, standing);
      this.#counts.set(standing, (this.#counts.get(standing) ?? 0) + 1);
    }
  }
}

function keep<T>(set: Set<T>, item: T, isIn: boolean): void {
  if (isIn) set.add(item);
  else set.delete(item);
}
