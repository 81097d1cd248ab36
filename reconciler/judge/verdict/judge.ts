// Guardrails and expectations of one group, judged together: one compile, one budget.
import { DEFAULT_MAX_WORK, Meter } from '../../exposure/engine/meter.ts';
import type { Exemption, Expectation, Guardrail } from '../../model/packets/pattern.ts';
import type { Rule } from '../../model/rule.ts';
import { Counter, endsOf, type Presence } from '../count/count.ts';
import type { SenderContext } from '../count/senders.ts';
import {
  expectationChange,
  expectationVerdict,
  type ExpectationChange,
  type ExpectationVerdict,
} from './expectation.ts';
import {
  exemptionOf,
  guardrailChange,
  guardrailVerdict,
  isDeny,
  type Deny,
  type GuardrailChange,
  type GuardrailVerdict,
  type State,
} from './guardrail.ts';

/** What is asked of the rules of one group. */
export interface Demands {
  readonly guardrails: readonly Guardrail[];
  readonly expectations: readonly Expectation[];
}

export interface JudgeContext extends SenderContext {
  /** Unix milliseconds: exemptions end. */
  readonly nowMs: number;
}

export interface JudgedDemand<D, V> {
  readonly demand: D;
  readonly verdict: V;
}

/** Of a guardrail: who is exempt is judged all the same, and never blocked. */
export interface JudgedGuardrail<V> extends JudgedDemand<Deny, V> {
  readonly exemption: Exemption | null;
}

export interface Judgements<G, E> {
  /** In the order of the demands; guardrails of other kinds than `deny` are left out. */
  readonly guardrails: ReadonlyArray<JudgedGuardrail<G>>;
  readonly expectations: ReadonlyArray<JudgedDemand<Expectation, E>>;
}

/** Judges rules by themselves, as a policy does not know what is in force. */
export function judgeRules(
  rules: readonly Rule[],
  demands: Demands,
  context: JudgeContext,
  maxWork: number = DEFAULT_MAX_WORK,
): Judgements<GuardrailVerdict, ExpectationVerdict> {
  if (isNothing(demands)) return NOTHING_JUDGED;
  const counter = counterFor(rules, demands, context, maxWork);
  const state: State = { rules, present: new Uint8Array(rules.length).fill(1) };
  return judged(demands, context, {
    guardrail: (guardrail) => guardrailVerdict(guardrail, counter, state),
    expectation: (expectation) => expectationVerdict(expectation, counter, state),
  });
}

/**
 * Judges a change: what is not satisfied afterwards, and whether the change makes it worse. `before` and `after` may be
 * one array: then nothing changes, at half the cost.
 */
export function judgeChange(
  before: readonly Rule[],
  after: readonly Rule[],
  demands: Demands,
  context: JudgeContext & { readonly maxWork?: number },
): Judgements<GuardrailChange, ExpectationChange> {
  if (isNothing(demands)) return NOTHING_JUDGED;
  const isSame = before === after;
  const rules = isSame ? before : [...before, ...after];
  const counter = counterFor(rules, demands, context, context.maxWork ?? DEFAULT_MAX_WORK);
  const [presentBefore, presentAfter] = isSame ? sameEnds(rules.length) : endsOf(before.length, after.length);
  const then: State = { rules: before, present: presentBefore };
  const now: State = { rules: after, present: presentAfter };
  return judged(demands, context, {
    guardrail: (guardrail) => guardrailChange(guardrail, counter, then, now),
    expectation: (expectation) => expectationChange(expectation, counter, then, now),
  });
}

export function patternsOf({ guardrails, expectations }: Demands): Array<Deny['what']['pattern']> {
  return [
    ...guardrails.filter(isDeny).map(({ what }) => what.pattern),
    ...expectations.map(({ pattern }) => pattern),
  ];
}

const NOTHING_JUDGED = { guardrails: [], expectations: [] } as const;

/** A group that nothing is asked of needs no count. */
const isNothing = (demands: Demands): boolean => patternsOf(demands).length === 0;

function sameEnds(rules: number): readonly [Presence, Presence] {
  const present = new Uint8Array(rules).fill(1);
  return [present, present];
}

const counterFor = (
  rules: readonly Rule[],
  demands: Demands,
  context: JudgeContext,
  maxWork: number,
): Counter => new Counter(rules, patternsOf(demands), context, new Meter(maxWork));

function judged<G, E>(
  { guardrails, expectations }: Demands,
  { group, nowMs }: JudgeContext,
  by: {
    readonly guardrail: (guardrail: Deny) => G;
    readonly expectation: (expectation: Expectation) => E;
  },
): Judgements<G, E> {
  return {
    guardrails: guardrails.filter(isDeny).map((demand) => ({
      demand,
      verdict: by.guardrail(demand),
      exemption: exemptionOf(demand, group.id, nowMs),
    })),
    expectations: expectations.map((demand) => ({ demand, verdict: by.expectation(demand) })),
  };
}
