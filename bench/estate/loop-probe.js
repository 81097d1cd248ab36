// Loaded into the daemon before its own code (`node --import`): on each message it tells how long its event loop was
// blocked at most since the message before, and how much memory it took at its peak.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 5;

if (isMainThread && process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('message', () => {
    const blockMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
    delay.reset();
    const { user, system } = process.cpuUsage();
    process.send({
      blockMs,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      cpuMs: (user + system) / 1000,
    });
  });
  process.channel.unref();
}
