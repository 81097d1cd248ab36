// Reads from what EventBridge delivers which security groups were changed. Events are ActionTrail's: those of write calls,
// in the `data` of a CloudEvents envelope, or bare where a rule of EventBridge sends only that. A sender of another kind
// may name the groups in the short form {region, groups}.
// Source of the fields: https://help.aliyun.com/en/eventbridge/user-guide/actiontrail-events and the management events of
// ActionTrail; whether EventBridge gives requestParameters as an object or as text is not documented, so both are read.
import { z } from 'zod';
import { GROUP_ID } from '../../../reconciler/policy/schema/peer-text.ts';
import { jsonIn } from './hook.ts';

/** A change that an event tells of. */
export interface ChangeHint {
  readonly region: string;
  readonly groups: readonly string[];
  /** Of the call; null if it is not named. */
  readonly requestId: string | null;
  /** The call changed nothing. */
  readonly hasFailed: boolean;
}

/** Calls that change the rules of a group, or the group itself. */
const CHANGING = /^(Authorize|Revoke|Modify|Create|Delete)SecurityGroup/;

const textOrNone = z.string().min(1).optional().catch(undefined);
const optionalTexts = z.array(z.string()).optional().catch(undefined);

const shortForm = z.looseObject({ region: z.string(), groups: z.array(z.string()), requestId: textOrNone });

const parameters = z.looseObject({ RegionId: textOrNone, SecurityGroupId: textOrNone });

const trailEvent = z.looseObject({
  eventName: z.string().regex(CHANGING),
  acsRegion: textOrNone,
  requestId: textOrNone,
  errorCode: textOrNone,
  requestParameters: z.unknown().optional(),
  requestParameterJson: z.unknown().optional(),
  referencedResources: z
    .looseObject({ 'ACS::ECS::SecurityGroup': optionalTexts })
    .optional()
    .catch(undefined),
});

const envelope = z.looseObject({ data: z.unknown().optional() });

/** All of a body, which may hold one event or a list of them; what is something else is left out. */
export function readChangeHints(body: Buffer): readonly ChangeHint[] {
  const value = jsonIn(body.toString('utf8'));
  return (Array.isArray(value) ? value : [value]).flatMap((each: unknown) => readHint(each) ?? []);
}

function readHint(value: unknown): ChangeHint | null {
  const short = shortForm.safeParse(value);
  if (short.success) {
    const { region, groups, requestId = null } = short.data;
    return { region, groups: groups.filter(isGroupId), requestId, hasFailed: false };
  }
  const inside = envelope.safeParse(value);
  const event = trailEvent.safeParse(inside.data?.data ?? value);
  return event.success ? hintOf(event.data) : null;
}

const isGroupId = (id: string): boolean => GROUP_ID.test(id);

function hintOf(event: z.output<typeof trailEvent>): ChangeHint | null {
  const asked = [event.requestParameters, event.requestParameterJson].map(readParameters);
  const region = asked.map(({ RegionId }) => RegionId).find((each) => each !== undefined) ?? event.acsRegion;
  const groups = [
    ...asked.flatMap(({ SecurityGroupId }) => SecurityGroupId ?? []),
    ...(event.referencedResources?.['ACS::ECS::SecurityGroup'] ?? []),
  ].filter(isGroupId);
  if (region === undefined || groups.length === 0) return null;
  const { requestId = null, errorCode } = event;
  return { region, groups: [...new Set(groups)], requestId, hasFailed: errorCode !== undefined };
}

function readParameters(value: unknown): z.output<typeof parameters> {
  const read = parameters.safeParse(typeof value === 'string' ? jsonIn(value) : value);
  return read.success ? read.data : {};
}
