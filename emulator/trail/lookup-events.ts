// LookupEvents, version 2020-07-06: who changed what. Source: the vendor's page and API metadata of 2025. The metadata takes two
// conditions and its text says that only one may be used, so a second one is refused; where nothing says how a bad value
// is answered, it is the one code that fits.
import type { ActionHandler, World } from '../action.ts';
import { timestamp } from '../actions/contents.ts';
import { readMaxResults } from '../actions/paging.ts';
import { entries, text, type Params } from '../actions/params.ts';
import type { AuditTrail, NumberedEvent } from './audit-trail.ts';
import { refuseLookup } from './trail-refusals.ts';

const DAY_MS = 86_400_000;
/** Where StartTime is left out. */
const DEFAULT_RANGE_MS = 7 * DAY_MS;
/** Source: page of 2021; the one of today does not say. */
const MAX_RANGE_MS = 30 * DAY_MS;
const KEPT_MS = 90 * DAY_MS;
/** The manual gives no default. [?] */
const PAGE = { least: 0, most: 50, standard: 20 };

/** What the actions of ActionTrail are. */
export const trailActions = (trail: AuditTrail): ReadonlyMap<string, ActionHandler> =>
  new Map([[LOOKUP_EVENTS, lookupEvents(trail)]]);

export const LOOKUP_EVENTS = 'LookupEvents';

const lookupEvents =
  (trail: AuditTrail): ActionHandler =>
  ({ params, accountId }, world) => {
    const asked = readQuestion(params, world.nowMs());
    const fits = conditionOf(params);
    const found = trail
      .list()
      .filter((event) => event.accountId === accountId && isShown(event, asked, world) && fits(event));
    const ordered = asked.isForward ? found : found.reverse();
    const rest = ordered.filter(({ seq }) => isBehind(seq, asked));
    const page = rest.slice(0, asked.maxResults);
    const last = page.at(-1);
    return {
      StartTime: timestamp(asked.startMs),
      EndTime: timestamp(asked.endMs),
      Events: page.map(({ body }) => body),
      ...(rest.length > page.length && last !== undefined ? { NextToken: seal(asked, last.seq) } : {}),
    };
  };

interface Question {
  readonly startMs: number;
  readonly endMs: number;
  readonly isForward: boolean;
  readonly maxResults: number;
  /** Of the event that the walk is behind; null at its beginning. */
  readonly after: number | null;
  readonly region: string;
  /** What must stay the same during a walk. */
  readonly same: string;
}

function readQuestion(params: Params, nowMs: number): Question {
  const maxResults = readMaxResults(params, PAGE);
  if (maxResults === undefined) throw refuseLookup('InvalidQueryParameter');
  const direction = text(params, 'Direction') || 'BACKWARD';
  if (direction !== 'FORWARD' && direction !== 'BACKWARD') throw refuseLookup('InvalidQueryParameter');
  const same = JSON.stringify([...params].filter(([name]) => name !== 'NextToken').sort());
  return {
    ...(openToken(text(params, 'NextToken'), same) ?? beginOfWalk(params, nowMs)),
    isForward: direction === 'FORWARD',
    maxResults: maxResults === 0 ? PAGE.standard : maxResults,
    region: text(params, 'RegionId'),
    same,
  };
}

/** Where a walk is; its range stays the same on all its pages. */
type Position = Pick<Question, 'after' | 'startMs' | 'endMs'>;

function beginOfWalk(params: Params, nowMs: number): Position {
  const endMs = readTime(params, 'EndTime') ?? nowMs;
  const startMs = readTime(params, 'StartTime') ?? endMs - DEFAULT_RANGE_MS;
  if (endMs <= startMs) throw refuseLookup('InvalidParameterCombination');
  if (endMs - startMs > MAX_RANGE_MS) throw refuseLookup('InvalidQueryParameter');
  if (startMs < nowMs - KEPT_MS) throw refuseLookup('InvalidParameterStartTime');
  return { after: null, startMs, endMs };
}

function readTime(params: Params, name: 'StartTime' | 'EndTime'): number | undefined {
  const written = text(params, name);
  if (written === '') return undefined;
  const timeMs = Date.parse(written);
  if (Number.isNaN(timeMs) || timestamp(timeMs) !== written) throw refuseLookup(`InvalidParameter${name}`);
  return timeMs;
}

/** Events are stamped to the second; the second of EndTime is in. [?] */
function isShown({ timeMs, region }: NumberedEvent, asked: Question, world: World): boolean {
  const stampedMs = Math.floor(timeMs / 1000) * 1000;
  return (
    timeMs + world.quirks.auditLagMs <= world.nowMs() &&
    stampedMs >= asked.startMs &&
    stampedMs <= asked.endMs &&
    (asked.region === '' || region === asked.region)
  );
}

const isBehind = (seq: number, { after, isForward }: Question): boolean =>
  after === null || (isForward ? seq > after : seq < after);

type Condition = (event: NumberedEvent, value: string) => boolean;

const CONDITIONS: Readonly<Record<string, Condition>> = {
  ServiceName: (_, value) => value === 'Ecs',
  EventName: ({ eventName }, value) => eventName === value,
  User: ({ userName }, value) => userName === value,
  EventId: ({ eventId }, value) => eventId === value,
  ResourceType: ({ resources }, value) => Object.hasOwn(resources, value),
  ResourceName: ({ resources }, value) => Object.values(resources).flat().includes(value),
  // Only writes are kept.
  EventRW: (_, value) => value === 'Write',
  EventAccessKeyId: ({ accessKeyId }, value) => accessKeyId === value,
};

function conditionOf(params: Params): (event: NumberedEvent) => boolean {
  const given = entries(params, 'LookupAttribute');
  const [first] = given;
  if (first === undefined) return () => true;
  const [key, value] = ['Key', 'Value'].map((name) => text(first.fields, name));
  const condition = key !== undefined && Object.hasOwn(CONDITIONS, key) ? CONDITIONS[key] : undefined;
  if (given.length > 1 || condition === undefined || value === undefined || value === '') {
    throw refuseLookup('InvalidQueryParameter');
  }
  if (key === 'EventRW' && value !== 'Read' && value !== 'Write') throw refuseLookup('InvalidQueryParameter');
  return (event) => condition(event, value);
}

const seal = ({ startMs, endMs, same }: Question, seq: number): string =>
  Buffer.from(JSON.stringify([seq, startMs, endMs, same])).toString('base64url');

/** Null without a token; a token of another question is refused. */
function openToken(token: string, same: string): Position | null {
  if (token === '') return null;
  const note = /^\[(\d{1,15}),(\d{1,15}),(\d{1,15}),(.*)\]$/s.exec(
    Buffer.from(token, 'base64url').toString(),
  );
  if (note?.[4] !== JSON.stringify(same)) throw refuseLookup('InvalidQueryParameter');
  return { after: Number(note[1]), startMs: Number(note[2]), endMs: Number(note[3]) };
}
