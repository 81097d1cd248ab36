// Reads may lag behind writes. A plan that is made from a picture without what the last plan did would do it again, or
// count on rules that are gone. So a picture is not believed before it shows what the journal says was done: that
// holds after a plan that stopped half-way as well as after a crash.
import type { ApiLevel, DescribedGroup, DescribedRule, GroupRef } from '../../reconciler/model/group.ts';
import type { Direction } from '../../reconciler/model/rule.ts';
import type { WireParams } from '../ecs/api.ts';
import { ruleParams } from '../ecs/convert/requests.ts';
import type { HistoryEntry, Journal } from '../journal/journal.ts';

/** Far more calls than a plan makes in a minute; what is older counts as seen. */
const MAX_ENTRIES = 1000;

/**
 * The calls of the last plan for a group that took effect since `sinceMs` (Unix milliseconds), oldest first; none if the
 * group was seen as its policy says after the last of them. What earlier plans did was seen before that one was made.
 */
export function recentWrites(journal: Journal, group: GroupRef, sinceMs: number): readonly HistoryEntry[] {
  if (journal.marks(group).applied !== null) return [];
  const applied = journal
    .history({ groupId: group.id, sinceMs, limit: MAX_ENTRIES })
    .filter(({ result }) => result === 'applied')
    .filter((entry) => entry.group.account === group.account && entry.group.region === group.region);
  return applied.slice(beginOfLastPlan(applied));
}

/** A call that an earlier plan had left open bears that one's name; so the last plan is that of the intent opened last. */
function beginOfLastPlan(applied: readonly HistoryEntry[]): number {
  const [first, ...others] = applied;
  if (first === undefined) return 0;
  const newest = others.reduce((last, entry) => (entry.openedAtMs >= last.openedAtMs ? entry : last), first);
  return applied.findIndex(({ reconcileId }) => reconcileId === newest.reconcileId);
}

/**
 * Whether the group shows what the calls did: rules they brought, changed and removed, the later call before the
 * earlier. What a legacy Modify changes is left out, since that call may do nothing and say yes.
 */
export function showsRecent(writes: readonly HistoryEntry[], group: DescribedGroup): boolean {
  const shown = new Map(group.rules.map((rule) => [nameOf(rule), textOf(rule)]));
  const texts = new Set(shown.values());
  const brought = new Set<string>();
  const changed = new Map<string, string>();
  const removed = new Set<string>();
  for (const { operation, params } of writes) {
    const direction: Direction = operation.includes('Egress') ? 'egress' : 'ingress';
    if (operation.startsWith('Authorize')) {
      for (const text of broughtBy(direction, params, group.apiLevel)) brought.add(text);
    } else if (operation.startsWith('Revoke')) {
      for (const name of removedBy(params, group.apiLevel)) removed.add(name);
    } else if (group.apiLevel === 'current') {
      const { SecurityGroupRuleId: id = '', ...fields } = params;
      changed.set(id, textOfFields(direction, fields));
    }
  }
  return (
    [...brought].every((text) => texts.has(text)) &&
    [...changed].every(([id, text]) => removed.has(id) || shown.get(id) === text) &&
    [...removed].every((name) => !shown.has(name))
  );
}

/** How calls name a rule that is there: by its id, or in 2019 by the vendor's own texts of it. */
const nameOf = ({ id, selector }: DescribedRule): string => id ?? sorted(selector);

const textOf = ({ rule }: DescribedRule): string => textOfFields(rule.direction, ruleParams(rule));

function broughtBy(direction: Direction, params: WireParams, level: ApiLevel): readonly string[] {
  if (level === 'legacy2019') return [textOfFields(direction, params)];
  const rules = new Map<string, Record<string, string>>();
  for (const [name, value] of Object.entries(params)) {
    const [, number, field] = /^Permissions\.(\d+)\.(\w+)$/.exec(name) ?? [];
    if (number === undefined || field === undefined) continue;
    rules.set(number, { ...rules.get(number), [field]: value });
  }
  return Array.from(rules.values(), (fields) => textOfFields(direction, fields));
}

function removedBy(params: WireParams, level: ApiLevel): readonly string[] {
  const named = Object.entries(params).filter(([name]) => name !== 'RegionId' && name !== 'SecurityGroupId');
  return level === 'legacy2019' ? [sorted(Object.fromEntries(named))] : named.map(([, id]) => id);
}

/** Without what says nothing about which rule it is: the place, the text, and an owner, whom only some answers name. */
const NOT_OF_THE_RULE = /^(RegionId|SecurityGroupId|Description|(Source|Dest)GroupOwner(Id|Account))$/;

const textOfFields = (direction: Direction, fields: WireParams): string =>
  `${direction} ${sorted(Object.fromEntries(Object.entries(fields).filter(([name]) => !NOT_OF_THE_RULE.test(name))))}`;

const sorted = (fields: WireParams): string =>
  JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
