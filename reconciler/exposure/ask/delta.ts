// What an edit opens and closes, exactly: the difference of two rule sets as boxes.
import type { Rule } from '../../model/rule.ts';
import type { Draft } from '../text/box-writer.ts';
import type { Box } from '../text/box.ts';
import {
  acceptanceQuestion,
  canOpen,
  compareRuleSets,
  isChanged,
  type Compared,
  type Comparison,
} from './comparison.ts';
import type { GroupContext } from '../engine/context.ts';
import { explainChanges, type ExposureEffect } from './effects.ts';
import { explore } from '../engine/explore.ts';
import { joinFamilies } from '../text/join-families.ts';
import { DEFAULT_MAX_WORK, Meter } from '../engine/meter.ts';

/** The packets that fare otherwise after a change. */
export interface ChangedTraffic {
  /** Accepted after but not before. In one fixed order, disjoint if exact. */
  readonly opened: readonly Box[];
  /** Accepted before but not after. */
  readonly closed: readonly Box[];
  /** False: the budget ran out. `opened` and `closed` hold at least what changes, perhaps more, and may overlap. */
  readonly exact: boolean;
}

export interface ExposureDelta extends ChangedTraffic {
  /** The same, told by the rules that changed, in the order of `compareRules`. */
  readonly effects: readonly ExposureEffect[];
}

/** What the effects, which are for reading, may cost as a part of the budget. */
const SHARE_OF_EFFECTS = 0.25;

/** What a change of rules opens and closes, and because of which rule. */
export function exposureDelta(
  before: readonly Rule[],
  after: readonly Rule[],
  context: GroupContext,
  maxWork: number = DEFAULT_MAX_WORK,
): ExposureDelta {
  const compared = compareRuleSets(before, after, context);
  return {
    ...changedTraffic(compared, maxWork),
    effects: explainChanges(compared, maxWork * SHARE_OF_EFFECTS),
  };
}

/** The universes share the budget evenly (see `DEFAULT_MAX_WORK`). */
export function changedTraffic({ comparisons, space }: Compared, maxWork: number): ChangedTraffic {
  const workEach = maxWork / comparisons.length;
  const shares = comparisons.map(
    (comparison) => exactShare(comparison, new Meter(workEach)) ?? changedBoxes(comparison),
  );
  const boxes = (side: 'opened' | 'closed'): Box[] =>
    joinFamilies(
      shares.flatMap((share) => share[side]),
      space.context,
    );
  return { opened: boxes('opened'), closed: boxes('closed'), exact: shares.every(({ exact }) => exact) };
}

interface Share {
  readonly opened: readonly Draft[];
  readonly closed: readonly Draft[];
  readonly exact: boolean;
}

const OPENED = 1;
const CLOSED = 2;

function exactShare(comparison: Comparison, meter: Meter): Share | null {
  const judge = (before: boolean, after: boolean): number => (before === after ? 0 : after ? OPENED : CLOSED);
  const answer = explore(acceptanceQuestion(comparison, judge, false), meter);
  if (answer === null) return null;
  const drafts = comparison.writer.draftAnswer(answer, meter);
  if (meter.isSpent) return null;
  return { opened: drafts.get(OPENED) ?? [], closed: drafts.get(CLOSED) ?? [], exact: true };
}

/** The boxes of the changed rules: the difference lies inside. */
function changedBoxes(comparison: Comparison): Share {
  const drafts = (opens: boolean): Draft[] => {
    const clauses = Array.from(comparison.masks.keys()).filter(
      (clause) => isChanged(comparison, clause) && canOpen(comparison, clause) === opens,
    );
    return clauses.flatMap((clause) => comparison.writer.draftClause(clause));
  };
  return { opened: drafts(true), closed: drafts(false), exact: false };
}
