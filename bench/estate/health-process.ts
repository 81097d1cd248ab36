// Asks for the daemon's health again and again, from a process of its own so that nothing but the daemon makes it wait:
// `health-process.ts URL`. On each message it tells the worst answer since the message before, in milliseconds.
const [url = ''] = process.argv.slice(2);
const EVERY_MS = 10;

let worstMs = 0;
let askedAtMs: number | null = null;

/** A question that is not answered yet counts as well. */
const waitedMs = (): number => (askedAtMs === null ? 0 : performance.now() - askedAtMs);

process.on('message', () => {
  process.send?.(Math.max(worstMs, waitedMs()));
  worstMs = 0;
});
process.on('disconnect', () => process.exit(0));

async function ask(): Promise<void> {
  askedAtMs = performance.now();
  try {
    await (await fetch(`${url}/healthz`)).text();
    worstMs = Math.max(worstMs, waitedMs());
  } catch {
    // Before it listens and after its end there is no one to answer.
  }
  askedAtMs = null;
  setTimeout(() => void ask(), EVERY_MS);
}

void ask();
