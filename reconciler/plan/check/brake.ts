// What stops a plan until a person approves it: too much traffic lost, a group that is new here, the internet let in.
import type { ExposureDelta } from '../../exposure/ask/delta.ts';
import type { PlanInput } from '../plan-input.ts';
import type { BrakeSettings } from '../safety.ts';
import type { BrakeReason, SafetyObjection } from './objection.ts';
import { brakeOf, type Stakes } from './stakes.ts';

/** Below this many losing rules a share of the group says little: a group of two rules may lose one. */
const FEWEST_FOR_PERCENT = 3;

export function safetyObjections(
  input: PlanInput,
  stakes: Stakes,
  exposure: Pick<ExposureDelta, 'opened' | 'closed'>,
): SafetyObjection[] {
  const { safety, described } = input;
  const brake = brakeOf(input);
  if (safety === undefined || brake === null) return [];
  const { losing, opening } = stakes;
  const reasons = brakeReasons(brake, stakes, safety.lostLastHour);
  const opens = exposure.opened.length > 0;
  const closes = exposure.closed.length > 0;
  const rules = described.rules.length;
  const isTakeover = safety.isNew && brake.takeover === 'approve' && rules > 0 && (opens || closes);
  return [
    ...(reasons.length > 0 ? [{ kind: 'brake', losing, reasons } as const] : []),
    ...(isTakeover ? [{ kind: 'takeover', rules, opens, closes } as const] : []),
    ...(opening.length > 0 ? [{ kind: 'opening', opening } as const] : []),
  ];
}

function brakeReasons(brake: BrakeSettings, stakes: Stakes, lostLastHour: number): BrakeReason[] {
  const { emptied, accepts } = stakes;
  const losing = stakes.losing.length;
  const reasons: BrakeReason[] = [];
  if (losing > brake.rules) reasons.push({ limit: 'rules', allowed: brake.rules });
  if (losing >= FEWEST_FOR_PERCENT && 100 * losing > brake.percent * accepts) {
    reasons.push({ limit: 'percent', allowed: brake.percent, accepts });
  }
  // Without earlier ones it is the limit above under another name.
  if (losing > 0 && lostLastHour + losing > brake.perHour && (lostLastHour > 0 || reasons.length === 0)) {
    reasons.push({ limit: 'perHour', allowed: brake.perHour, lostLastHour });
  }
  if (emptied.length > 0) reasons.push({ limit: 'emptied', emptied });
  return reasons;
}
