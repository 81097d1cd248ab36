// Where a revision of the policies weakens what stands between a mistake and a group. It is not refused for that: people
// may do so, but not without its being said.
import { exactText } from '../model/collections.ts';
import { matchesGlob } from '../model/glob.ts';
import type { DesiredGroup, DesiredState, GroupSelector, IgnorePattern, Mode } from '../model/group.ts';
import { isShaped } from '../model/packets/ignore.ts';
import type { Expectation, PacketPattern, PatternService } from '../model/packets/pattern.ts';
import type { Peer } from '../model/peer.ts';
import type { PortRange } from '../model/ports.ts';
import { prefixContains } from '../model/prefix.ts';
import { compareText, type SourcePlace } from '../model/problem.ts';
import { DIRECTIONS } from '../model/rule.ts';
import { quoted } from '../model/rule-text.ts';
import { changedGroups, desiredGroupKey } from '../policy/compile/group-key.ts';

export interface Weakening {
  readonly kind: 'expect' | 'ignore' | 'mode' | 'direction' | 'ownership';
  /** The group as the policies name it; empty for an expectation, which may be about several. */
  readonly group: string;
  readonly message: string;
  /** Where it is written; of what was deleted, where it was. */
  readonly source: SourcePlace;
}

/**
 * Deleted and changed expectations, then group by group what is left alone that was not before. A group that is new, or
 * that no policy names any more, weakens nothing here: that is told of by other means.
 *
 * @param defaultMode of groups that have none of their own
 */
export function weakenings(
  before: DesiredState,
  after: DesiredState,
  defaultMode: Mode = 'enforce',
): Weakening[] {
  const others = changedGroups(before.groups, after.groups);
  const later = new Map(others.after.map((group) => [desiredGroupKey(group), group]));
  return [
    ...weakenedExpectations(before.expectations, after.expectations),
    ...others.before.flatMap((group) => {
      const next = later.get(desiredGroupKey(group));
      return next === undefined ? [] : weakenedGroup(group, next, defaultMode);
    }),
  ];
}

/** One of another name that says the same stands for one that is gone. */
function weakenedExpectations(before: readonly Expectation[], after: readonly Expectation[]): Weakening[] {
  const names = new Set(after.map(({ name }) => name));
  const same = new Set(after);
  return before
    .filter((expectation) => !same.has(expectation) && !after.some((other) => saysAsMuch(other, expectation)))
    .map(({ name, source }) => ({
      kind: 'expect',
      group: '',
      message: `the expectation ${quoted(name)} is ${names.has(name) ? 'changed' : 'deleted'}`,
      source,
    }));
}

/** Whether the other one asks for all that this one does. */
export function saysAsMuch(other: Expectation, expectation: Expectation): boolean {
  return (
    other.kind === expectation.kind &&
    (other.unknown === 'block' || expectation.unknown === 'report') &&
    expectation.groups.every((group) => other.groups.includes(group)) &&
    holdsPattern(other.pattern, expectation.pattern)
  );
}

/** Whether one pattern means every packet that another one means. Never wrongly true. */
const holdsPattern = (outer: PacketPattern, inner: PacketPattern): boolean =>
  outer.direction === inner.direction &&
  eachIsWithin(outer.services, inner.services, serviceHolds) &&
  eachIsWithin(outer.peers, inner.peers, peerHolds) &&
  (outer.own.length === 0 || (inner.own.length > 0 && eachIsWithin(outer.own, inner.own, prefixContains))) &&
  isNullOrHolds(outer.sourcePorts, inner.sourcePorts);

const serviceHolds = (outer: PatternService, inner: PatternService): boolean =>
  outer.protocol === inner.protocol && isNullOrHolds(outer.ports, inner.ports);

const isNullOrHolds = (outer: PortRange | null, inner: PortRange | null): boolean =>
  outer === null || (inner !== null && rangeHolds(outer, inner));

function weakenedGroup(before: DesiredGroup, after: DesiredGroup, defaultMode: Mode): Weakening[] {
  const group = selectorText(after.selector);
  const weakening = (kind: Weakening['kind'], message: string, source = after.source): Weakening => ({
    kind,
    group,
    message,
    source,
  });
  const [modeBefore, modeAfter] = [before.mode ?? defaultMode, after.mode ?? defaultMode];
  return [
    ...(STRENGTH[modeAfter] < STRENGTH[modeBefore]
      ? [weakening('mode', `${group} turns from mode ${modeBefore} to ${modeAfter}: ${MEANING[modeAfter]}`)]
      : []),
    ...(before.ownership !== 'declared' && after.ownership === 'declared'
      ? [weakening('ownership', `${group} turns to ownership declared: rules that others made stay`)]
      : []),
    ...DIRECTIONS.filter((each) => before.rules[each] !== null && after.rules[each] === null).map((each) =>
      weakening('direction', `${each} of ${group} is no longer managed: its rules stay as they are`),
    ),
    ...after.ignore
      .filter((pattern) => !before.ignore.some((other) => ignoresAsMuch(other, pattern)))
      .map((pattern) =>
        weakening(
          'ignore',
          `an ignore pattern of ${group} leaves rules alone that were not left alone before`,
          pattern.source,
        ),
      ),
  ];
}

const STRENGTH: Readonly<Record<Mode, number>> = { observe: 0, additive: 1, enforce: 2 };

const MEANING: Readonly<Record<Mode, string>> = {
  observe: 'nothing is written any more',
  additive: 'nothing is removed any more',
  enforce: 'all is as declared',
};

/** Whether one pattern ignores all that another one does. Never wrongly true. */
function ignoresAsMuch(outer: IgnorePattern, inner: IgnorePattern): boolean {
  const covers = <T>(a: T | undefined, b: T | undefined, within: (a: T, b: T) => boolean): boolean =>
    a === undefined || (b !== undefined && within(a, b));
  return (
    // A glob that matches another one as a text matches all that the other does.
    covers(outer.description, inner.description, matchesGlob) &&
    covers(outer.protocol, inner.protocol, (a, b) => a === 'all' || a === b) &&
    covers(outer.ports, inner.ports, (a, b) => eachIsWithin(a, b, rangeHolds)) &&
    covers(outer.peers, inner.peers, (a, b) => eachIsWithin(a, b, peerHolds)) &&
    (['action', 'priority', 'direction'] as const).every((field) =>
      covers<unknown>(outer[field], inner[field], Object.is),
    ) &&
    // A text alone is believed less than a shape.
    (isShaped(outer) || !isShaped(inner))
  );
}

const eachIsWithin = <T>(outer: readonly T[], inner: readonly T[], holds: (a: T, b: T) => boolean): boolean =>
  inner.every((item) => outer.some((other) => holds(other, item)));

const rangeHolds = (outer: PortRange, inner: PortRange): boolean =>
  outer.first <= inner.first && inner.last <= outer.last;

const peerHolds = (outer: Peer, inner: Peer): boolean =>
  'address' in outer && 'address' in inner
    ? prefixContains(outer, inner)
    : exactText(outer) === exactText(inner);

function selectorText(selector: GroupSelector): string {
  switch (selector.kind) {
    case 'id':
      return selector.id;
    case 'name':
      return `the group of name ${quoted(selector.name)}`;
    case 'tags': {
      const tags = Object.entries(selector.tags).map(([key, value]) => quoted(`${key}=${value}`));
      return `each group of tags ${tags.sort(compareText).join(', ')}`;
    }
  }
}
