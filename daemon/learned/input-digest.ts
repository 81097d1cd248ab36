// Whether two inputs of the planner give the same plan, told without planning: a digest of all of them but the time, and
// beside it how long the time alone changes nothing.
import { createHash } from 'node:crypto';
import type { PlanInput } from '../../reconciler/plan/plan-input.ts';
import { DIRECTIONS } from '../../reconciler/model/rule.ts';
import type { SafetyInput } from '../../reconciler/plan/safety.ts';
import { replacedInside } from '../../reconciler/model/collections.ts';

type PolicyInForce = NonNullable<SafetyInput['inForce']>;

/** A policy is large and seldom another one, so its digest is made once for each object. */
export interface DigestedPolicy {
  readonly of: PolicyInForce;
  readonly digest: string;
}

/** So is a group, and of what stays as it is the reads are known to be one. */
export interface DigestedGroup {
  /** See `EcsApi.sameness`. */
  readonly of: WeakRef<object>;
  readonly digest: string;
}

/** The large parts of an input. */
export interface DigestedParts {
  readonly policy: DigestedPolicy;
  readonly group: DigestedGroup;
}

export interface DigestedInput extends DigestedParts {
  /** SHA-256. Equal ones are of equal inputs, but for `nowMs`, and the other way round. */
  readonly digest: string;
}

/**
 * `known`: of the last input of the group; what is of the same object is not computed a second time. `read`: the sameness of
 * the group.
 */
export function digestInput(
  input: PlanInput,
  known: DigestedParts | null,
  read: object = input.described,
): DigestedInput {
  const { desired, described, safety } = input;
  const policy = digestPolicy(desired, known?.policy ?? null);
  const isKnown = known?.group.of.deref() === read;
  const group = isKnown ? known.group : { of: new WeakRef(read), digest: digestValue(described) };
  const inForce = safety?.inForce ?? null;
  const judged = inForce === null ? safety : { ...safety, inForce: digestPolicy(inForce, policy).digest };
  const parts = { desired: policy.digest, described: group.digest, safety: judged, nowMs: null };
  return { digest: digestValue({ ...input, ...parts }), policy, group };
}

export const digestPolicy = (of: PolicyInForce, known: DigestedPolicy | null): DigestedPolicy =>
  known?.of === of ? known : { of, digest: digestValue(of) };

/** Values that differ have other digests, equal ones the same; of plain data, sets, maps and large whole numbers. */
export const digestValue = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(replacedInside(value, inJson)))
    .digest('base64');

/**
 * JSON has a form for each value but these, which get keys that no field has. `v8.serialize` has one for all, but writes
 * equal numbers in two ways: it depends on how the engine happens to keep them.
 */
function inJson(value: unknown): unknown {
  if (value instanceof Set) return { '\0set': [...value] };
  if (value instanceof Map) return { '\0map': [...value] };
  const isOdd = typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
  return isOdd ? { '\0number': String(value) } : value;
}

/** The first moment, Unix milliseconds, at which the passing of time may change the plan; Infinity: none will. */
export const sameUntilMs = (input: PlanInput): number =>
  [...endsOfRules(input), ...endsOfSafety(input.safety), ...endsOfWaits(input)].reduce<number>(
    (first, end) => (end !== null && end > input.nowMs && end < first ? end : first),
    Infinity,
  );

type Ends = ReadonlyArray<number | null>;

const endsOfRules = ({ desired, safety }: PlanInput): Ends =>
  [desired, safety?.inForce].flatMap((policy) =>
    DIRECTIONS.flatMap((direction) => policy?.rules[direction] ?? []).map(({ expiresAtMs }) => expiresAtMs),
  );

const endsOfSafety = (safety: SafetyInput | undefined): Ends =>
  safety === undefined
    ? []
    : [
        ...safety.guardrails.flatMap(({ exempt }) => exempt.map(({ untilMs }) => untilMs)),
        ...safety.approvals.map(({ untilMs }) => untilMs),
      ];

/** What keeps the plan, or a part of it, waiting. */
const endsOfWaits = ({ learned, holds = [], frozen }: PlanInput): Ends => [
  ...(learned?.refused ?? []).map(({ untilMs }) => untilMs),
  ...holds.map(({ untilMs }) => untilMs),
  learned?.resting?.untilMs ?? null,
  frozen?.untilMs ?? null,
];
