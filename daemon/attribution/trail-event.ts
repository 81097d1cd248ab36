// An event of ActionTrail, read. Whoever may call the cloud chooses some of its texts (user agent, names), so each is cut and
// printable before it goes anywhere; an event of another shape is none.
import { z } from 'zod';
import { printable } from '../../reconciler/policy/report/printable.ts';
import type { ActorType, ForeignWrite } from '../journal/attribution.ts';
import { ACTOR_TYPES } from '../telemetry/events.ts';
import { scrub } from '../telemetry/redact.ts';

export interface TrailEvent {
  readonly write: ForeignWrite;
  /** Whether it changed something: a write that the vendor did not refuse. */
  readonly hasChanged: boolean;
  /** Whether it is about the group itself, and does not only name it as the peer of a rule. */
  isOn(group: string): boolean;
  /** Null if the call had none. */
  readonly clientToken: string | null;
}

const MAX_NAME = 128;
const MAX_USER_AGENT = 200;

const nullishText = z.string().nullish();

const eventSchema = z.looseObject({
  eventName: z.string().min(1),
  eventTime: z.iso.datetime(),
  requestId: nullishText,
  eventId: nullishText,
  eventType: nullishText,
  eventRW: nullishText,
  errorCode: nullishText,
  sourceIpAddress: nullishText,
  userAgent: nullishText,
  userIdentity: z.looseObject({ type: z.string(), userName: nullishText, principalId: nullishText }),
  resourceName: nullishText,
  referencedResources: z.record(z.string(), z.array(z.string())).nullish(),
  requestParameters: z.record(z.string(), z.unknown()).nullish(),
});

type RawEvent = z.output<typeof eventSchema>;

/** Null for what is not an event of the vendor's form. */
export function readTrailEvent(raw: unknown): TrailEvent | null {
  const parsed = eventSchema.safeParse(raw);
  if (!parsed.success) return null;
  const event = parsed.data;
  const { userName, principalId } = event.userIdentity;
  return {
    write: {
      actor: shown(firstGiven(userName, principalId), MAX_NAME),
      actorType: actorTypeOf(event),
      sourceIp: shown(event.sourceIpAddress, MAX_NAME),
      userAgent: shown(event.userAgent, MAX_USER_AGENT),
      eventName: shown(event.eventName, MAX_NAME),
      // What the vendor does by itself is no request.
      requestId: shown(firstGiven(event.requestId, event.eventId), MAX_NAME),
      eventTime: new Date(event.eventTime).toISOString(),
    },
    hasChanged: isWrite(event) && (event.errorCode ?? '') === '',
    isOn: (group) => isOn(event, group),
    clientToken: textParameter(event, 'ClientToken'),
  };
}

const firstGiven = (...texts: ReadonlyArray<string | null | undefined>): string | null | undefined =>
  texts.find((text) => text !== undefined && text !== null && text !== '');

/** Without secrets, escape sequences and marks that turn the direction of writing. */
function shown(text: string | null | undefined, limit: number): string {
  const clean = Array.from(printable(scrub(text ?? '')));
  return clean.length <= limit ? clean.join('') : `${clean.slice(0, limit - 1).join('')}…`;
}

function actorTypeOf({ eventType, userIdentity: { type } }: RawEvent): ActorType {
  if (eventType === 'AliyunServiceEvent') return 'system';
  return ACTOR_TYPES.find((known) => known === type) ?? 'other';
}

/** Older events do not say whether they are writes. */
const isWrite = ({ eventRW, eventName }: RawEvent): boolean =>
  eventRW === null || eventRW === undefined || eventRW === ''
    ? !/^(Describe|List|Get|Lookup|Query)/.test(eventName)
    : eventRW === 'Write';

/** Ids of one type stand between commas, types between semicolons. */
function isOn(event: RawEvent, group: string): boolean {
  const target = textParameter(event, 'SecurityGroupId');
  if (target !== null) return target === group;
  const named = (event.resourceName ?? '').split(/[,;]/).map((name) => name.trim());
  const referenced = Object.values(event.referencedResources ?? {}).flat();
  return [...named, ...referenced].includes(group);
}

function textParameter({ requestParameters }: RawEvent, name: string): string | null {
  const value = requestParameters?.[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
