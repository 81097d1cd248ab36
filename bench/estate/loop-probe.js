// Loaded into the daemon before its own code (`node --import`): on each message it tells how long its event loop was
// blocked at most since the message before, and how much memory it took at its peak. On `stop` it ends: to measure costs, too.
import { openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 5;
const MOST_CHARACTERS = 64;

/** Milliseconds that the kernel has let this thread run, as Linux tells them; elsewhere none. */
function threadClock() {
  const buffer = Buffer.alloc(MOST_CHARACTERS);
  try {
    const file = openSync('/proc/thread-self/schedstat', 'r');
    return () =>
      Number.parseInt(buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0)), 10) / 1e6;
  } catch {
    return () => NaN;
  }
}

if (isMainThread && process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // Between two calls of a timer that is due at once lies one turn of the loop. What others on the machine do does not count.
  const ranMs = threadClock();
  let lastMs = ranMs();
  let blockCpuMs = 0;
  const timer = setInterval(() => {
    const nowMs = ranMs();
    blockCpuMs = Math.max(blockCpuMs, nowMs - lastMs);
    lastMs = nowMs;
  }, RESOLUTION_MS);
  timer.unref();
  process.on('message', (message) => {
    if (message === 'stop') {
      clearInterval(timer);
      delay.disable();
      return;
    }
    const blockMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
    delay.reset();
    const { user, system } = process.cpuUsage();
    process.send({
      blockMs,
      blockCpuMs,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      cpuMs: (user + system) / 1000,
    });
    blockCpuMs = 0;
  });
  process.channel.unref();
}
