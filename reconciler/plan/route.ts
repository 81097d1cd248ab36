// From changes to steps: hitless where there is room for it, else the next best promise, said aloud.
import type { DescribedGroup, DescribedRule } from '../model/group.ts';
import type { CallOptions, Changes } from './calls.ts';
import { oneSided } from './one-sided.ts';
import { order } from './order.ts';
import { ruleAfter } from './pair.ts';
import type { Block, PlanException, PlanOptions, Step } from './plan.ts';
import { fits, loadOf, quotaOf, stepsFit } from './quota.ts';

export interface Route {
  readonly steps: readonly Step[];
  readonly hitless: boolean;
  readonly exceptions: readonly PlanException[];
  readonly blockedBy: readonly Block[];
}

export function route(changes: Changes, group: DescribedGroup, options: PlanOptions): Route {
  const calls = callOptions(group, options);
  const steps = order(changes, calls);
  if (stepsFit(group.rules, steps, options)) return { steps, hitless: true, exceptions: [], blockedBy: [] };
  const tooMany = overQuota(changes, group, options);
  if (tooMany !== null) return { steps, hitless: true, exceptions: [], blockedBy: [tooMany] };
  return (
    withoutRoom(changes, group, options) ?? { steps, hitless: true, exceptions: [], blockedBy: [noRoom()] }
  );
}

/** The API of 2019 takes one rule a call. */
export function callOptions(group: DescribedGroup, options: PlanOptions): CallOptions {
  return {
    batchSize: group.apiLevel === 'current' ? MAX_BATCH : 1,
    batchesAtomic: options.batchesAtomic,
  };
}

/** The vendor's limit of rules in one Authorize or Revoke. */
const MAX_BATCH = 100;

/** The wanted rules themselves are more than the group may hold. */
function overQuota(changes: Changes, group: DescribedGroup, options: PlanOptions): Block | null {
  const quota = quotaOf(group.rules, options);
  const load = loadOf(rulesAfter(changes, group.rules), options);
  if (fits(load, quota)) return null;
  const message =
    load.rules > quota.rules
      ? `the group would hold ${load.rules} rules; its quota is ${quota.rules}`
      : `${load.groupRules} rules would name a group; the quota is ${quota.groupRules}`;
  return { kind: 'quota', message, override: 'ask for fewer rules, or raise the quota in the config' };
}

function rulesAfter(changes: Changes, described: readonly DescribedRule[]) {
  const leaving = new Set([...changes.revoke, ...changes.modify.map(({ from }) => from)]);
  return [
    ...described.filter((rule) => !leaving.has(rule)).map(({ rule }) => rule),
    ...changes.authorize.map(({ rule }) => rule),
    ...changes.modify.map(ruleAfter),
  ];
}

function withoutRoom(changes: Changes, group: DescribedGroup, options: PlanOptions): Route | null {
  if (options.fallback === 'refuse') return null;
  const steps = oneSided(changes, callOptions(group, options), options.fallback);
  if (!stepsFit(group.rules, steps, options)) return null;
  const message =
    options.fallback === 'neverOpen'
      ? 'no room to add all new rules before old ones go: nothing opens on the way, but wanted traffic may be cut for a moment'
      : 'no room to add all new rules before old ones go: nothing is cut on the way, but unwanted traffic may pass for a moment';
  return { steps, hitless: false, exceptions: [{ kind: options.fallback, message }], blockedBy: [] };
}

function noRoom(): Block {
  return {
    kind: 'quota',
    message: 'the group has no room to add the new rules before the old ones go',
    override: 'free some rule slots, raise the quota in the config, or set fallback to neverOpen',
  };
}
