// Makes one act of many hints. The first after a quiet time acts at once; what comes within that time acts once more when
// it is over. So whoever floods a door buys no more acts than that, and no hint is lost.
import type { Clock } from '../../clock.ts';

interface HintTurn {
  readonly actedAtMs: number;
  /** Since the last act. */
  readonly hints: number;
}

export class HintPacer {
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #stopping: AbortSignal;
  /** By key, in the order of the last act. Forgotten once the quiet time is over. */
  readonly #turns = new Map<string, HintTurn>();

  constructor(clock: Clock, quietMs: number, stopping: AbortSignal) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#stopping = stopping;
  }

  /** Hints of one key are one another's; `act` gets how many it stands for. */
  hint(key: string, act: (hints: number) => void): void {
    if (this.#stopping.aborted) return;
    this.#forgetQuiet();
    const turn = this.#turns.get(key);
    if (turn === undefined) {
      this.#act(key, 1, act);
      return;
    }
    this.#turns.set(key, { ...turn, hints: turn.hints + 1 });
    if (turn.hints === 0) void this.#actLater(key, turn.actedAtMs + this.#quietMs, act);
  }

  #act(key: string, hints: number, act: (hints: number) => void): void {
    this.#turns.delete(key);
    this.#turns.set(key, { actedAtMs: this.#clock.monotonicMs(), hints: 0 });
    act(hints);
  }

  async #actLater(key: string, atMs: number, act: (hints: number) => void): Promise<void> {
    await this.#clock.sleep(atMs - this.#clock.monotonicMs(), this.#stopping);
    if (this.#stopping.aborted) return;
    this.#act(key, this.#turns.get(key)?.hints ?? 1, act);
  }

  #forgetQuiet(): void {
    const quietSinceMs = this.#clock.monotonicMs() - this.#quietMs;
    for (const [key, { actedAtMs, hints }] of this.#turns) {
      if (actedAtMs > quietSinceMs) return;
      if (hints === 0) this.#turns.delete(key);
    }
  }
}
