// Reads may lag behind writes. A plan that is made from a picture without what the last plan did would do it again, or
// count on rules that are gone. So a picture is not believed before it shows what the journal says was done: that
// holds at the end of a plan, after one that stopped half-way, and after a crash. What is recent is told by monotonic
// time: the journal's own times are the wall clock's, which somebody may set between a write and the next look.
import type { ApiLevel } from '../../reconciler/model/api-dialect.ts';
import type { DescribedGroup, DescribedRule } from '../../reconciler/model/group.ts';
import { OPERATIONS } from '../../reconciler/model/operation.ts';
import type { Direction } from '../../reconciler/model/rule.ts';
import type { WireParams } from '../ecs/api.ts';
import { ruleParams } from '../ecs/convert/rule-params.ts';
import type { HistoryEntry } from '../journal/journal.ts';
import type { Engine } from './engine.ts';
import type { GroupMemory } from './group-memory.ts';

/** More calls than a plan makes in a minute, unless it is allowed hundreds; what is older counts as seen. */
const MAX_ENTRIES = 500;

/** Whether the group shows what was done to it lately, or that was so long ago that it needs no longer be waited for. */
export async function showsRecentWrites(
  { journal, clock, patience }: Pick<Engine, 'journal' | 'clock' | 'patience'>,
  { wroteAtMs }: Pick<GroupMemory, 'wroteAtMs'>,
  group: DescribedGroup,
): Promise<boolean> {
  // Seen as its policy says after the last plan.
  if ((await journal.marks(group)).applied !== null) return true;
  if (clock.monotonicMs() - wroteAtMs > patience.lagMs) return true;
  const { account, region, id } = group;
  const history = await journal.history({
    group: { account, region, id },
    sinceMs: null,
    limit: MAX_ENTRIES,
  });
  // A retry is told that it was so already.
  const done = history.filter(({ result }) => result === 'applied' || result === 'noop');
  return showsWrites(done.slice(beginOfLastPlan(done)), group);
}

/**
 * What earlier plans did was seen before the last one was made. A call that an earlier plan had left open bears that
 * one's name; so the last plan is that of the intent opened last.
 */
function beginOfLastPlan(done: readonly HistoryEntry[]): number {
  const [first, ...others] = done;
  if (first === undefined) return 0;
  const newest = others.reduce((last, entry) => (entry.openedAtMs >= last.openedAtMs ? entry : last), first);
  return done.findIndex(({ reconcileId }) => reconcileId === newest.reconcileId);
}

/** What a call is to have left in the group of a rule. */
interface Trace {
  /** What a later call would name the rule by, if it can be known. */
  readonly key: string;
  /** How the group shows the rule: by its name or its fields. */
  readonly rule: string;
  readonly isThere: boolean;
  /** Undefined: any will do. */
  readonly description: string | undefined;
}

function showsWrites(done: readonly HistoryEntry[], group: DescribedGroup): boolean {
  const shown = new Map<string, DescribedRule>();
  for (const described of group.rules) {
    shown.set(nameOf(described), described);
    shown.set(fieldsOf(described.rule.direction, ruleParams(described.rule)), described);
  }
  const traces = done.flatMap((entry) => tracesOf(entry, group.apiLevel));
  const last = new Map(traces.map((trace) => [trace.key, trace]));
  return [...last.values()].every(({ rule, isThere, description }) => {
    const described = shown.get(rule);
    if (described === undefined || !isThere) return (described !== undefined) === isThere;
    return description === undefined || described.rule.description === description;
  });
}

/** How calls name a rule that is there: by its id, or in 2019 by the vendor's own texts of it. */
const nameOf = ({ id, selector }: DescribedRule): string => id ?? sorted(selector);

function tracesOf({ operation, params }: HistoryEntry, level: ApiLevel): readonly Trace[] {
  const rest = withoutPlace(params);
  const { verb, direction } = OPERATIONS[operation];
  if (verb === 'revoke') {
    const names = level === 'current' ? Object.values(rest) : [sorted(rest)];
    return names.map((name) => ({ key: name, rule: name, isThere: false, description: undefined }));
  }
  const { Description: description, SecurityGroupRuleId: id, ...fields } = rest;
  if (verb === 'authorize') {
    return (level === 'current' ? numberedRules(rest) : [rest]).map((each) => {
      const rule = fieldsOf(direction, each);
      return { key: rule, rule, isThere: true, description: each.Description };
    });
  }
  const rule = id === undefined ? sorted(fields) : fieldsOf(direction, fields);
  return [{ key: id ?? rule, rule, isThere: true, description }];
}

const withoutPlace = (params: WireParams): WireParams =>
  Object.fromEntries(
    Object.entries(params).filter(([name]) => name !== 'RegionId' && name !== 'SecurityGroupId'),
  );

/** The rules of `Permissions.N.…`. */
function numberedRules(params: WireParams): readonly WireParams[] {
  const rules = new Map<string, Record<string, string>>();
  for (const [name, value] of Object.entries(params)) {
    const [, number, field] = /^Permissions\.(\d+)\.(\w+)$/.exec(name) ?? [];
    if (number === undefined || field === undefined) continue;
    rules.set(number, { ...rules.get(number), [field]: value });
  }
  return [...rules.values()];
}

/** Without what says nothing about which rule it is: the text, and an owner, whom only some answers name. */
const NOT_OF_THE_RULE = /^(Description|(Source|Dest)GroupOwner(Id|Account))$/;

const fieldsOf = (direction: Direction, params: WireParams): string =>
  `${direction} ${sorted(Object.fromEntries(Object.entries(params).filter(([name]) => !NOT_OF_THE_RULE.test(name))))}`;

const sorted = (fields: WireParams): string =>
  JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
