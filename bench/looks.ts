// What looks at groups cost that find nothing, as often as a large estate has them: the built daemon's processor time,
// workers and network included.
import { setTimeout as sleep } from 'node:timers/promises';
import { median, ruleReads } from './estate/counted-calls.ts';
import { RULES } from './estate/estate-state.ts';
import { EstateWorld } from './estate/estate-world.ts';

/** As many looks a second as at all groups of a large estate within the usual time between two resyncs. */
const LARGE = { groups: 10_000, seconds: 300 };
const GROUPS = 200;
const RESYNC_SECONDS = (GROUPS * LARGE.seconds) / LARGE.groups;
const RATE = 2400;
/** The engine makes fast what has run some thousand times; one resync of a large estate is more than that. */
const LOOKS_BEFORE = 3000;
const ROUNDS = 5;
const ROUND_MS = 10_000;
const POLL_MS = 1000;

export async function benchLooks(): Promise<void> {
  const world = await EstateWorld.start({
    groups: GROUPS,
    ratePerMinute: RATE,
    resyncSeconds: RESYNC_SECONDS,
  });
  try {
    const { httpUrl } = await world.daemon.event('daemon.started');
    await world.daemon.event('daemon.ready');
    world.leaveAlone();
    while (ruleReads(await world.calls()).length < LOOKS_BEFORE) await sleep(POLL_MS);
    const rounds: Round[] = [];
    while (rounds.length < ROUNDS) rounds.push(await lookOn(world, String(httpUrl)));
    tell(rounds);
  } finally {
    await world.stop();
  }
}

interface Round {
  readonly looks: number;
  readonly cpuMs: number;
  readonly tookMs: number;
}

async function lookOn(world: EstateWorld, httpUrl: string): Promise<Round> {
  await world.clearCalls();
  const [beganMs, fromMs] = [performance.now(), await cpuMs(httpUrl)];
  await sleep(ROUND_MS);
  const [endedMs, toMs] = [performance.now(), await cpuMs(httpUrl)];
  const looks = ruleReads(await world.calls()).length;
  return { looks, cpuMs: toMs - fromMs, tookMs: endedMs - beganMs };
}

function tell(rounds: readonly Round[]): void {
  const each = rounds.map(({ looks, cpuMs }) => cpuMs / looks);
  const aSecond = median(rounds.map(({ looks, tookMs }) => (1000 * looks) / tookMs));
  const share = median(rounds.map(({ cpuMs, tookMs }) => cpuMs / tookMs));
  console.log(
    `a look at a group of ${RULES} rules that finds nothing: ${median(each).toFixed(2)} ms of a processor (${each.map((ms) => ms.toFixed(2)).join(', ')})`,
  );
  console.log(
    `${aSecond.toFixed(1)} looks a second, as ${LARGE.groups} groups in ${LARGE.seconds} s: ${(100 * share).toFixed(1)} % of a core (goal below 10 %)`,
  );
}

async function cpuMs(httpUrl: string): Promise<number> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text();
  return 1000 * Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
}
