// Looks at all groups cheaply: how many rules each has, for a hundred groups a call. A group whose count, owner, type, VPC,
// name or tags are news is read in full at once. An edit that leaves the count as it is waits for the resync, or for an event.
import { placeKey, type GroupRef } from '../../../reconciler/model/group.ts';
import type { Clock } from '../../clock.ts';
import type { Telemetry } from '../../telemetry/events.ts';
import type { Place } from '../api.ts';
import { urgencyOfChanged, type Urgency } from '../urgency.ts';
import type { GroupHeads, HeadNews } from './heads.ts';

/** Of its time; so that no head gets older than that while its call waits for its turn. */
const LOOKS_AHEAD = 0.1;

export interface HeadProbeParts {
  readonly engine: {
    readonly heads: GroupHeads;
    readonly clock: Clock;
    readonly telemetry: Telemetry;
  };
  /** How old a head may get; 0: heads are only read when a group needs one. */
  readonly probeMs: number;
  /** Many groups at once are less urgent than few. */
  readonly onNews: (group: GroupRef, urgency: Urgency) => void;
  readonly stopping: AbortSignal;
}

export class HeadProbe {
  readonly #parts: HeadProbeParts;
  /** Places whose heads are being read: one that is slow holds up no other. */
  readonly #underWay = new Set<string>();
  readonly #saidUncounted = new Set<string>();
  /** Not passed on yet. */
  readonly #news: GroupRef[] = [];
  #reportFailure: (error: unknown) => void = () => undefined;
  /** Rejects on a bug. Never resolves. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#reportFailure = reject));

  constructor(parts: HeadProbeParts) {
    this.#parts = parts;
  }

  /** Heeds news from now on, and reads heads in their time until the stop. */
  start(): void {
    const { engine, probeMs } = this.#parts;
    engine.heads.listen({
      onNews: (news) => this.#heed(news),
      onPage: ({ account, region, groups, cause }) =>
        engine.telemetry.emit('heads.read', { account, region, groups, why: cause }),
    });
    if (probeMs > 0) this.#run().catch((error: unknown) => this.#reportFailure(error));
  }

  /** News of one call come together. */
  #heed({ group: { account, region, id }, reason }: HeadNews): void {
    this.#parts.engine.telemetry.emit('probe.found', { account, region, group: id, reason });
    this.#news.push({ account, region, id });
    if (this.#news.length > 1) return;
    queueMicrotask(() => {
      const news = this.#news.splice(0);
      for (const group of news) this.#parts.onNews(group, urgencyOfChanged(news.length));
    });
  }

  async #run(): Promise<void> {
    const { engine, probeMs, stopping } = this.#parts;
    while (!stopping.aborted) {
      for (const place of engine.heads.places()) {
        this.#look(place).catch((error: unknown) => this.#reportFailure(error));
      }
      await engine.clock.sleep(probeMs * LOOKS_AHEAD, stopping);
    }
  }

  async #look(place: Place): Promise<void> {
    const key = placeKey(place);
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    const { engine, probeMs, stopping } = this.#parts;
    const at = { ...place, urgency: 'routine', signal: stopping } as const;
    const probed = await engine.heads.probe(at, probeMs * (1 - 2 * LOOKS_AHEAD));
    this.#underWay.delete(key);
    // A failure was told with its call; the heads are asked for again in their time.
    if (!probed.ok || probed.value.uncounted === 0 || this.#saidUncounted.has(key)) return;
    this.#saidUncounted.add(key);
    engine.telemetry.emit('probe.uncounted', { ...place, groups: probed.value.uncounted });
  }
}
