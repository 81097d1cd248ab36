// What is said of a group, from what a daemon knows or from a plan.
import { counted } from '../../../reconciler/model/counted.ts';
import { groupKey, type GroupRef } from '../../../reconciler/model/group.ts';
import { isFailed, type GroupResult } from '../../../reconciler/report/results.ts';
import { attributionText, type Attribution } from '../../journal/attribution.ts';
import type { Pause } from '../../journal/journal.ts';
import { pauseText } from '../pause.ts';
import type { Status } from '../status/ask-daemon.ts';

export interface Explanation extends GroupRef {
  /** As `status` or `plan` name it. */
  readonly state: string;
  /** Why, one reason a line. */
  readonly lines: readonly string[];
  /** What a person can run to go on. */
  readonly commands: readonly string[];
}

type DaemonGroup = Status['groups'][number];

/** A pause of a group that has nothing to change blocks no plan, and holds all the same; one that does is told as a block. */
export function withPauses(explained: Explanation, pauses: readonly Pause[]): Explanation {
  const told = pauses
    .filter(({ group }) => group === null || groupKey(group) === groupKey(explained))
    .map((pause) => `paused: ${pauseText(pause)}`);
  if (explained.lines.some((text) => text.startsWith('paused: '))) return explained;
  return { ...explained, lines: [...told, ...explained.lines] };
}

export function fromDaemon(group: DaemonGroup, status: Status): Explanation {
  const { account, region, id, outcome, reason } = group;
  const blocks = group.blockedBy ?? [];
  const lines = [
    ...heldReasons(status),
    ...sourceReasons(status),
    ...blocks.map(({ kind, message, liftedBy }) => `${kind}: ${message} (${LIFTED[liftedBy] ?? liftedBy})`),
    ...(blocks.length === 0 && reason !== '' ? [reason] : []),
    ...(group.kept === true ? ['meanwhile the rules that were in force before are kept up'] : []),
    ...(group.closing === true ? ['meanwhile only what closes of the rules in force is carried out'] : []),
    ...closedLanes(group, status),
    ...driftReasons(group),
    `last read ${timeText(group.lastAttemptMs, 'not yet')}, next ${timeText(group.nextAttemptMs ?? null, 'now or when something changes')}`,
  ];
  const { held } = status.policies;
  const commands = [...overrides(held === undefined || held === null ? [] : [held]), ...overrides(blocks)];
  return { account, region, id, state: outcome, lines, commands };
}

/** @param last what is known of the last drift; null: nothing. */
export function fromPlan(result: GroupResult, last: Attribution | null): Explanation {
  const { account, region, id } = result;
  if (isFailed(result)) {
    return { account, region, id, state: 'error', lines: [result.error], commands: [] };
  }
  const { mode, status, steps, blockedBy, approval } = result;
  const lines = [
    `mode ${mode}: ${MEANS[status]}${steps.length === 0 ? '' : `, ${counted(steps.length, 'call')}`}`,
    ...blockedBy.map(({ kind, message, liftedBy }) => `${kind}: ${message} (${LIFTED[liftedBy]})`),
    ...(approval === null ? [] : [`approved by ${approval.by}: ${approval.reason}`]),
    ...(last === null ? [] : [`last drift: ${attributionText(last)}`]),
  ];
  return { account, region, id, state: status, lines, commands: overrides(blockedBy) };
}

const LIFTED: Readonly<Record<string, string>> = {
  time: 'ends by itself',
  approval: 'an approval lifts it',
  edit: 'a change of policy, config or cloud lifts it',
};

const MEANS = {
  converged: 'the group is as its policy says',
  pending: 'the plan can be carried out; a daemon would, or `rampart apply`',
  blocked: 'the plan is blocked',
  observed: 'differences are reported and left alone',
} as const;

function heldReasons({ policies: { held, revision } }: Status): string[] {
  if (held === undefined || held === null) return [];
  return [
    `the newest revision ${held.revision} is held for all groups; ${revision ?? 'none'} is in force: ${held.message}`,
  ];
}

/** Why what is in force may be another commit than the newest. */
function sourceReasons({ policies: { remote, notes = [] } }: Status): string[] {
  if (remote === undefined || remote === null || remote.error === null) return notes;
  return [`nothing can be fetched from ${remote.url}: ${remote.error}`, ...notes];
}

function driftReasons({ attribution }: DaemonGroup): string[] {
  const last = attribution?.told.at(-1);
  return [
    ...(last === undefined ? [] : [`last drift: ${attributionText(last)}`]),
    ...(attribution?.isAsking === true ? ['ActionTrail is asked who made the last drift'] : []),
  ];
}

const overrides = (blocks: ReadonlyArray<{ readonly override: string }>): string[] =>
  [...new Set(blocks.map(({ override }) => override))].filter((command) => command !== '');

/** Calls of its account and region wait while the cloud throttles them. */
function closedLanes({ account, region }: DaemonGroup, { lanes = [] }: Status): string[] {
  return lanes
    .filter((lane) => lane.account === account && lane.region === region && lane.mode !== 'open')
    .map(({ operation, waiting }) => `the cloud throttles ${operation}: ${counted(waiting, 'call')} waiting`);
}

const timeText = (ms: number | null, otherwise: string): string =>
  ms === null ? otherwise : new Date(ms).toISOString();
