// Asks ActionTrail who made groups drift, and says so. Beside the reconciles and never in their way: it hears of a drift by its
// event, and takes as long as the vendor does. At most one call in ten seconds for an account, whose groups take turns;
// a question is asked again for a quarter of an hour, because events come late, and its end is always said.
import { groupKey, type GroupRef } from '../../reconciler/model/group.ts';
import { HOUR_MS, type Clock } from '../clock.ts';
import {
  NO_ATTRIBUTION,
  type Attribution,
  type ForeignWrite,
  type GroupAttribution,
} from '../journal/attribution.ts';
import { LeaseLost, type Journal } from '../journal/journal.ts';
import type { Telemetry } from '../telemetry/events.ts';
import { foreignWrites, ownCalls } from './foreign-writes.ts';
import { lookUp, type LookupFailure, type LookupPage, type TrailTransport } from './lookup.ts';
import { Pace } from './pace.ts';
import {
  ASK_FOR_MS,
  askedInVain,
  hasMorePages,
  isByWrites,
  newQuestion,
  onNextPage,
  Questions,
  type OpenQuestion,
} from './questions.ts';

export interface AttributorPorts {
  /** By the names of the accounts. */
  readonly trails: ReadonlyMap<string, TrailTransport>;
  readonly journal: Pick<Journal, 'attributions' | 'setFacts' | 'history' | 'openIntents'>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** Who made a group drift, for the status. */
export interface KnownWriters {
  /** Oldest first. */
  readonly told: readonly Attribution[];
  /** Whether ActionTrail is still asked about a drift. */
  readonly isAsking: boolean;
}

export interface FoundDrift {
  readonly group: GroupRef;
  readonly reconcileId: string | null;
  /** Unix milliseconds; when the group was last seen as its policy says. */
  readonly sinceMs: number;
}

/** Clocks differ, and events are stamped to the second. */
const MARGIN_MS = 60_000;
/** ActionTrail is asked for so long a time at most; it would take 30 days. */
const MOST_BACK_MS = 7 * 24 * HOUR_MS;
/** Kept of a group. */
const MOST_TOLD = 20;
/** Shown in the status: the last. */
const MOST_SHOWN = 5;
/** Said of one drift: the newest. */
const MOST_WRITES = 5;

const NOT_FOUND = 'ActionTrail shows no write by anyone else, 15 minutes after it was found';

export class Attributor {
  readonly #ports: AttributorPorts;
  readonly #questions = new Questions();
  /** By group key. */
  readonly #told = new Map<string, readonly Attribution[]>();
  readonly #paces: ReadonlyMap<string, Pace>;
  readonly #stopping = new AbortController();
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects on a bug or a broken journal. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));

  constructor(ports: AttributorPorts) {
    this.#ports = ports;
    this.#paces = new Map([...ports.trails.keys()].map((account) => [account, new Pace(ports.clock)]));
  }

  /** These groups are this process's to look after: takes up what an earlier one had not come to the end of. */
  async takeUp(isOurs: (group: GroupRef) => boolean): Promise<void> {
    const known = await this.#ports.journal.attributions({});
    if (this.#isStopping()) return;
    for (const { group, told, open } of known) {
      if (!isOurs(group)) continue;
      this.#told.set(groupKey(group), told);
      if (open === null || this.#questions.of(group) !== undefined) continue;
      this.#put(newQuestion({ ...open, group, reconcileId: null }, this.#ports.clock.monotonicMs()));
    }
  }

  /** Asks no more. What is open stays in the journal for the next process. */
  stop(): void {
    this.#stopping.abort();
    for (const pace of this.#paces.values()) pace.stop();
  }

  /** What hears for it has failed. */
  fail(error: unknown): void {
    this.#reportFailure(error);
  }

  /** Another process looks after these groups from now on, and goes on asking about them. */
  leave(isTheirs: (group: GroupRef) => boolean): void {
    for (const group of this.#questions.groups()) if (isTheirs(group)) this.#questions.drop(group);
  }

  /** A group has drifted. Drifts that come while it is asked about are explained by the same answer. */
  drifted({ group, reconcileId, sinceMs }: FoundDrift): void {
    const { clock } = this.#ports;
    const nowMs = clock.nowMs();
    const known = this.#questions.of(group);
    const question =
      known === undefined
        ? newQuestion({ group, reconcileId, sinceMs, foundMs: nowMs, lastMs: nowMs }, clock.monotonicMs())
        : { ...known, lastMs: nowMs };
    this.#put(question);
    if (this.#questions.of(group) === question) this.#keep(question);
  }

  /** A group is no longer managed: who changes it is no business of ours. */
  released(group: GroupRef): void {
    // What is told stays in the journal, as the calls do.
    if (this.#questions.of(group) !== undefined) void this.#store(group, { open: null });
    this.#questions.drop(group);
    this.#told.delete(groupKey(group));
  }

  /** For the status. */
  of(group: GroupRef): KnownWriters {
    const isAsking = this.#questions.of(group) !== undefined;
    return { told: this.#toldOf(group).slice(-MOST_SHOWN), isAsking };
  }

  /** Asked again after each wait. */
  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #put(question: OpenQuestion): void {
    const pace = this.#paces.get(question.group.account);
    if (pace === undefined) {
      this.#tell(question, [], `its account ${question.group.account} is not in the config any more`);
      return;
    }
    if (!this.#questions.put(question)) {
      this.#tell(question, [], 'too many drifts wait for ActionTrail');
      return;
    }
    pace
      .run(() => this.#next(question.group.account, pace))
      .catch((error: unknown) => this.#reportFailure(error));
  }

  /** One turn of the account: how long until the next one at the least, or null if no question is left. */
  async #next(account: string, pace: Pace): Promise<number | null> {
    const question = this.#questions.nextOf(account);
    const trail = this.#ports.trails.get(account);
    if (question === undefined || trail === undefined || this.#isStopping()) return null;
    const waitMs = question.dueMs - this.#ports.clock.monotonicMs();
    if (waitMs > 0) return waitMs;
    const { region, id } = question.group;
    const endMs = question.endMs ?? Math.min(this.#ports.clock.nowMs(), question.lastMs + MARGIN_MS);
    const range = { startMs: Math.max(question.sinceMs - MARGIN_MS, endMs - MOST_BACK_MS), endMs };
    const page = await lookUp(trail, {
      ...{ region, group: id, byWrites: isByWrites(question) },
      ...{ ...range, nextToken: question.nextToken },
    });
    if (this.#isStopping()) return null;
    pace.called();
    if (page.ok) {
      pace.succeeded();
      await this.#take(question, { ...page.value, endMs });
    } else this.#failed(question, page.error, pace);
    return 0;
  }

  async #take(asked: OpenQuestion, page: LookupPage & { readonly endMs: number }): Promise<void> {
    const { id } = asked.group;
    const own = await ownCalls(this.#ports.journal, asked.group, asked.sinceMs);
    // Another drift may have come in the meantime, or the group may have been released.
    const question = this.#questions.of(asked.group);
    if (question === undefined || this.#isStopping()) return;
    const found = unexplained(foreignWrites(page.events, id, own), this.#toldOf(asked.group));
    const walked = onNextPage(question, { ...page, found });
    if (hasMorePages(walked)) {
      this.#questions.put(walked);
      return;
    }
    if (walked.found.length > 0) {
      this.#tell(walked, walked.found.slice(0, MOST_WRITES).reverse(), '');
      return;
    }
    this.#again(
      walked,
      walked.unreadable > 0 ? `${NOT_FOUND}; ${walked.unreadable} events could not be read` : NOT_FOUND,
    );
  }

  #failed(question: OpenQuestion, { code, message }: LookupFailure, pace: Pace): void {
    const { account, region } = question.group;
    if (pace.failed(code)) {
      this.#ports.telemetry.emit('attribution.unavailable', { account, region, code, err: message });
    }
    const current = this.#questions.of(question.group);
    if (current !== undefined) this.#again(current, `ActionTrail could not be asked: ${code}`);
  }

  /** The last answer that its time allows is the last word. */
  #again(question: OpenQuestion, reason: string): void {
    const { clock } = this.#ports;
    if (clock.nowMs() - question.foundMs >= ASK_FOR_MS) this.#tell(question, [], reason);
    else this.#questions.put(askedInVain(question, clock.monotonicMs()));
  }

  #tell(question: OpenQuestion, writes: readonly ForeignWrite[], reason: string): void {
    const { group, foundMs } = question;
    const said: readonly Attribution[] =
      writes.length === 0
        ? [{ foundMs, write: null, reason }]
        : writes.map((write) => ({ foundMs, write, reason: '' }));
    for (const attribution of said) this.#say(question, attribution);
    const told = [...this.#toldOf(group), ...said].slice(-MOST_TOLD);
    this.#told.set(groupKey(group), told);
    this.#questions.drop(group);
    void this.#store(group, { told, open: null });
  }

  #say({ group: { account, region, id }, reconcileId }: OpenQuestion, { write, reason }: Attribution): void {
    const about = { account, region, group: id, ...(reconcileId === null ? {} : { reconcileId }) };
    const { telemetry } = this.#ports;
    if (write === null) {
      telemetry.emit('drift.attributed', { ...about, actor: null, actorType: null, reason });
    } else telemetry.emit('drift.attributed', { ...about, ...write });
  }

  #keep({ group, sinceMs, foundMs, lastMs }: OpenQuestion): void {
    void this.#store(group, { open: { sinceMs, foundMs, lastMs } });
  }

  async #store(group: GroupRef, news: Partial<GroupAttribution>): Promise<void> {
    const attribution = { ...NO_ATTRIBUTION, told: this.#toldOf(group), ...news };
    try {
      await this.#ports.journal.setFacts(group, { attribution });
    } catch (error) {
      if (!(error instanceof LeaseLost)) this.#reportFailure(error);
      // Whoever looks after the group now asks by itself.
      else this.#questions.drop(group);
    }
  }

  #toldOf = (group: GroupRef): readonly Attribution[] => this.#told.get(groupKey(group)) ?? [];
}

/**
 * Without the writes that explain an earlier drift: those that were told, and what came before the newest of them. The times are
 * all of ActionTrail's clock.
 */
function unexplained(writes: readonly ForeignWrite[], told: readonly Attribution[]): readonly ForeignWrite[] {
  const before = told.flatMap(({ write }) => write ?? []);
  const ids = new Set(before.map(({ requestId }) => requestId));
  const newest = before.reduce((last, { eventTime }) => (eventTime > last ? eventTime : last), '');
  return writes.filter(({ requestId, eventTime }) => eventTime >= newest && !ids.has(requestId));
}
