// Which groups are managed, and what brought them in or let them go: a policy file, a name, tags. To come under
// management, or to leave it, may be a slip of the hand far from any policy, so each is said, and kept until the next start.
import {
  groupKey,
  groupSelectorText,
  isSamePlace,
  type DesiredGroup,
  type GroupRef,
} from '../../reconciler/model/group.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { MeantGroup } from './policies/group-policies.ts';

/** A group that came under management, or left it. */
export interface ManagementChange extends GroupRef {
  readonly reason: string;
  /** ISO time. */
  readonly at: string;
}

/** Since the start, oldest first; the last so many. */
export interface ManagementChanges {
  readonly managed: readonly ManagementChange[];
  readonly released: readonly ManagementChange[];
}

const MOST_KEPT = 100;

interface ManagedGroup {
  readonly group: GroupRef;
  /** What brought it in; null: an earlier process managed it. */
  readonly by: DesiredGroup | null;
}

/** What the policies mean in some places. */
export interface Meant {
  readonly inPlace: (group: GroupRef) => boolean;
  /** By group key. */
  readonly groups: ReadonlyMap<string, MeantGroup>;
  /** Of the policies in force. */
  readonly desired: readonly DesiredGroup[];
  readonly revision: string;
  /** Whether every selector was resolved: only then is a group of an earlier process not meant any more. */
  readonly isSure: boolean;
}

export class ManagedGroups {
  readonly #engine: Pick<Engine, 'journal' | 'telemetry' | 'clock'>;
  readonly #known = new Map<string, ManagedGroup>();
  /** With a new journal every group is new at the first look, which is no news. */
  #isFirstLook = false;
  #managed: readonly ManagementChange[] = [];
  #released: readonly ManagementChange[] = [];
  #left = 0;

  constructor(engine: Pick<Engine, 'journal' | 'telemetry' | 'clock'>) {
    this.#engine = engine;
  }

  /** How many groups have left since the start. */
  get left(): number {
    return this.#left;
  }

  get changes(): ManagementChanges {
    return { managed: this.#managed, released: this.#released };
  }

  /** What an earlier process managed. Before the first policies. */
  async recall(): Promise<void> {
    const groups = await this.#engine.journal.groupsWithFacts();
    for (const group of groups) this.#known.set(groupKey(group), { group, by: null });
    this.#isFirstLook = groups.length === 0;
  }

  /** What another replica managed of these groups, which this one looks after from now on. */
  async recallOf(isIn: (group: GroupRef) => boolean): Promise<void> {
    const groups = (await this.#engine.journal.groupsWithFacts()).filter(isIn);
    const managed = new Set(groups.map(groupKey));
    for (const [key, { group }] of this.#known) if (isIn(group) && !managed.has(key)) this.#known.delete(key);
    for (const group of groups) {
      const key = groupKey(group);
      if (!this.#known.has(key)) this.#known.set(key, { group, by: null });
    }
  }

  /** From now on every group that comes in is news. */
  endFirstLook(): void {
    this.#isFirstLook = false;
  }

  update(meant: Meant): void {
    for (const [key, known] of this.#known) {
      if (meant.groups.has(key) || !meant.inPlace(known.group)) continue;
      if (known.by === null && !meant.isSure) continue;
      this.#known.delete(key);
      this.#left += 1;
      this.#released = this.#say('group.released', this.#released, known.group, {
        reason: whyReleased(known, meant),
        revision: meant.revision,
      });
    }
    for (const [key, found] of meant.groups) {
      const before = this.#known.get(key);
      if (before === found) continue;
      this.#known.set(key, found);
      if (before === undefined && !this.#isFirstLook) {
        this.#managed = this.#say('group.managed', this.#managed, found.group, {
          reason: whyManaged(found.by),
          revision: meant.revision,
        });
      }
    }
  }

  #say(
    event: 'group.managed' | 'group.released',
    before: readonly ManagementChange[],
    { account, region, id }: GroupRef,
    { reason, revision }: { readonly reason: string; readonly revision: string },
  ): readonly ManagementChange[] {
    const { telemetry, clock } = this.#engine;
    telemetry.emit(event, { account, region, group: id, revision, reason });
    const at = new Date(clock.nowMs()).toISOString();
    return [...before, { account, region, id, reason, at }].slice(-MOST_KEPT);
  }
}

function whyManaged({ selector, source: { file, line } }: DesiredGroup): string {
  const place = `${file}:${line}`;
  switch (selector.kind) {
    case 'id':
      return `${place} names it`;
    case 'name':
    case 'tags':
      return `it has the ${groupSelectorText(selector)}, which ${place} names`;
  }
}

function whyReleased({ group, by }: ManagedGroup, { desired }: Meant): string {
  if (by === null) return 'no policy names it any more';
  const { selector, source } = by;
  const text = groupSelectorText(selector);
  const same = desired.find((each) => isSamePlace(each, by) && groupSelectorText(each.selector) === text);
  if (same === undefined) {
    const isFileThere = desired.some((each) => each.source.file === source.file);
    return isFileThere
      ? `${source.file} no longer names ${text}`
      : `no policy file ${source.file} names groups any more`;
  }
  if (selector.kind === 'id' || desired.filter((each) => means(each, group)).length > 1) {
    return 'two entries of the policies mean it, so neither counts';
  }
  return `it no longer has the ${text}, which ${same.source.file}:${same.source.line} names`;
}

const means = ({ selector, ...place }: DesiredGroup, group: GroupRef): boolean =>
  selector.kind === 'id' && selector.id === group.id && isSamePlace(place, group);
