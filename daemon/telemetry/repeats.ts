// A complaint that comes again and again is logged at a falling rate: the 1st, 2nd, 4th, 8th time, and at least
// once an hour while it lasts, each line saying how many were left out. What differs in anything that matters is
// another complaint; and when the trouble ends, its counts end with it, so a relapse is heard at once.
import { CATALOG } from './catalog.ts';
import type { EventRow } from './event-row.ts';
import type { EventFields, EventName } from './events.ts';
import { HOUR_MS } from '../clock.ts';

/** Complaints remembered in all; past that, those of the scope that was heard of longest ago are forgotten. */
const MAX_REMEMBERED = 20_000;

interface Repeat {
  readonly seen: number;
  readonly loggedMs: number;
  /** Left out since the last line. */
  readonly suppressed: number;
}

/** What to do with an event: log it, mentioning how many like it were left out before, or leave it out. */
export type Repetition = { readonly log: true; readonly suppressed: number } | { readonly log: false };

const LOG: Repetition = { log: true, suppressed: 0 };

export class RepeatFilter {
  /** By account, region and group, then by event and what makes it the same. In order of the last event. */
  readonly #scopes = new Map<string, Map<string, Repeat>>();
  #remembered = 0;

  judge<Name extends EventName>(event: Name, fields: EventFields<Name>, nowMs: number): Repetition {
    const row: EventRow<Name> = CATALOG[event];
    const scope = this.#scopeOf(fields);
    for (const ended of row.ends ?? []) this.#forget(scope, ended);
    const same = row.sameAs?.(fields) ?? null;
    if (same === null) return LOG;

    const key = `${event}\n${same}`;
    const before = scope.get(key);
    const after = nextRepeat(before, nowMs);
    scope.set(key, after);
    if (before === undefined) this.#remember();
    return after.suppressed > 0 ? { log: false } : { log: true, suppressed: before?.suppressed ?? 0 };
  }

  #scopeOf(fields: { readonly account?: string; readonly region?: string; readonly group?: string }) {
    const name = JSON.stringify([fields.account, fields.region, fields.group]);
    const scope = this.#scopes.get(name) ?? new Map<string, Repeat>();
    this.#scopes.delete(name);
    this.#scopes.set(name, scope);
    return scope;
  }

  #forget(scope: Map<string, Repeat>, event: EventName): void {
    for (const key of scope.keys()) {
      if (key.startsWith(`${event}\n`) && scope.delete(key)) this.#remembered -= 1;
    }
  }

  #remember(): void {
    this.#remembered += 1;
    while (this.#remembered > MAX_REMEMBERED) {
      const [oldest] = this.#scopes;
      if (oldest === undefined) return;
      this.#scopes.delete(oldest[0]);
      this.#remembered -= oldest[1].size;
    }
  }
}

function nextRepeat(before: Repeat | undefined, nowMs: number): Repeat {
  const seen = (before?.seen ?? 0) + 1;
  const due = before === undefined || isPowerOfTwo(seen) || nowMs - before.loggedMs >= HOUR_MS;
  return due
    ? { seen, loggedMs: nowMs, suppressed: 0 }
    : { seen, loggedMs: before.loggedMs, suppressed: before.suppressed + 1 };
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));
