// One call of ActionTrail's LookupEvents. The manual says that only one condition may be given, so whether an event is a write
// is looked at here.
import { z } from 'zod';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { Transport, TransportAnswer } from '../ecs/transport/transport.ts';
import { readTrailEvent, type TrailEvent } from './trail-event.ts';

/** What is asked of ActionTrail: one attempt of one call, as for ECS. */
export interface TrailTransport {
  call(operation: 'LookupEvents', params: Readonly<Record<string, string>>): ReturnType<Transport['call']>;
}

export interface LookupQuestion {
  readonly region: string;
  readonly group: string;
  /** Whether all writes of the region are asked for, in place of the events of the group. */
  readonly byWrites: boolean;
  /** Unix milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** Of the page before; null: the first page. */
  readonly nextToken: string | null;
}

export interface LookupPage {
  readonly events: readonly TrailEvent[];
  /** Events of another form than the vendor's. */
  readonly unreadable: number;
  /** Null on the last page. */
  readonly nextToken: string | null;
}

export interface LookupFailure {
  readonly code: string;
  /** What went wrong, and what a person can do about it. */
  readonly message: string;
}

/** The most that a page may have. */
const PAGE_SIZE = 50;
const RAM_ACTION = 'actiontrail:LookupEvents';

const pageSchema = z.looseObject({
  Events: z.array(z.unknown()).max(PAGE_SIZE),
  NextToken: z.string().nullish(),
});

export async function lookUp(
  transport: TrailTransport,
  question: LookupQuestion,
): Promise<Result<LookupPage, LookupFailure>> {
  const { region, group, byWrites, startMs, endMs, nextToken } = question;
  const answer = await transport.call('LookupEvents', {
    RegionId: region,
    'LookupAttribute.1.Key': byWrites ? 'EventRW' : 'ResourceName',
    'LookupAttribute.1.Value': byWrites ? 'Write' : group,
    StartTime: wireTime(startMs),
    EndTime: wireTime(endMs),
    MaxResults: String(PAGE_SIZE),
    ...(nextToken === null ? {} : { NextToken: nextToken }),
  });
  return answer.kind === 'answered' ? readPage(answer) : err(lookupFailure(answer));
}

function readPage({
  status,
  body,
}: Extract<TransportAnswer, { kind: 'answered' }>): Result<LookupPage, LookupFailure> {
  const page = pageSchema.safeParse(body);
  if (!page.success || status !== 200) {
    const message = `HTTP ${status} without the answer to LookupEvents`;
    return err({ code: 'Transport.BadAnswer', message });
  }
  const events = page.data.Events.map(readTrailEvent);
  const readable = events.filter((event) => event !== null);
  const unreadable = events.length - readable.length;
  return ok({ events: readable, unreadable, nextToken: given(page.data.NextToken) });
}

function lookupFailure(answer: Exclude<TransportAnswer, { kind: 'answered' }>): LookupFailure {
  if (answer.kind === 'failed') return answer;
  const { code, message, status, missingAction } = answer;
  const isDenied = status === 401 || status === 403 || /^(Forbidden|NoPermission)/.test(code);
  const cure = isDenied ? ` (allow ${missingAction ?? RAM_ACTION} to this identity in RAM)` : '';
  return { code, message: `${message}${cure}` };
}

/** An empty token is none. */
const given = (token: string | null | undefined): string | null =>
  token === undefined || token === null || token === '' ? null : token;

/** To the second, as the vendor wants it. */
const wireTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
