// Says when the remote of the policies does not answer, and when it answers again.
import type { RemoteStatus } from '../source/source.ts';
import type { Clock } from '../clock.ts';
import type { Telemetry } from '../telemetry/events.ts';

export class RemoteWatch {
  readonly #telemetry: Telemetry;
  readonly #clock: Pick<Clock, 'nowMs'>;
  #wasGone = false;

  constructor(telemetry: Telemetry, clock: Pick<Clock, 'nowMs'>) {
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  /** Call it after each question; the log repeats a complaint at a falling rate. */
  note({ url, ref, error, answeredAtMs }: RemoteStatus): void {
    if (error !== null) {
      const ageMs = answeredAtMs === null ? null : this.#clock.nowMs() - answeredAtMs;
      const age = ageMs === null ? {} : { ageSeconds: Math.round(ageMs / 1000) };
      this.#telemetry.emit('policies.unreachable', { url, ref, err: error, ...age });
    } else if (this.#wasGone) {
      this.#telemetry.emit('policies.reachable', { url, ref });
    }
    this.#wasGone = error !== null;
  }
}
