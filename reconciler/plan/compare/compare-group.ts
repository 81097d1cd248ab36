// What changes of one entry of the policies: the plan for a group that holds exactly what the entry said before.
import type { ExposureDelta } from '../../exposure/ask/delta.ts';
import { groupContext } from '../../exposure/engine/context.ts';
import { openedToInternet } from '../../judge/opening.ts';
import { isInScope, scopedByPolicy } from '../../judge/scope.ts';
import { groupSelectorText, type DesiredGroup, type Mode } from '../../model/group.ts';
import type { Expectation, Guardrail } from '../../model/packets/pattern.ts';
import type { Prefix } from '../../model/prefix.ts';
import { DIRECTIONS, ruleContent } from '../../model/rule.ts';
import { groupPolicy } from '../group-policy.ts';
import { planGroup } from '../plan-group.ts';
import type { Diff, GroupPolicy, PlanSettings } from '../plan.ts';
import { applySteps } from '../proof/simulate.ts';
import { DEFAULT_INVOCATION } from '../safety.ts';
import { groupAsWritten } from './as-written.ts';
import type { GroupComparison } from './comparison.ts';
import { settingsChanges } from './settings-changes.ts';

export interface CompareOptions {
  readonly settings: PlanSettings;
  readonly defaultMode: Mode;
  /** Where members of groups are. */
  readonly privateNetworks: readonly Prefix[];
  /** Unix milliseconds: rules that have expired by then are on neither side. */
  readonly nowMs: number;
}

interface JudgedOptions extends CompareOptions {
  readonly guardrails: readonly Guardrail[];
  readonly expectations: readonly Expectation[];
  /** Those of them that are new or changed. */
  readonly news: readonly Expectation[];
}

/** @param before null: the entry is new */
export function compareGroup(
  before: DesiredGroup | null,
  after: DesiredGroup,
  options: JudgedOptions,
): GroupComparison {
  const { defaultMode: mode, nowMs, news } = options;
  const id = groupSelectorText(after.selector);
  const now = groupPolicy(after, id, { mode, nowMs });
  const then = before === null ? null : groupPolicy(before, id, { mode, nowMs });
  const settings = before === null ? [] : settingsChanges(before, after, mode);
  const isAsked = settings.length > 0 || news.some(({ groups }) => groups.includes(id));
  const judged =
    then !== null && !isAsked && hasSameRules(then, now)
      ? unchanged(now)
      : plannedAsWritten(then, now, after, options);
  const isSame = then !== null && settings.length === 0 && isEmpty(judged.diff);
  return {
    ...headOfEntry(now, after),
    change: then === null ? 'added' : isSame ? 'same' : 'changed',
    status: isSame ? 'converged' : statusOf(now, judged),
    settings,
    ...judged,
  };
}

/** What its rules let through stays as it is, and is no longer kept so. */
export function releasedGroup(group: DesiredGroup, { defaultMode, nowMs }: CompareOptions): GroupComparison {
  const policy = groupPolicy(group, groupSelectorText(group.selector), { mode: defaultMode, nowMs });
  return {
    ...headOfEntry(policy, group),
    change: 'released',
    status: 'released',
    settings: [],
    ...unchanged(policy),
    diff: { ...NO_RULES, unmanaged: ruleCount(policy) },
  };
}

const headOfEntry = ({ account, region, id, mode, source }: GroupPolicy, { selector }: DesiredGroup) => ({
  ...{ account, region, id },
  selector,
  mode,
  source,
});

type JudgedEntry = Pick<GroupComparison, 'diff' | 'exposure' | 'opening' | 'findings' | 'blockedBy'>;

function statusOf({ mode }: GroupPolicy, { blockedBy }: JudgedEntry): GroupComparison['status'] {
  if (mode === 'observe') return 'observed';
  return blockedBy.length > 0 ? 'blocked' : 'pending';
}

function plannedAsWritten(
  before: GroupPolicy | null,
  after: GroupPolicy,
  written: DesiredGroup,
  options: JudgedOptions,
): JudgedEntry {
  const described = groupAsWritten(before, after, written);
  const scoped = scopedByPolicy(written);
  const plan = planGroup({
    desired: after,
    described,
    settings: withRoom(options.settings, before, after),
    ownedRules: new Set(described.rules.flatMap(({ id }) => id ?? [])),
    safety: {
      ...NOTHING_KNOWN,
      inForce: before ?? { rules: { ingress: [], egress: [] } },
      guardrails: options.guardrails.filter(({ groups }) => isInScope(groups, scoped)),
      expectations: options.expectations.filter(({ groups }) => groups.includes(after.id)),
      privateNetworks: options.privateNetworks,
    },
    nowMs: options.nowMs,
  });
  const rulesBefore = described.rules.map(({ rule }) => rule);
  const rulesAfter = applySteps(described.rules, plan.steps).map(({ rule }) => rule);
  const { diff, exposure, findings, heldBy } = plan;
  const { opened } = openedToInternet(rulesBefore, rulesAfter, groupContext(described));
  return { diff, exposure, opening: opened, findings, blockedBy: heldBy };
}

/** How the calls fit into a full group is for the plan of that group. */
function withRoom(settings: PlanSettings, before: GroupPolicy | null, after: GroupPolicy): PlanSettings {
  const rules = ruleCount(after) + (before === null ? 0 : ruleCount(before));
  return { ...settings, fallback: 'neverOpen', ruleQuota: Math.max(settings.ruleQuota, rules) };
}

/** No brake: how much of a group may go is for its own plan, against what it holds. */
const NOTHING_KNOWN = {
  brake: 'off',
  lastConverged: null,
  announced: new Set<string>(),
  lostLastHour: 0,
  isNew: false,
  approvals: [],
  invocation: DEFAULT_INVOCATION,
} as const;

const unchanged = (policy: GroupPolicy): JudgedEntry => ({
  diff: { ...NO_RULES, same: ruleCount(policy) },
  exposure: NO_TRAFFIC,
  opening: [],
  findings: [],
  blockedBy: [],
});

const NO_RULES: Diff = { missing: [], unexpected: [], different: [], same: 0, unmanaged: 0 };
const NO_TRAFFIC: ExposureDelta = { opened: [], closed: [], effects: [], exact: true };

const isEmpty = ({ missing, unexpected, different }: Diff): boolean =>
  missing.length + unexpected.length + different.length === 0;

/** Of equal rules nothing needs to be planned. */
const hasSameRules = (before: GroupPolicy, after: GroupPolicy): boolean =>
  DIRECTIONS.every((direction) => {
    const [then, now] = [before.rules[direction] ?? [], after.rules[direction] ?? []];
    const known = new Set(then.map(({ rule }) => ruleContent(rule)));
    return then.length === now.length && now.every(({ rule }) => known.has(ruleContent(rule)));
  });

const ruleCount = ({ rules }: GroupPolicy): number =>
  DIRECTIONS.reduce((sum, direction) => sum + (rules[direction]?.length ?? 0), 0);
