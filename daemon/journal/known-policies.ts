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
}

/** Grows with the groups that are read, by some hundred bytes each. */
export class KnownPolicies {
  readonly #known = new Map<string, KnownPolicy>();

  /** What the text says: the object that was noted for it, if there is one. */
  read(group: GroupRef, text: string): GroupPolicy | null {
    const key = groupKey(group);
    const hash = hashOf(text);
    const known = this.#known.get(key);
    const noted = known?.hash === hash ? known.policy.deref() : undefined;
    if (noted !== undefined) return noted;
    const policy = parseFact(text) as GroupPolicy | null;
    if (policy === null) this.#known.delete(key);
    else this.#known.set(key, { hash, policy: new WeakRef(policy) });
    return policy;
  }

  /** This object is what the text says. */
  note(group: GroupRef, text: string, policy: GroupPolicy): void {
    this.#known.set(groupKey(group), { hash: hashOf(text), policy: new WeakRef(policy) });
  }

  forget(group: GroupRef): void {
    this.#known.delete(groupKey(group));
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
