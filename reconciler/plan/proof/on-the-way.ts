// Guardrails and expectations between two calls. A plan that is hitless decides no packet otherwise than one of its ends,
// so it needs no look. The others may open, or cut, for a moment: of all states that a call may leave behind, the most
// open one tells what may be exposed, and the most closed one what may be cut.
import { Meter } from '../../exposure/engine/meter.ts';
import { Counter } from '../../judge/count/count.ts';
import { patternsOf, type Demands, type JudgeContext, type Judgements } from '../../judge/verdict/judge.ts';
import {
  expectationVerdict,
  type ExpectationChange,
  type ExpectationVerdict,
} from '../../judge/verdict/expectation.ts';
import {
  guardrailChange,
  guardrailVerdict,
  isDeny,
  reasonUnknown,
  type Deny,
  type GuardrailChange,
  type State,
  type WhyUnknown,
} from '../../judge/verdict/guardrail.ts';
import type { Excess } from '../../judge/verdict/excess.ts';
import type { DescribedGroup } from '../../model/group.ts';
import type { Expectation } from '../../model/packets/pattern.ts';
import type { Rule } from '../../model/rule.ts';
import type { Step } from '../plan.ts';
import { applyEvent, trace, type Event } from './trace.ts';
import type { Promised } from './transition.ts';

/** Beside the budget of the proof. */
const MAX_WAY_WORK = 20_000_000;

/** What is broken while the plan is carried out, though it holds at both ends. */
export type WayBreach = { readonly call: number } & (
  | { readonly kind: 'guardrail'; readonly guardrail: Deny; readonly excess: Excess }
  | { readonly kind: 'guardrailUnknown'; readonly guardrail: Deny; readonly why: WhyUnknown }
  | { readonly kind: 'expectation'; readonly expectation: Expectation; readonly excess: Excess | null }
);

export interface WayToGuard {
  readonly steps: readonly Step[];
  /** Null: nothing is promised, and nothing will be carried out. */
  readonly promised: Promised | null;
  readonly batchesAtomic: boolean;
  readonly isProved: boolean;
}

/** One breach a demand at most: the first. */
export function breachesOnTheWay(
  group: DescribedGroup,
  way: WayToGuard,
  ends: Judgements<GuardrailChange, ExpectationChange>,
  context: JudgeContext,
): WayBreach[] {
  const demands = demandsAtRisk(way, ends);
  if (demands.guardrails.length + demands.expectations.length === 0) return [];
  const { rules, events } = trace(group.rules, way.steps);
  const counter = new Counter(rules, patternsOf(demands), context, new Meter(MAX_WAY_WORK));
  const before = new Uint8Array(rules.length).fill(1, 0, group.rules.length);
  const moments = momentsOf(rules, events, before, way.batchesAtomic);
  const stateOf = (present: Uint8Array): State => ({
    rules: rules.filter((_, rule) => present[rule] === 1),
    present,
  });
  const asked = { counter, moments, stateOf, before: stateOf(before) };
  return [
    ...demands.guardrails.filter(isDeny).flatMap((guardrail) => guardrailBreach(guardrail, asked)),
    ...demands.expectations.flatMap((expectation) => expectationBreach(expectation, asked)),
  ];
}

/** Those that the way may break, and that its ends do not break: the others are told of the ends. */
function demandsAtRisk(
  { promised, isProved }: WayToGuard,
  { guardrails, expectations }: Judgements<GuardrailChange, ExpectationChange>,
): Demands {
  if (promised === null || (promised === 'hitless' && isProved)) return { guardrails: [], expectations: [] };
  const mayOpen = promised !== 'neverOpen' || !isProved;
  const mayCut = promised !== 'neverCut' || !isProved;
  return {
    guardrails: guardrails
      .filter(
        ({ demand, verdict, exemption }) =>
          exemption === null && mayOpen && !isSaidOfTheEnds(demand, verdict),
      )
      .map(({ demand }) => demand),
    expectations: expectations
      .filter(
        ({ demand, verdict }) => verdict.kind === 'holds' && (demand.kind === 'drop' ? mayOpen : mayCut),
      )
      .map(({ demand }) => demand),
  };
}

const isSaidOfTheEnds = ({ unknown }: Deny, { kind }: GuardrailChange): boolean =>
  kind === 'worse' || (kind === 'unknown' && unknown === 'block');

/** What a call may leave behind: 1 for each rule that is there. */
interface Moment {
  readonly call: number;
  readonly mostOpen: Uint8Array;
  readonly mostClosed: Uint8Array;
}

function momentsOf(
  rules: readonly Rule[],
  events: readonly Event[],
  before: Uint8Array,
  batchesAtomic: boolean,
): Moment[] {
  const now = before.slice();
  return events.map((event, index) => {
    const isWhole = batchesAtomic || event.isAtomic;
    const mostOpen = isWhole ? null : partly(rules, event, now, 'accept');
    const mostClosed = isWhole ? null : partly(rules, event, now, 'drop');
    applyEvent(now, event);
    return { call: index + 1, mostOpen: mostOpen ?? now.slice(), mostClosed: mostClosed ?? now.slice() };
  });
}

/** With as many rules of this action, and as few of the other one, as a part of the event may leave. */
function partly(
  rules: readonly Rule[],
  { added, removed }: Event,
  now: Uint8Array,
  action: Rule['action'],
): Uint8Array {
  const present = now.slice();
  for (const rule of added) if (rules[rule]?.action === action) present[rule] = 1;
  for (const rule of removed) if (rules[rule]?.action !== action) present[rule] = 0;
  return present;
}

interface AskedOnTheWay {
  readonly counter: Counter;
  readonly moments: readonly Moment[];
  readonly stateOf: (present: Uint8Array) => State;
  readonly before: State;
}

/** First of the most open of all moments together: if it is satisfied there, it is so at each. */
function guardrailBreach(guardrail: Deny, { counter, moments, stateOf, before }: AskedOnTheWay): WayBreach[] {
  const anyOf = union(
    moments.map(({ mostOpen }) => mostOpen),
    stateOf,
    'accept',
  );
  if (anyOf === null || guardrailVerdict(guardrail, counter, anyOf).kind === 'satisfied') return [];
  for (const { call, mostOpen } of moments) {
    const change = guardrailChange(guardrail, counter, before, stateOf(mostOpen));
    if (change.kind === 'worse') return [{ kind: 'guardrail', guardrail, call, excess: change.excess }];
    if (change.kind === 'unknown' && guardrail.unknown === 'block') {
      return [{ kind: 'guardrailUnknown', guardrail, call, why: reasonUnknown(change) }];
    }
  }
  return [];
}

/** With each accept of any moment, and only the drops of all; or with accept and drop exchanged. */
function union(
  presences: readonly Uint8Array[],
  stateOf: (present: Uint8Array) => State,
  action: Rule['action'],
): State | null {
  const [first, ...others] = presences;
  if (first === undefined) return null;
  const all = stateOf(first.map(() => 1)).rules;
  const present = first.map((_, rule) => {
    const there = [first, ...others].filter((presence) => presence[rule] === 1).length;
    return Number(all[rule]?.action === action ? there > 0 : there === presences.length);
  });
  return stateOf(present);
}

function expectationBreach(
  expectation: Expectation,
  { counter, moments, stateOf, before }: AskedOnTheWay,
): WayBreach[] {
  const isOpening = expectation.kind === 'drop';
  const presences = moments.map(({ mostOpen, mostClosed }) => (isOpening ? mostOpen : mostClosed));
  const anyOf = union(presences, stateOf, isOpening ? 'accept' : 'drop');
  if (anyOf === null || expectationVerdict(expectation, counter, before).kind !== 'holds') return [];
  if (expectationVerdict(expectation, counter, anyOf).kind === 'holds') return [];
  for (const [index, present] of presences.entries()) {
    const verdict = expectationVerdict(expectation, counter, stateOf(present));
    if (breaks(verdict, expectation)) {
      return [{ kind: 'expectation', expectation, call: index + 1, excess: verdict.excess }];
    }
  }
  return [];
}

/** It held whatever unread lists hold, so it must not hang on them here. */
function breaks(
  verdict: ExpectationVerdict,
  { unknown }: Expectation,
): verdict is Exclude<ExpectationVerdict, { readonly kind: 'holds' }> {
  if (verdict.kind === 'unknown' && verdict.why === 'budget') return unknown === 'block';
  return verdict.kind !== 'holds';
}
