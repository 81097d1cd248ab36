// A way with the verdicts on it. Where it breaks a guardrail or an expectation between two calls, the other half of the
// promise may do: what opens for a moment can cut for a moment instead.
import type { GroupContext } from '../exposure/engine/context.ts';
import { DEFAULT_PRIVATE_NETWORKS } from '../judge/count/senders.ts';
import { judgeChange, type JudgeContext } from '../judge/verdict/judge.ts';
import type { PlanVerdicts } from './check/verdicts.ts';
import type { PlanInput } from './plan-input.ts';
import type { PlanOptions } from './plan.ts';
import { breachesOnTheWay } from './proof/on-the-way.ts';
import { prove, type Judgement } from './proof/prove.ts';
import { applySteps } from './proof/simulate.ts';
import { wayTo, type MatchedWay, type WayRequest } from './way.ts';

interface GuardedWay {
  readonly way: MatchedWay;
  readonly proof: Judgement;
  readonly verdicts: PlanVerdicts;
}

export function guardedWay(input: PlanInput, request: WayRequest, context: GroupContext): GuardedWay {
  const guarded = judgedWay(input, request, context);
  const fallback = otherFallback(guarded.way);
  if (guarded.verdicts.breaches.length === 0 || fallback === null) return guarded;
  const options = { ...request.options, fallback };
  const other = judgedWay(input, { ...request, options }, context);
  const isBetter = other.way.promised === fallback && other.verdicts.breaches.length === 0;
  return isBetter ? other : guarded;
}

function otherFallback({ promised }: MatchedWay): PlanOptions['fallback'] | null {
  switch (promised) {
    case 'neverOpen':
      return 'neverCut';
    case 'neverCut':
      return 'neverOpen';
    case 'hitless':
    case null:
      return null;
  }
}

function judgedWay(input: PlanInput, request: WayRequest, group: GroupContext): GuardedWay {
  const { desired, described } = request;
  const way = wayTo(request);
  const proof = prove(described, way.steps, { ...way, alone: desired.alone });
  const {
    guardrails = [],
    expectations = [],
    privateNetworks = DEFAULT_PRIVATE_NETWORKS,
  } = input.safety ?? {};
  const context: JudgeContext = { group, privateNetworks, nowMs: input.nowMs };
  const before = described.rules.map(({ rule }) => rule);
  // The same array where nothing is done: what stays as it is has only to be compiled once.
  const after =
    way.steps.length === 0 ? before : applySteps(described.rules, way.steps).map(({ rule }) => rule);
  const ends = judgeChange(before, after, { guardrails, expectations }, context);
  const isProved = proof.objections.length === 0 && proof.exceptions.length === 0;
  const breaches = breachesOnTheWay(described, { ...way, isProved }, ends, context);
  return { way, proof, verdicts: { ends, breaches, context, rules: after } };
}
