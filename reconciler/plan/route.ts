// From changes to steps: hitless where there is room for it, else the next best promise, said aloud.
import type { DescribedGroup } from '../model/group.ts';
import type { Promised } from './between.ts';
import type { CallOptions, Changes } from './calls.ts';
import { order } from './order.ts';
import type { Block, GroupPolicy, PlanException, PlanOptions, Step } from './plan.ts';
import { mayBeAway, promiseOf, splitTwins, twinSteps, type Twins } from './priority-twins.ts';
import { fits, loadOf, minus, plus, quotaOf, stepsFit } from './quota.ts';
import { rounds } from './rounds.ts';

export interface Route {
  readonly steps: readonly Step[];
  readonly promised: Promised;
  readonly exceptions: readonly PlanException[];
  readonly blockedBy: readonly Block[];
}

export function route(
  changes: Changes,
  policy: GroupPolicy,
  group: DescribedGroup,
  options: PlanOptions,
): Route {
  const { twins, rest } = twinsApart(changes, group, options);
  const others = routeOthers(rest, policy, group, options);
  return twins.length === 0 ? others : withTwins(others, twins, options.fallback);
}

function routeOthers(
  changes: Changes,
  policy: GroupPolicy,
  group: DescribedGroup,
  options: PlanOptions,
): Route {
  const calls = callOptions(group, options);
  const quota = quotaOf(group.rules, options);
  const steps = order(changes, group, calls);
  const usual: Route = { steps, promised: 'hitless', exceptions: [], blockedBy: [] };
  if (stepsFit(group.rules, steps, { quota, options })) return usual;
  const tooMany = overQuota(changes, group, options);
  if (tooMany !== null) return { ...usual, blockedBy: [tooMany] };
  const found = rounds(changes, { policy, group, quota, options, calls });
  if (found === null) return { ...usual, blockedBy: [noRoom(options)] };
  return { ...found, exceptions: exceptionsOf(found.promised, NO_ROOM), blockedBy: [] };
}

/** Rules that have to go before their twins of another priority come. */
function twinsApart(
  changes: Changes,
  group: DescribedGroup,
  options: PlanOptions,
): { readonly twins: readonly Twins[]; readonly rest: Changes } {
  const mustGoFirst = group.apiLevel === 'legacy2019' && options.legacyPriority === 'revokeFirst';
  return mustGoFirst ? splitTwins(changes) : { twins: [], rest: changes };
}

/** The twins come last, and one by one: they need no room, since each takes the place of its own twin. */
function withTwins(others: Route, twins: readonly Twins[], fallback: PlanOptions['fallback']): Route {
  const cause = 'the API can neither change a priority nor hold both rules';
  const steps = [...others.steps, ...twinSteps(twins)];
  if (fallback === 'refuse' || !twins.every((pair) => mayBeAway(pair, fallback))) {
    const message = `${cause}, so a rule would be away for a moment`;
    const override = 'set fallback: neverOpen allows it for accept rules, neverCut for drop rules';
    const blockedBy: Block[] = [...others.blockedBy, { kind: 'unsafe', message, override }];
    return { ...others, steps, promised: promiseOf(twins), blockedBy };
  }
  const exceptions = [...others.exceptions, ...exceptionsOf(fallback, cause)];
  return { ...others, steps, promised: fallback, exceptions };
}

/** The vendor's limit of rules in one Authorize or Revoke; the API of 2019 takes one. */
export function callOptions(group: DescribedGroup, options: PlanOptions): CallOptions {
  return { batchSize: group.apiLevel === 'current' ? 100 : 1, batchesAtomic: options.batchesAtomic };
}

/** The wanted rules themselves are more than the group may hold. */
function overQuota(changes: Changes, group: DescribedGroup, options: PlanOptions): Block | null {
  const quota = quotaOf(group.rules, options);
  const coming = loadOf([...changes.authorize, ...changes.modify.map(({ to }) => to)], options);
  const going = loadOf([...changes.revoke, ...changes.modify.map(({ from }) => from)], options);
  const load = minus(plus(loadOf(group.rules, options), coming), going);
  if (fits(load, quota)) return null;
  const message =
    load.rules > quota.rules
      ? `the group would hold ${load.rules} rules; its quota is ${quota.rules}`
      : `${load.groupRules} rules would name a group; the quota is ${quota.groupRules}`;
  return {
    kind: 'quota',
    message,
    override: 'ask for fewer rules; where the vendor allows more, raise reconcile.ruleQuota',
  };
}

const NO_ROOM = 'no room to add all new rules before old ones go';

function exceptionsOf(promised: Promised, cause: string): PlanException[] {
  switch (promised) {
    case 'hitless':
      return [];
    case 'neverOpen': {
      const message = `${cause}: nothing opens on the way, but wanted traffic may be cut for a moment`;
      return [{ kind: promised, message }];
    }
    case 'neverCut': {
      const message = `${cause}: nothing is cut on the way, but unwanted traffic may pass for a moment`;
      return [{ kind: promised, message }];
    }
  }
}

function noRoom({ fallback }: PlanOptions): Block {
  return {
    kind: 'quota',
    message: 'the group has no room to add the new rules before the old ones go',
    override:
      fallback === 'refuse'
        ? 'free some rule slots, raise reconcile.ruleQuota where the vendor allows more, or set fallback to neverOpen'
        : 'free some rule slots, or raise reconcile.ruleQuota where the vendor allows more',
  };
}
