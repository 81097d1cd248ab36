// Who made a group drift: what the vendor's audit trail said of it, as it is kept. Every text in it comes from outside, and
// is cut and printable.
import type { ACTOR_TYPES } from '../telemetry/events.ts';
import type { GroupRef } from '../../reconciler/model/group.ts';

export type ActorType = (typeof ACTOR_TYPES)[number];

/** A write to the group that was not ours. */
export interface ForeignWrite {
  /** The user's name, or `ROLE:SESSION`; empty if the event names no one. */
  readonly actor: string;
  readonly actorType: ActorType;
  /** An address, or the name of a service of the vendor. */
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly eventName: string;
  readonly requestId: string;
  /** ISO time. */
  readonly eventTime: string;
}

/** What was said of a drift. */
export interface Attribution {
  /** When the drift was found, Unix milliseconds. */
  readonly foundMs: number;
  /** Null: no one was found. */
  readonly write: ForeignWrite | null;
  /** Why no one was found; else empty. */
  readonly reason: string;
}

/** A drift that ActionTrail is still asked about. Times are Unix milliseconds. */
export interface DriftInQuestion {
  /** When the group was last seen as its policy says. */
  readonly sinceMs: number;
  readonly foundMs: number;
  /** When the last drift was found that the answer is to explain. */
  readonly lastMs: number;
}

export interface GroupAttribution {
  /** Oldest first; the last so many. */
  readonly told: readonly Attribution[];
  readonly open: DriftInQuestion | null;
}

export const NO_ATTRIBUTION: GroupAttribution = { told: [], open: null };

export interface KnownAttribution extends GroupAttribution {
  readonly group: GroupRef;
}

/** As a person reads it. */
export function attributionText({ write, reason }: Pick<Attribution, 'write' | 'reason'>): string {
  if (write === null) return `who made it is not known: ${reason}`;
  return `${write.eventName} by ${actorText(write)} at ${write.eventTime}, request ${write.requestId}`;
}

export function actorText({
  actor,
  actorType,
  sourceIp,
  userAgent,
}: Pick<ForeignWrite, 'actor' | 'actorType' | 'sourceIp' | 'userAgent'>): string {
  const who = actor === '' ? actorType : `${actorType} ${actor}`;
  const from = sourceIp === '' ? '' : ` from ${sourceIp}`;
  return `${who}${from}${userAgent === '' ? '' : ` (${userAgent})`}`;
}
