// What changes in a group, in few lines: what exposes it to the internet first.
import { changeBlocks } from '../changes/change-lines.ts';
import {
  changeRows,
  changeCounts,
  exposedBy,
  exposurePhrases,
  type ToldChanges,
} from '../changes/headline.ts';
import type { RuleOrigin } from '../changes/line-text.ts';
import { PLAIN_LOOK, rowLines } from '../look.ts';

const MAX_LINES_SHOWN = 8;

/** None where no rule changes. */
export function trafficSummary(group: string, told: ToldChanges, origin: RuleOrigin = 'cloud'): string[] {
  const blocks = changeBlocks(told);
  const rows = changeRows(blocks, origin);
  const exposure = exposurePhrases(exposedBy(blocks, told.opening)).map((phrase) => `! ${phrase}`);
  if (rows.length === 0) return [];
  const more = rows.length - MAX_LINES_SHOWN;
  return [
    [group, changeCounts(told), ...exposure].join('  '),
    ...rowLines(rows.slice(0, MAX_LINES_SHOWN), PLAIN_LOOK),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
