// From changes to steps: hitless where there is room for it, else the next best promise, said aloud.
import { Meter } from '../../exposure/engine/meter.ts';
import type { DescribedGroup } from '../../model/group.ts';
import { MAX_RULES_PER_CALL } from '../../model/operation.ts';
import type { Promised } from '../proof/transition.ts';
import type { CallOptions, Changes } from '../order/calls.ts';
import { order } from '../order/order.ts';
import type { Block, GroupPolicy, PlanException, PlanOptions, Step } from '../plan.ts';
import {
  comingSteps,
  goingSteps,
  mustStay,
  NO_COEXISTENCE,
  promiseOf,
  splitTwins,
  twinSteps,
  type Twins,
} from '../coexist/priority-twins.ts';
import { fits, loadOf, minus, plus, quotaOf, stepsFit } from './quota.ts';
import { rounds, type Room } from './staged-order.ts';

export interface Route {
  readonly steps: readonly Step[];
  /** Null if the steps keep no promise as a whole; they are blocked then. */
  readonly promised: Promised | null;
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
  const old = new Set(twins.flatMap(({ going }) => going));
  const room: Room = {
    policy,
    group: { ...group, rules: group.rules.filter((described) => !old.has(described)) },
    quota: quotaOf(group.rules, options),
    options,
    calls: callOptions(group, options),
  };
  const steps = order(rest, room.group, room.calls, twinSteps(twins));
  const usual: Route = { steps, promised: 'hitless', exceptions: [], blockedBy: [] };
  if (stepsFit(group.rules, steps, room)) return withTwins(usual, twins, options.fallback);
  const tooMany = overQuota(changes, group, options);
  const found = tooMany === null ? tightRoute(rest, twins, room) : null;
  const tight = found ?? blocked(usual, tooMany ?? noRoom(options));
  return withTwins(tight, twins, options.fallback);
}

/**
 * For want of room; null if there is too little even so. The twins leave first, so that their room serves the others
 * meanwhile, and come back last.
 */
function tightRoute(changes: Changes, twins: readonly Twins[], room: Room): Route | null {
  const found = rounds(changes, room);
  if (found === null) return null;
  return {
    steps: [...goingSteps(twins), ...found.steps, ...comingSteps(twins)],
    promised: found.promised,
    exceptions: exceptionsOf(found.promised, NO_ROOM),
    blockedBy: [],
  };
}

/** The same calls, to show what is wanted; they are not made, and nothing is promised of them. */
function blocked(found: Route, block: Block): Route {
  const message = `nothing is promised of these calls: ${block.message}`;
  return {
    ...found,
    promised: null,
    exceptions: [...found.exceptions, { kind: 'unpromised', message }],
    blockedBy: [...found.blockedBy, block],
  };
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

/** What is promised once the twins are away for a moment too. */
function withTwins(found: Route, twins: readonly Twins[], fallback: PlanOptions['fallback']): Route {
  if (twins.length === 0) return found;
  const promised = promiseOf(twins, fallback);
  if (promised === null) return blocked(found, mustStay(twins));
  if (found.promised === null) return found;
  return {
    ...found,
    promised,
    exceptions: [...found.exceptions, ...exceptionsOf(promised, NO_COEXISTENCE)],
  };
}

/** Some quarter of a second: real groups take a hundredth of it (see `Meter`). */
const MAX_FORESIGHT = 2_000_000;

/** The API of 2019 takes one rule a call. */
export function callOptions(group: DescribedGroup, options: PlanOptions): CallOptions {
  return {
    batchSize: group.apiLevel === 'current' ? MAX_RULES_PER_CALL : 1,
    batchesAtomic: options.batchesAtomic,
    foresight: new Meter(MAX_FORESIGHT),
  };
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
