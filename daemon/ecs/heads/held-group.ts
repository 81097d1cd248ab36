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
  #group: WeakRef<DescribedGroup>;
  readonly #packed: KeptGroup | DescribedGroup | null;

  /** @param isKept false: it is known as long as someone else works with it */
  constructor(group: DescribedGroup, isKept: boolean) {
    this.#group = new WeakRef(group);
    this.#packed = isKept ? (packedGroup(group) ?? group) : null;
  }

  /** The very same object while someone works with it, else an equal one; null: it is not kept. */
  get group(): DescribedGroup | null {
    const known = this.#group.deref();
    if (known !== undefined || this.#packed === null) return known ?? null;
    const group = 'frame' in this.#packed ? unpackedGroup(this.#packed) : this.#packed;
    this.#group = new WeakRef(group);
    return group;
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
