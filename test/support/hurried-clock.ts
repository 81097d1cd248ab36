import { systemClock, type Clock } from '../../daemon/clock.ts';

/** A clock that runs `speed` times as fast as the machine's, so that a wait of a minute passes in a moment. */
export function hurriedClock(speed: number): Clock {
  const startWallMs = Date.now();
  const startMs = performance.now();
  const monotonicMs = () => (performance.now() - startMs) * speed;
  return {
    nowMs: () => startWallMs + monotonicMs(),
    monotonicMs,
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / speed, signal),
  };
}
