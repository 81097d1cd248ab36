// The drifts that ActionTrail is still asked about: at most one question a group, and so many in all.
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import type { DriftInQuestion, ForeignWrite } from '../journal/attribution.ts';

export interface OpenQuestion extends DriftInQuestion {
  readonly group: GroupRef;
  /** Of the reconcile that found the drift; null after a restart. */
  readonly reconcileId: string | null;
  /** Walks over all pages that have ended. */
  readonly walks: number;
  /** When it is asked next, monotonic. */
  readonly dueMs: number;
  /** Where the walk is; null: at its beginning. */
  readonly nextToken: string | null;
  /** Of the walk, on all its pages; null: at its beginning. Unix milliseconds. */
  readonly endMs: number | null;
  readonly pages: number;
  /** What this walk has found, newest first. */
  readonly found: readonly ForeignWrite[];
  readonly unreadable: number;
}

/** Events come late. */
export const ASK_FOR_MS = 15 * 60_000;
const FIRST_WAIT_MS = 10_000;
const LAST_WAIT_MS = 60_000;
/** Far more than is done to a group between two looks: 1,000 events. */
const PAGES_OF_A_WALK = 20;
/** Of a region there may be any number, and other groups wait for their turn. */
const PAGES_OF_WRITES = 5;
const MOST_OPEN = 1000;

const BEGIN = { nextToken: null, endMs: null, pages: 0, found: [], unreadable: 0 };

export const newQuestion = (
  drift: Pick<OpenQuestion, 'group' | 'reconcileId' | keyof DriftInQuestion>,
  dueMs: number,
): OpenQuestion => ({ ...drift, ...BEGIN, walks: 0, dueMs });

/** After a page that was not the last one of its walk. */
export const onNextPage = (
  question: OpenQuestion,
  page: Pick<OpenQuestion, 'nextToken' | 'endMs' | 'found' | 'unreadable'>,
): OpenQuestion => ({
  ...question,
  nextToken: page.nextToken,
  endMs: page.endMs,
  pages: question.pages + 1,
  found: [...question.found, ...page.found],
  unreadable: question.unreadable + page.unreadable,
});

export const hasMorePages = (question: OpenQuestion): boolean =>
  question.nextToken !== null && question.pages < (isByWrites(question) ? PAGES_OF_WRITES : PAGES_OF_A_WALK);

/**
 * The manual does not say whether a call on the rules of a group is found by the group's name. So every other walk asks for all
 * writes of the region, whose parameters name the group.
 */
export const isByWrites = ({ walks }: Pick<OpenQuestion, 'walks'>): boolean => walks % 2 === 1;

/** To be asked again from the first page, later each time. */
export function askedInVain(question: OpenQuestion, monotonicMs: number): OpenQuestion {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** question.walks, LAST_WAIT_MS);
  return {
    ...question,
    ...BEGIN,
    unreadable: question.unreadable,
    walks: question.walks + 1,
    dueMs: monotonicMs + waitMs,
  };
}

export class Questions {
  readonly #byGroup = new Map<string, OpenQuestion>();

  of(group: GroupRef): OpenQuestion | undefined {
    return this.#byGroup.get(groupKey(group));
  }

  groups(): readonly GroupRef[] {
    return [...this.#byGroup.values()].map(({ group }) => group);
  }

  /** Whether there was room for it. */
  put(question: OpenQuestion): boolean {
    const key = groupKey(question.group);
    if (this.#byGroup.size >= MOST_OPEN && !this.#byGroup.has(key)) return false;
    this.#byGroup.set(key, question);
    return true;
  }

  drop(group: GroupRef): void {
    this.#byGroup.delete(groupKey(group));
  }

  /** The question of the account that is due first. */
  nextOf(account: string): OpenQuestion | undefined {
    return [...this.#byGroup.values()]
      .filter(({ group }) => group.account === account)
      .reduce<OpenQuestion | undefined>(
        (first, each) => (first === undefined || each.dueMs < first.dueMs ? each : first),
        undefined,
      );
  }
}
