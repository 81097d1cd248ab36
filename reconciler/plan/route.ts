// From changes to steps: hitless where there is room for it, else the next best promise, said aloud.
import type { DescribedGroup } from '../model/group.ts';
import type { Promised } from './between.ts';
import type { CallOptions, Changes } from './calls.ts';
import { order } from './order.ts';
import type { Block, GroupPolicy, PlanException, PlanOptions, Step } from './plan.ts';
import { mayBeAway, promiseOf, splitTwins, twinSteps } from './priority-twins.ts';
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
  const calls = callOptions(group, options);
  const apart = twinsApart(changes, group, options);
  if (apart !== null) return apart;
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

/** Null where no rule has to go before its twin of another priority comes. */
function twinsApart(changes: Changes, group: DescribedGroup, options: PlanOptions): Route | null {
  if (group.apiLevel !== 'legacy2019' || options.legacyPriority !== 'revokeFirst') return null;
  const { twins, rest } = splitTwins(changes);
  if (twins.length === 0) return null;
  const { fallback } = options;
  const steps = [...order(rest, group, callOptions(group, options)), ...twinSteps(twins)];
  const cause = 'the API can neither change a priority nor hold both rules';
  if (fallback === 'refuse' || !twins.every((pair) => mayBeAway(pair, fallback))) {
    const message = `${cause}, so a rule would be away for a moment`;
    const override = 'set fallback: neverOpen allows it for accept rules, neverCut for drop rules';
    const promised = promiseOf(twins);
    return { steps, promised, exceptions: [], blockedBy: [{ kind: 'unsafe', message, override }] };
  }
  return { steps, promised: fallback, exceptions: exceptionsOf(fallback, cause), blockedBy: [] };
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
  return { kind: 'quota', message, override: 'ask for fewer rules, or raise the quota in the config' };
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
        ? 'free some rule slots, raise the quota in the config, or set fallback to neverOpen'
        : 'free some rule slots, or raise the quota in the config',
  };
}
