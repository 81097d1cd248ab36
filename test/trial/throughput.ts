// How much more several replicas do than one: N of them on N shards read every group, and carry out a plan for each. The
// cloud takes its time for each call, and each replica has so many calls under way at once, as where a cloud is far away.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { Random } from '../support/random.ts';
import { rangesOf, TrialEstate } from './trial-estate.ts';
import { shardsHeldBy, TrialWorld } from './trial-world.ts';

const GROUPS = 200;
const LATENCY_MS = 150;
const AT_ONCE = 2;
/** The highest that a config takes: no limit here. */
const RATE = 6000;
const MOST_REPLICAS = 3;
/** Rarely: what it costs the emulator to tell its calls, the replicas wait for. */
const POLL_MS = 1500;

export interface Throughput {
  readonly replicas: number;
  readonly readsPerSecond: number;
  readonly plansPerSecond: number;
  /** Of all replicas, while they carried out the plans, in parts of one core. */
  readonly cores: number;
}

/** One after the other. */
export async function measureThroughput(): Promise<readonly Throughput[]> {
  const measured: Throughput[] = [];
  for (let replicas = 1; replicas <= MOST_REPLICAS; replicas += 1) measured.push(await measureOne(replicas));
  return measured;
}

async function measureOne(replicas: number): Promise<Throughput> {
  const world = await TrialWorld.start({
    ...{ replicas, groups: GROUPS, shards: replicas, rates: { default: RATE } },
    faults: [{ action: '*', kind: 'slow', delayMs: LATENCY_MS }],
    reconcile: `resyncSeconds: 86400, probeSeconds: 0, concurrency: ${AT_ONCE}`,
  });
  try {
    const write = (file: string, text: string) => world.workspace.write(file, text);
    const estate = new TrialEstate(world.ids, new Random(1), write);
    for (let place = 0; place < replicas; place += 1) world.startReplica(place);
    await Promise.all(world.daemons.map((daemon) => daemon.event('daemon.ready')));
    await Promise.all(world.daemons.map((daemon) => daemon.line(() => shardsHeldBy(daemon).length === 1)));
    await quiet(world);
    const readMs = await timeOf(world, isRead, () => {
      for (const daemon of world.daemons) daemon.kill('SIGHUP');
    });
    await quiet(world);
    const beganCpuMs = cpuMs(world);
    const planMs = await timeOf(
      world,
      ({ effect }) => effect,
      () => {
        for (const id of world.ids) estate.add(id);
      },
    );
    const cores = (cpuMs(world) - beganCpuMs) / planMs;
    const isDone = (await world.state()).every(
      (group) => rangesOf(group) === estate.wanted(group.SecurityGroupId),
    );
    if (!isDone) throw new Error('not every group is as its policy says');
    return { replicas, readsPerSecond: perSecond(readMs), plansPerSecond: perSecond(planMs), cores };
  } finally {
    await world.dispose();
  }
}

const isRead = ({ action }: CallRecord): boolean => action === 'DescribeSecurityGroupAttribute';

const perSecond = (ms: number): number => GROUPS / (ms / 1000);

/** Until no call has come for a while. */
async function quiet(world: TrialWorld): Promise<void> {
  for (;;) {
    const before = world.book.calls.length;
    await sleep(2 * POLL_MS);
    await world.book.update();
    if (world.book.calls.length === before) return;
  }
}

/** From the beginning until there was such a call of every group. */
async function timeOf(
  world: TrialWorld,
  isMeant: (call: CallRecord) => boolean,
  begin: () => void,
): Promise<number> {
  await world.book.update();
  const from = world.book.calls.length;
  const beganMs = Date.now();
  begin();
  for (;;) {
    await sleep(POLL_MS);
    await world.book.update();
    const groups = new Map<string, number>();
    for (const call of world.book.calls.slice(from).filter(isMeant)) {
      const group = call.params.SecurityGroupId ?? '';
      if (!groups.has(group)) groups.set(group, Date.parse(call.time));
    }
    if (groups.size === GROUPS) return Math.max(...groups.values()) - beganMs;
  }
}

const MS_PER_TICK = 10;

/** Of all replicas, since they began; by Linux. */
function cpuMs({ daemons }: TrialWorld): number {
  const ticks = daemons.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) * MS_PER_TICK;
}
