// What came of the hooks at one door: said to the log and the metrics, and kept for the status.
import type { Telemetry } from '../../telemetry/events.ts';
import type { Clock } from '../../clock.ts';
import type { DoorName, HookVerdict } from './hook.ts';

/** For `/api/status`. Times are Unix milliseconds. */
export interface DoorStatus {
  /** The last hook that proved where it came from; null: none since the start. */
  readonly last: {
    readonly atMs: number;
    readonly outcome: 'accepted' | 'ignored';
    readonly reason: string;
  } | null;
  /** Since the start. */
  readonly refused: number;
  readonly lastRefused: { readonly atMs: number; readonly reason: string } | null;
}

/** A door that the config does not have is null. */
export type HooksStatus = Readonly<Record<DoorName, DoorStatus | null>>;

export class DoorRecord {
  readonly #door: DoorName;
  readonly #telemetry: Telemetry;
  readonly #clock: Pick<Clock, 'nowMs'>;
  #status: DoorStatus = { last: null, refused: 0, lastRefused: null };

  constructor(door: DoorName, telemetry: Telemetry, clock: Pick<Clock, 'nowMs'>) {
    this.#door = door;
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  get status(): DoorStatus {
    return this.#status;
  }

  note(verdict: HookVerdict): void {
    const door = this.#door;
    const atMs = this.#clock.nowMs();
    if (verdict.kind === 'refused') {
      const { reason, err } = verdict;
      this.#status = { ...this.#status, refused: this.#status.refused + 1, lastRefused: { atMs, reason } };
      this.#telemetry.emit('hook.refused', { door, reason, ...(err === undefined ? {} : { err }) });
      return;
    }
    const reason = verdict.kind === 'ignored' ? verdict.reason : '';
    this.#status = { ...this.#status, last: { atMs, outcome: verdict.kind, reason } };
    this.#telemetry.emit('hook.received', { door, outcome: verdict.kind, reason });
  }
}
