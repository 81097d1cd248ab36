// What a plan puts at stake, judged once: the rules that lose traffic, the directions that it empties, and what it opens
// to the internet. Undone drift and what was announced with a date are left out: those need no approval.
import type { GroupContext } from '../../exposure/engine/context.ts';
import { emptiedDirections, type EmptiedDirection } from '../../judge/loss/emptied.ts';
import { losingRules } from '../../judge/loss/losing-rules.ts';
import { openedToInternet, type OpenedService } from '../../judge/opening.ts';
import type { DescribedRule } from '../../model/group.ts';
import { NO_PORTS_TEXT, parsePortRange } from '../../model/ports.ts';
import { isOfDrop, ruleIdentity, type Rule } from '../../model/rule.ts';
import type { Ownership } from '../diff/ownership.ts';
import type { PlanInput } from '../plan-input.ts';
import type { Step } from '../plan.ts';
import { applySteps } from '../proof/simulate.ts';
import type { BrakeSettings, SafetyInput } from '../safety.ts';

export interface Stakes {
  /** In the order of `compareRules`. */
  readonly losing: readonly Rule[];
  readonly emptied: readonly EmptiedDirection[];
  readonly opening: readonly OpenedService[];
  /** Accept rules of managed directions before the plan that no ignore pattern names. */
  readonly accepts: number;
}

/** What is known of a plan before it is judged. */
interface JudgedPlan {
  readonly steps: readonly Step[];
  readonly context: GroupContext;
  readonly ownership: Ownership;
}

const NOTHING_AT_STAKE: Stakes = { losing: [], emptied: [], opening: [], accepts: 0 };

/** The limits that a plan is held to; null: none. */
export const brakeOf = ({ safety }: PlanInput): BrakeSettings | null =>
  safety === undefined || safety.brake === 'off' ? null : safety.brake;

export function stakesOf(input: PlanInput, { steps, context, ownership }: JudgedPlan): Stakes {
  const { safety, described } = input;
  const brake = brakeOf(input);
  if (safety === undefined || brake === null || steps.length === 0) return NOTHING_AT_STAKE;
  const after = applySteps(described.rules, steps);
  const rules = { before: bareRules(described.rules), after: bareRules(after) };
  return {
    losing: lostByPlan(rules, safety, context),
    emptied: emptiedDirections({
      ...withoutOthersAccepts({ before: described.rules, safety, ours: ourAccepts(ownership) }, after),
      context,
    }),
    opening: brake.opens === 'off' ? [] : openedByPlan(rules, safety, context),
    accepts: ourAccepts(ownership).size,
  };
}

const bareRules = (rules: readonly DescribedRule[]): Rule[] => rules.map(({ rule }) => rule);

/** Of the rules that the group has now. */
function ourAccepts({ managed }: Ownership): Set<DescribedRule> {
  return new Set(managed.filter(({ rule }) => rule.action === 'accept'));
}

interface KnownRules {
  readonly before: readonly DescribedRule[];
  readonly safety: SafetyInput;
  readonly ours: ReadonlySet<DescribedRule>;
}

/** Drops count whosever they are. Of accepts before only those whose loss counts, and no ignored one on either side. */
function withoutOthersAccepts(
  { before, safety, ours }: KnownRules,
  after: readonly DescribedRule[],
): { readonly before: Rule[]; readonly after: Rule[] } {
  const there = new Set(before);
  const isDrop = ({ rule }: DescribedRule): boolean => rule.action === 'drop';
  return {
    before: bareRules(
      before.filter((each) => isDrop(each) || (ours.has(each) && countsAsLoss(each.rule, safety))),
    ),
    after: bareRules(after.filter((each) => isDrop(each) || ours.has(each) || !there.has(each))),
  };
}

interface PlannedChange {
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

/** A drop that drift took away stops again what it stopped: no rule loses by that. */
function lostByPlan(
  { before, after }: PlannedChange,
  safety: SafetyInput,
  context: GroupContext,
): readonly Rule[] {
  const { lastConverged, privateNetworks } = safety;
  const judged = { after, context, ...(privateNetworks === undefined ? {} : { privateNetworks }) };
  const losing = losingRules({ ...judged, before }).filter((rule) => countsAsLoss(rule, safety));
  if (losing.length === 0 || lastConverged === null) return losing;
  const there = new Set(before.map(ruleIdentity));
  const isRestored = (identity: string): boolean => lastConverged.has(identity) && !there.has(identity);
  const restored = after.filter((rule) => rule.action === 'drop' && isRestored(ruleIdentity(rule)));
  if (restored.length === 0) return losing;
  const then = [...before, ...after].filter((rule) => lastConverged.has(ruleIdentity(rule)));
  // What an accept let through then that is on neither side any more cannot be told.
  const known = new Set(then.map(ruleIdentity));
  if ([...lastConverged].some((identity) => !isOfDrop(identity) && !known.has(identity))) return losing;
  const sinceThen = new Set(losingRules({ ...judged, before: then }).map(ruleIdentity));
  return losing.filter((rule) => sinceThen.has(ruleIdentity(rule)));
}

function countsAsLoss(rule: Rule, { lastConverged, announced }: SafetyInput): boolean {
  const identity = ruleIdentity(rule);
  return !announced.has(identity) && (lastConverged === null || lastConverged.has(identity));
}

/** What the last converged state admitted, as far as it is known, is not new: to open it again is to undo drift. */
function openedByPlan(
  { before, after }: PlannedChange,
  { lastConverged }: SafetyInput,
  context: GroupContext,
): OpenedService[] {
  const { opened } = openedToInternet(before, after, context);
  if (opened.length === 0 || lastConverged === null) return [...opened];
  const then = [...before, ...after].filter((rule) => lastConverged.has(ruleIdentity(rule)));
  // What a drop rule stopped that is on neither side any more cannot be told.
  const known = new Set(then.map(ruleIdentity));
  if ([...lastConverged].some((identity) => isOfDrop(identity) && !known.has(identity))) return [...opened];
  const sinceThen = openedToInternet(then, after, context).opened;
  return opened.filter((service) => sinceThen.some((other) => servicesMeet(service, other)));
}

function servicesMeet(a: OpenedService, b: OpenedService): boolean {
  const isOneName = ({ protocol }: OpenedService): boolean => protocol !== 'all' && !protocol.includes('-');
  if (a.family !== b.family || (isOneName(a) && isOneName(b) && a.protocol !== b.protocol)) return false;
  if (a.ports === NO_PORTS_TEXT || b.ports === NO_PORTS_TEXT) return true;
  const [one, other] = [parsePortRange(a.ports), parsePortRange(b.ports)];
  return one === null || other === null || (one.first <= other.last && other.first <= one.last);
}
