// What a look at a group costs that finds nothing: the built daemon's processor time, workers and network included.
import { setTimeout as sleep } from 'node:timers/promises';
import { median, ruleReads } from './estate/counted-calls.ts';
import { RULES } from './estate/estate-state.ts';
import { EstateWorld } from './estate/estate-world.ts';

const GROUPS = 200;
const RATE = 2400;
const ROUNDS = 5;
/** The engine makes fast what has run some thousand times; one resync of a large estate is more than that. */
const ROUNDS_BEFORE = 15;
/** Of all groups of a large estate, within the usual time between two resyncs. */
const LARGE = { groups: 10_000, seconds: 300 };
const POLL_MS = 100;

export async function benchLooks(): Promise<void> {
  const world = await EstateWorld.start({ groups: GROUPS, ratePerMinute: RATE });
  try {
    const { httpUrl } = await world.daemon.event('daemon.started');
    await world.daemon.event('daemon.ready');
    world.leaveAlone();
    for (let round = 0; round < ROUNDS_BEFORE; round += 1) await lookOnce(world, String(httpUrl));
    const costs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) costs.push(await lookOnce(world, String(httpUrl)));
    const msEach = median(costs);
    const share = (msEach * LARGE.groups) / (LARGE.seconds * 1000);
    console.log(
      `a look at a group of ${RULES} rules that finds nothing: ${msEach.toFixed(2)} ms of a processor (${costs.map((cost) => cost.toFixed(2)).join(', ')})`,
    );
    console.log(
      `${LARGE.groups} groups in ${LARGE.seconds} s: ${(100 * share).toFixed(1)} % of a core (goal below 10 %)`,
    );
  } finally {
    await world.stop();
  }
}

/** Milliseconds a group, of one round over all of them. */
async function lookOnce(world: EstateWorld, httpUrl: string): Promise<number> {
  await world.clearCalls();
  const from = await cpuSeconds(httpUrl);
  world.reload();
  while (ruleReads(await world.calls()).length < GROUPS) await sleep(POLL_MS);
  return ((await cpuSeconds(httpUrl)) - from) * (1000 / GROUPS);
}

async function cpuSeconds(httpUrl: string): Promise<number> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
}
