// What the metrics show of the groups, as the controller's books have them at the moment of a scrape.
import type { Config } from '../../config/config.ts';
import { groupStatus, outcomeNow } from '../../schedule/group-record.ts';
import type { GroupTally } from '../../schedule/groups/group-tally.ts';
import { hasSeries, type MetricsView } from '../../telemetry/metrics.ts';

/** A status is made of those alone that have series of their own. */
export function groupSamples(
  tally: Pick<GroupTally, 'counts' | 'records'>,
  perGroup: Config['metrics']['perGroup'],
): MetricsView['groups'] {
  const all = tally.records();
  const attempts = all.flatMap(({ lastAttemptMs }) => (lastAttemptMs === null ? [] : [lastAttemptMs]));
  const own = all.filter((record) => hasSeries(outcomeNow(record), perGroup)).map(groupStatus);
  const oldestAttemptMs = attempts.reduce((oldest, each) => Math.min(oldest, each), Infinity);
  return { counts: tally.counts, oldestAttemptMs, own };
}
