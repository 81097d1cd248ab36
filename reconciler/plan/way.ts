// The way from what is to what should be: matched, permitted and in order. Where a full group has no hitless way only
// because a Modify would leave a text on a rule that it is not about, no text is inherited and no traffic is cut for
// it: the plan is refused, and a description in the policy lets it go on.
import { dialectOf } from '../model/api-dialect.ts';
import type { DescribedGroup, DesiredRule } from '../model/group.ts';
import { orderAroundTwins } from './coexist/order-around-twins.ts';
import { diff } from './diff/diff.ts';
import { permitted } from './diff/mode.ts';
import type { Ownership } from './diff/ownership.ts';
import { chooseOrder, type ChosenOrder } from './fit/choose-order.ts';
import { match } from './match/match.ts';
import { callLimits } from './order/calls.ts';
import type { Diff, GroupPolicy, PlanOptions } from './plan.ts';

export interface MatchedWay extends ChosenOrder {
  readonly found: Diff;
  readonly batchesAtomic: boolean;
}

/** What a way is looked for between, and how. */
export interface WayRequest {
  readonly desired: GroupPolicy;
  readonly ownership: Ownership;
  readonly described: DescribedGroup;
  readonly options: PlanOptions;
}

/** Always answers: where nothing fits, with steps that show what is wanted, and an objection. */
export function wayTo(request: WayRequest): MatchedWay {
  const way = anyWay(request);
  const lacking = way.promised === 'hitless' ? [] : rulesLackingText(way, request);
  if (lacking.length === 0) return way;
  const places = [...new Set(lacking.map(({ source }) => source))];
  const exceptions = way.exceptions.filter(({ kind }) => kind !== way.promised);
  return { ...way, promised: null, exceptions, objections: [{ kind: 'noText', places }] };
}

function anyWay({ desired, ownership, described, options }: WayRequest): MatchedWay {
  const found = match(diff(desired, ownership), described, options, callLimits(described, options));
  const allowed = permitted(found, desired.mode, described);
  const way = orderAroundTwins({ found, changes: allowed.changes, group: described, options }, (rest) =>
    chooseOrder(rest.changes, desired, rest.group, rest.options),
  );
  return { ...way, found, exceptions: [...allowed.exceptions, ...way.exceptions] };
}

/** The fewest rules that were found which, if they had a description, would make the way hitless; none if that is not it. */
function rulesLackingText({ found, objections }: MatchedWay, request: WayRequest): readonly DesiredRule[] {
  const { described, options } = request;
  if (options.modify === 'never' || dialectOf(described).modifiable !== 'all') return [];
  if (objections.some(({ kind }) => kind === 'overQuota')) return [];
  const textless = found.missing.filter(({ rule }) => rule.description === null);
  if (textless.length === 0 || found.unexpected.every(({ rule }) => rule.description === null)) return [];
  const way = anyWay(withTexts(request, textless));
  if (way.promised !== 'hitless') return [];
  const used = new Set(
    way.steps.flatMap((step) =>
      step.kind === 'modify' && step.target.rule.description !== null ? [step.to.source] : [],
    ),
  );
  const few = textless.filter(({ source }) => used.has(source));
  return anyWay(withTexts(request, few)).promised === 'hitless' ? few : textless;
}

/** The same, but these rules have a description. */
function withTexts(request: WayRequest, textless: readonly DesiredRule[]): WayRequest {
  const { desired } = request;
  const given = new Set(textless);
  const described = (rules: readonly DesiredRule[] | null): readonly DesiredRule[] | null =>
    rules?.map((item) =>
      given.has(item) ? { ...item, rule: { ...item.rule, description: 'given' } } : item,
    ) ?? null;
  const rules = { ingress: described(desired.rules.ingress), egress: described(desired.rules.egress) };
  return { ...request, desired: { ...desired, rules } };
}
