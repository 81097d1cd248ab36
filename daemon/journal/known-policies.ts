// The policy in force of a group is mostly the very object that was written as such. Read as that object it costs no parsing, and
// whoever compares policies sees at once that they are one.
import { createHash } from 'node:crypto';
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import { parseFact } from './fact-text.ts';

interface KnownPolicy {
  /** Of the text that stands in the journal for it. */
  readonly hash: string;
  /** Kept alive by whoever works with it, and by nothing here. */
  readonly policy: WeakRef<GroupPolicy>;
  /** In which state the journal was then, of a journal that tells; see `at`. */
  readonly state: number | null;
}

/** Grows with the groups that are read, by some hundred bytes each. */
export class KnownPolicies {
  readonly #known = new Map<string, KnownPolicy>();

  /**
   * The policy in force, if the journal was in the same state when it was last read or noted: then its text need not even
   * be fetched. A state is another one after every change by another process; what this one changes it notes or forgets.
   */
  at(group: GroupRef, state: number): GroupPolicy | null {
    const known = this.#known.get(groupKey(group));
    return known?.state === state ? (known.policy.deref() ?? null) : null;
  }

  /** What the text says: the object that was noted for it, if there is one. */
  read(group: GroupRef, text: string, state: number | null = null): GroupPolicy | null {
    const key = groupKey(group);
    const hash = hashOf(text);
    const known = this.#known.get(key);
    const noted = known?.hash === hash ? known.policy.deref() : undefined;
    if (known !== undefined && noted !== undefined) {
      if (known.state !== state) this.#known.set(key, { ...known, state });
      return noted;
    }
    const policy = parseFact(text) as GroupPolicy | null;
    if (policy === null) this.#known.delete(key);
    else this.#known.set(key, { hash, policy: new WeakRef(policy), state });
    return policy;
  }

  /** This object is what the text says. */
  note(
    group: GroupRef,
    text: string,
    { policy, state = null }: { readonly policy: GroupPolicy; readonly state?: number | null },
  ): void {
    this.#known.set(groupKey(group), { hash: hashOf(text), policy: new WeakRef(policy), state });
  }

  forget(group: GroupRef): void {
    this.#known.delete(groupKey(group));
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
