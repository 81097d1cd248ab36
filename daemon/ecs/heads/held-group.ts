// A group as it was read, in a third of its room while no one works with it: of ten thousand groups with a hundred rules
// each all stay known from look to look, so that an answer that is the one before is not parsed again.
import type { DescribedGroup, DescribedRule } from '../../../reconciler/model/group.ts';

/** What rules of one group differ in, and one of each of the rest. */
interface KeptGroup {
  /** Without rules. */
  readonly frame: DescribedGroup;
  readonly first: DescribedRule;
  readonly rules: ReadonlyArray<DescribedRule['rule']>;
  /** One a line. */
  readonly ids: string;
}

export class HeldGroup {
  readonly #held: KeptGroup | DescribedGroup | WeakRef<DescribedGroup>;

  /** @param isKept false: it is known as long as someone else works with it */
  constructor(group: DescribedGroup, isKept: boolean) {
    this.#held = isKept ? (packedGroup(group) ?? group) : new WeakRef(group);
  }

  /**
   * Null: it is not kept, and no one works with it any more. One that was packed is another object each time: what a
   * reference that is weak points to outlives each collection of young objects, and that of old ones costs most.
   */
  get group(): DescribedGroup | null {
    if (this.#held instanceof WeakRef) return this.#held.deref() ?? null;
    return 'frame' in this.#held ? unpackedGroup(this.#held) : this.#held;
  }
}

/** Null where its rules differ in more than the rule and the id: as on an API without ids. */
export function packedGroup(group: DescribedGroup): KeptGroup | null {
  const [first] = group.rules;
  if (first === undefined) return null;
  const ids = group.rules.map(({ id }) => id);
  const isPlain = group.rules.every(({ selector }) => selector === first.selector);
  if (!isPlain || ids.some((id) => id === null || id.includes('\n'))) return null;
  const rules = group.rules.map(({ rule }) => rule);
  return { frame: { ...group, rules: [] }, first, rules, ids: ids.join('\n') };
}

/** Equal to what was packed, with its keys in the same order. */
export function unpackedGroup({ frame, first, rules, ids }: KeptGroup): DescribedGroup {
  const id = ids.split('\n');
  return { ...frame, rules: rules.map((rule, at) => ({ ...first, rule, id: id[at] ?? null })) };
}
