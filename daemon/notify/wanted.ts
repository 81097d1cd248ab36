// Which events a receiver is told of.
import { isInScope, mayBeInScope } from '../../reconciler/judge/scope.ts';
import { matchesGlob } from '../../reconciler/model/glob.ts';
import type { GroupRef } from '../../reconciler/model/group.ts';
import type { GroupScope } from '../../reconciler/model/packets/pattern.ts';
import { writtenScope } from '../../reconciler/policy/compile/compile-guardrails.ts';
import type { ReceiverSettings } from '../config/sections/notify-schema.ts';
import { LOG_LEVELS, type LogLevel } from '../telemetry/event-row.ts';
import type { CommonFields } from '../telemetry/events.ts';

/** What the cloud says of a group. */
export interface SeenHead {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Null: not known. */
export type HeadOf = (group: GroupRef) => SeenHead | null;

export interface HeardOf {
  readonly event: string;
  readonly level: LogLevel;
  readonly fields: CommonFields;
}

/** A group of which not all is known is taken for one that is meant: rather a message too many. */
export function isWanted(
  { events, minSeverity, groups }: Pick<ReceiverSettings, 'events' | 'minSeverity' | 'groups'>,
  { event, level, fields }: HeardOf,
  headOf: HeadOf,
): boolean {
  if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(minSeverity)) return false;
  if (!events.some((glob) => matchesGlob(glob, event))) return false;
  return groups === undefined || isOfScope(writtenScope(groups), fields, headOf);
}

function isOfScope(scope: GroupScope, { account, region, group }: CommonFields, headOf: HeadOf): boolean {
  if (account === undefined || region === undefined || group === undefined) return true;
  const ref = { account, region, id: group };
  const head = headOf(ref);
  return head === null
    ? mayBeInScope(scope, { ...ref, name: null, tags: null })
    : isInScope(scope, { ...ref, ...head });
}
