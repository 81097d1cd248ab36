// Guardrails and expectations of a plan: what it makes worse speaks against it, and what is not as it should be is told
// in any case, for the plan may be the cure.
import { nearestChange } from '../../judge/nearest/nearest.ts';
import type { ExpectationChange } from '../../judge/verdict/expectation.ts';
import { reasonUnknown, type GuardrailChange } from '../../judge/verdict/guardrail.ts';
import type { JudgeContext, JudgedDemand, JudgedGuardrail, Judgements } from '../../judge/verdict/judge.ts';
import {
  expectationVerdictText,
  exposedText,
  failureText,
  guardrailVerdictText,
  nearestText,
  whyUnknownText,
  type PlaceOf,
} from '../../judge/verdict/text.ts';
import type { Expectation } from '../../model/packets/pattern.ts';
import { guardrailCode, type SourcePlace } from '../../model/problem.ts';
import { quoted } from '../../model/rule-text.ts';
import { DIRECTIONS, ruleIdentity, type Rule } from '../../model/rule.ts';
import type { PlanInput } from '../plan-input.ts';
import type { PlanFinding } from '../plan.ts';
import type { WayBreach } from '../proof/on-the-way.ts';
import type { VerdictObjection } from './objection.ts';

export interface PlanVerdicts {
  readonly ends: Judgements<GuardrailChange, ExpectationChange>;
  readonly breaches: readonly WayBreach[];
  readonly context: JudgeContext;
  /** After the plan. */
  readonly rules: readonly Rule[];
}

export const verdictObjections = (input: PlanInput, verdicts: PlanVerdicts): VerdictObjection[] => {
  const placeOf = placesOf(input);
  return [
    ...verdicts.ends.guardrails.flatMap((judged) => guardrailObjection(judged, verdicts, placeOf)),
    ...verdicts.ends.expectations.flatMap((judged) => expectationObjection(judged, placeOf)),
    ...verdicts.breaches.flatMap((breach) => breachObjection(breach, placeOf)),
  ];
};

/** Whatever is not satisfied afterwards, whether or not the plan is blocked for it. */
export const verdictFindings = (input: PlanInput, verdicts: PlanVerdicts): PlanFinding[] => {
  const placeOf = placesOf(input);
  return [
    ...verdicts.ends.guardrails.flatMap((judged) => guardrailFinding(judged, placeOf)),
    ...verdicts.ends.expectations.flatMap((judged) => expectationFinding(judged, placeOf)),
  ];
};

/** A rule is declared where the policy has one that is equal but for its text. */
function placesOf({ desired }: PlanInput): PlaceOf {
  // Few plans have anything to say of a rule.
  let places: ReadonlyMap<string, SourcePlace> | null = null;
  return (rule) => (places ??= declaredPlaces(desired)).get(ruleIdentity(rule)) ?? null;
}

const declaredPlaces = ({ rules }: PlanInput['desired']): ReadonlyMap<string, SourcePlace> =>
  new Map(
    DIRECTIONS.flatMap((direction) => rules[direction] ?? []).map(({ rule, source }) => [
      ruleIdentity(rule),
      source,
    ]),
  );

function guardrailObjection(
  { demand, verdict, exemption }: JudgedGuardrail<GuardrailChange>,
  { context, rules }: PlanVerdicts,
  placeOf: PlaceOf,
): VerdictObjection[] {
  if (exemption !== null || demand.severity !== 'error') return [];
  switch (verdict.kind) {
    case 'satisfied':
    case 'kept':
      return [];
    case 'worse': {
      const nearest = nearestChange(demand, rules, context);
      const what = `guardrail ${demand.id}: ${exposedText(demand, verdict.excess, placeOf)}`;
      const remedy = nearest === null ? '' : nearestText(nearest, placeOf);
      return [{ kind: 'guardrail', about: demand.id, what, remedy }];
    }
    case 'unknown': {
      if (demand.unknown !== 'block') return [];
      const why = reasonUnknown(verdict);
      return [
        {
          kind: 'guardrail',
          about: demand.id,
          what: `guardrail ${demand.id} cannot be judged: ${whyUnknownText(why)}`,
          remedy: '',
        },
      ];
    }
  }
}

function expectationObjection(
  { demand, verdict }: JudgedDemand<Expectation, ExpectationChange>,
  placeOf: PlaceOf,
): VerdictObjection[] {
  switch (verdict.kind) {
    case 'holds':
    case 'kept':
      return [];
    case 'worse': {
      const what = `${expectationName(demand)} would fail: ${failureText(demand, verdict.excess, placeOf)}`;
      return [{ kind: 'expectation', about: demand.name, what, remedy: '' }];
    }
    case 'unknown': {
      if (!verdict.heldBefore && demand.unknown !== 'block') return [];
      const why = verdict.verdict.kind === 'unknown' ? verdict.verdict.why : 'lists';
      const held = verdict.heldBefore ? ' and held before' : '';
      return [
        {
          kind: 'expectation',
          about: demand.name,
          what: `${expectationName(demand)} cannot be judged${held}: ${whyUnknownText(why)}`,
          remedy: '',
        },
      ];
    }
  }
}

function breachObjection(breach: WayBreach, placeOf: PlaceOf): VerdictObjection[] {
  const when = `while the plan is carried out, from call ${breach.call} on`;
  if (breach.kind === 'guardrail') {
    const { guardrail, excess } = breach;
    if (guardrail.severity !== 'error') return [];
    const what = `guardrail ${guardrail.id}, ${when}: ${exposedText(guardrail, excess, placeOf)}`;
    return [{ kind: 'guardrail', about: guardrail.id, what, remedy: WAY_REMEDY }];
  }
  if (breach.kind === 'guardrailUnknown') {
    const { guardrail, why } = breach;
    if (guardrail.severity !== 'error') return [];
    const what = `guardrail ${guardrail.id} cannot be judged ${when}: ${whyUnknownText(why)}`;
    return [{ kind: 'guardrail', about: guardrail.id, what, remedy: WAY_REMEDY }];
  }
  const { expectation, excess } = breach;
  const how = excess === null ? whyUnknownText('budget') : failureText(expectation, excess, placeOf);
  return [
    {
      kind: 'expectation',
      about: expectation.name,
      what: `${expectationName(expectation)} would fail ${when}: ${how}`,
      remedy: WAY_REMEDY,
    },
  ];
}

const WAY_REMEDY = 'free some rule slots, or make the change in two steps';

const expectationName = ({ name, source }: Expectation): string =>
  `expectation ${quoted(name)} (${source.file}:${source.line})`;

function guardrailFinding(
  { demand, verdict, exemption }: JudgedGuardrail<GuardrailChange>,
  placeOf: PlaceOf,
): PlanFinding[] {
  if (verdict.kind === 'satisfied') return [];
  const text = guardrailVerdictText(demand, verdict.verdict, placeOf);
  if (text === null) return [];
  const exempt = exemption === null ? '' : `; exempt: ${exemption.reason}`;
  const standing =
    verdict.verdict.kind === 'violated' ? (exemption === null ? 'violated' : 'exempt') : 'unknown';
  const severity = standing === 'violated' ? demand.severity : 'warning';
  const { file, line } = demand.source;
  return [
    { id: guardrailCode(demand.id), severity, message: `${text}${exempt}`, file, line, guardrail: standing },
  ];
}

function expectationFinding(
  { demand, verdict }: JudgedDemand<Expectation, ExpectationChange>,
  placeOf: PlaceOf,
): PlanFinding[] {
  if (verdict.kind === 'holds') return [];
  const text = expectationVerdictText(demand, verdict.verdict, placeOf);
  const severity = verdict.verdict.kind === 'fails' ? 'error' : 'warning';
  const { file, line } = demand.source;
  const id = verdict.verdict.kind === 'fails' ? 'expectation-fails' : 'expectation-unknown';
  return text === null ? [] : [{ id, severity, message: `${quoted(demand.name)}: ${text}`, file, line }];
}
