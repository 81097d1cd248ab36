import type { Rule } from '../../model/rule.ts';
import { acceptanceQuestion, compareRuleSets } from './comparison.ts';
import type { GroupContext } from '../engine/context.ts';
import { explore } from '../engine/explore.ts';
import { DEFAULT_MAX_WORK, Meter } from '../engine/meter.ts';
import { examplePacket } from '../text/example-packet.ts';
import { regionsOf } from '../engine/region.ts';
import type { Verdict } from './verdict.ts';

/** Whether `outer` accepts every packet that `inner` accepts; if not, the witness is one that it drops. */
export function contains(
  outer: readonly Rule[],
  inner: readonly Rule[],
  context: GroupContext,
  maxWork: number = DEFAULT_MAX_WORK,
): Verdict {
  const meter = new Meter(maxWork);
  for (const comparison of compareRuleSets(outer, inner, context).comparisons) {
    const question = acceptanceQuestion(comparison, (byOuter, byInner) => Number(byInner && !byOuter), true);
    const answer = explore(question, meter);
    if (answer === null) return { kind: 'unknown' };
    const [found] = regionsOf(answer);
    if (found === undefined) continue;
    return { kind: 'fails', witness: examplePacket(comparison.universe, found.region) };
  }
  return { kind: 'holds' };
}
