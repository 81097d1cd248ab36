// `plan --base --json`: the document of `plan --json`, without what only the cloud or a journal could tell.
import type { GroupComparison } from '../../plan/compare/comparison.ts';
import type { Diff } from '../../plan/plan.ts';
import { diffDocument, exposureDocument } from '../document.ts';
import { summariseComparison, type ShownComparison } from './shown.ts';

/** The bytes of it. */
export const formatComparison = (shown: ShownComparison): string =>
  `${JSON.stringify(comparisonDocument(shown), null, 2)}\n`;

/** No hash and no calls: both are about what a group holds. */
function comparisonDocument({ base, revision, comparison, held, notes }: ShownComparison) {
  const { groups, weakened, expected } = comparison;
  return {
    version: 1,
    base,
    revision,
    summary: summariseComparison(comparison),
    held,
    weakened: weakened.map(({ kind, group, message, source: { file, line } }) => ({
      ...{ kind, group, message, file, line },
    })),
    notes,
    expected: expected.map(({ name, source: { file, line } }) => ({ name, file, line })),
    groups: groups.map(groupDocument),
  };
}

function groupDocument(group: GroupComparison) {
  const { account, region, id, selector, change, mode, status, settings, findings, source } = group;
  const diff = withoutIds(group.diff);
  return {
    ...{ account, region, id, selector, change, mode, status },
    diff: diffDocument(diff),
    settings,
    steps: [],
    exposure: exposureDocument({ exposure: group.exposure, diff }),
    findings,
    blockedBy: group.blockedBy,
    opening: group.opening,
    source: { file: source.file, line: source.line },
  };
}

/** Which rule of the cloud has which id is not known here. */
const withoutIds = (diff: Diff): Diff => ({
  ...diff,
  unexpected: diff.unexpected.map((rule) => ({ ...rule, id: null })),
  different: diff.different.map((pair) => ({ ...pair, from: { ...pair.from, id: null } })),
});
