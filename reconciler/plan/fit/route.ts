// From changes to steps: hitless where there is room for it, else the next best promise, said aloud.
import { Meter } from '../../exposure/engine/meter.ts';
import { dialectOf } from '../../model/api-dialect.ts';
import type { DescribedGroup } from '../../model/group.ts';
import type { Promised } from '../proof/transition.ts';
import type { CallOptions, Changes } from '../order/calls.ts';
import { order } from '../order/order.ts';
import type { RouteObjection } from '../check/objection.ts';
import type { GroupPolicy, PlanException, PlanOptions, Step } from '../plan.ts';
import { coexistenceIn } from '../coexist/coexistence.ts';
import {
  briefAbsence,
  comingSteps,
  goingSteps,
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
  readonly objections: readonly RouteObjection[];
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
  const usual: Route = { steps, promised: 'hitless', exceptions: [], objections: [] };
  if (stepsFit(group.rules, steps, room)) return withTwins(usual, twins, options.fallback);
  const tooMany = overQuota(changes, group, options);
  const found = tooMany === null ? tightRoute(rest, twins, room) : null;
  const tight = found ?? objected(usual, tooMany ?? { kind: 'noRoom', fallback: options.fallback });
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
    objections: [],
  };
}

/** The same calls, to show what is wanted; they are not made, and nothing is promised of them. */
const objected = (found: Route, objection: RouteObjection): Route => ({
  ...found,
  promised: null,
  objections: [...found.objections, objection],
});

/** Rules that have to go before their twins of another priority come. */
function twinsApart(
  changes: Changes,
  group: DescribedGroup,
  options: PlanOptions,
): { readonly twins: readonly Twins[]; readonly rest: Changes } {
  const mayAdd = coexistenceIn(group, options.legacyPriority).mayAdd;
  return mayAdd ? { twins: [], rest: changes } : splitTwins(changes);
}

/** What is promised once the twins are away for a moment too. */
function withTwins(found: Route, twins: readonly Twins[], fallback: PlanOptions['fallback']): Route {
  if (twins.length === 0) return found;
  const promised = promiseOf(twins, fallback);
  if (promised === null) return objected(found, briefAbsence(twins));
  if (found.promised === null) return found;
  return {
    ...found,
    promised,
    exceptions: [...found.exceptions, ...exceptionsOf(promised, NO_COEXISTENCE)],
  };
}

/** Some quarter of a second: real groups take a hundredth of it (see `Meter`). */
const MAX_FORESIGHT = 2_000_000;

export function callOptions(group: DescribedGroup, options: PlanOptions): CallOptions {
  return {
    batchSize: dialectOf(group).batchSize,
    batchesAtomic: options.batchesAtomic,
    foresight: new Meter(MAX_FORESIGHT),
  };
}

/** The wanted rules themselves are more than the group may hold. */
function overQuota(changes: Changes, group: DescribedGroup, options: PlanOptions): RouteObjection | null {
  const quota = quotaOf(group.rules, options);
  const coming = loadOf([...changes.authorize, ...changes.modify.map(({ to }) => to)], options);
  const going = loadOf([...changes.revoke, ...changes.modify.map(({ from }) => from)], options);
  const load = minus(plus(loadOf(group.rules, options), coming), going);
  if (fits(load, quota)) return null;
  const counted = load.rules > quota.rules ? 'rules' : 'groupRules';
  return { kind: 'overQuota', counted, wanted: load[counted], quota: quota[counted] };
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
