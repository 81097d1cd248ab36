// What `rampart test` finds out of one expectation and one group.
import {
  placeInPolicy,
  type DesiredJudgement,
  type DesiredVerdict,
} from '../../../reconciler/judge/desired/judge-desired.ts';
import { unknownText } from '../../../reconciler/judge/desired/desired-problems.ts';
import { failureText, type PlaceOf } from '../../../reconciler/judge/verdict/text.ts';
import { packetText } from '../../../reconciler/exposure/text/packet-text.ts';
import type { Expectation } from '../../../reconciler/model/packets/pattern.ts';
import type { SourcePlace } from '../../../reconciler/model/problem.ts';
import { describeRule } from '../../../reconciler/model/rule-text.ts';

export interface TestResult {
  readonly expectation: Expectation;
  /** Id of the group. */
  readonly group: string;
  readonly outcome: 'holds' | 'fails' | 'unknown';
  /** Why it fails or is unknown; empty if it holds. */
  readonly detail: string;
  /** One packet that fares otherwise than expected; empty unless it fails. */
  readonly counterExample: string;
  /** The rule that decides this packet; null if none does. */
  readonly decidedBy: { readonly rule: string; readonly source: SourcePlace | null } | null;
}

export function resultOf(
  expectation: Expectation,
  group: string,
  verdict: DesiredVerdict,
  placeOf: PlaceOf,
): TestResult {
  const base = { expectation, group, detail: '', counterExample: '', decidedBy: null };
  if (verdict.kind === 'holds') return { ...base, outcome: 'holds' };
  if (verdict.kind !== 'fails') {
    return { ...base, outcome: 'unknown', detail: unknownText(expectation, verdict) };
  }
  const { excess } = verdict;
  const { decision } = excess;
  return {
    ...base,
    outcome: 'fails',
    detail: failureText(expectation, excess, placeOf),
    counterExample: packetText(excess.example),
    decidedBy:
      decision.by === 'rule' ? { rule: describeRule(decision.rule), source: placeOf(decision.rule) } : null,
  };
}

export const unknownResult = (expectation: Expectation, group: string, detail: string): TestResult => ({
  expectation,
  group,
  outcome: 'unknown',
  detail,
  counterExample: '',
  decidedBy: null,
});

/** Each expectation for each of its groups, in the order of the files. */
export function desiredResults(
  expectations: readonly Expectation[],
  judgements: readonly DesiredJudgement[],
): TestResult[] {
  const found = new Map<string, TestResult>();
  for (const { group, expectations: judged } of judgements) {
    if (group.selector.kind !== 'id') continue;
    for (const { expectation, verdict } of judged) {
      const result = resultOf(expectation, group.selector.id, verdict, placeInPolicy(group));
      found.set(keyOfResult(expectation, group.selector.id), result);
    }
  }
  return inOrderOf(
    expectations,
    found,
    'cannot be judged without the cloud: no policy declares the group by its id',
  );
}

/** Where there is no result, the reason is always the same. */
export function inOrderOf(
  expectations: readonly Expectation[],
  found: ReadonlyMap<string, TestResult>,
  reason: string,
): TestResult[] {
  return expectations.flatMap((expectation) =>
    expectation.groups.map(
      (group) => found.get(keyOfResult(expectation, group)) ?? unknownResult(expectation, group, reason),
    ),
  );
}

/** An expectation is known by its place: names are unique in a file only. */
export const keyOfResult = ({ source }: Expectation, group: string): string =>
  JSON.stringify([source.file, source.line, source.column, group]);
