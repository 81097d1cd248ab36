// One trial: three replicas in a world, moments at which something happens to them, and the verdict.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { shardOf } from '../../daemon/journal/shard.ts';
import { REGION } from '../support/estate.ts';
import { Random } from '../support/random.ts';
import { faultsOfTrial, slowMsOf } from './trial-faults.ts';
import { readIntents } from './trial-journal.ts';
import { TrialEstate, rangesOf } from './trial-estate.ts';
import {
  busiestMinutes,
  doubledTokens,
  staleEffects,
  staleIntents,
  unknownCalls,
  type Takeover,
} from './trial-verdict.ts';
import { shardsHeldBy, TrialWorld } from './trial-world.ts';

const REPLICAS = 3;
const SHARDS = 6;
const GROUPS = 200;
/** Of all calls but reads of rules. */
const RATE = 600;
const RULES_READ = 'DescribeSecurityGroupAttribute';
const RECONCILE = 'resyncSeconds: 60, probeSeconds: 0';
/** Beside the edits of each moment one comes about so often. */
const EDIT_EVERY_MS = 700;
const POLL_MS = 100;
/** Something that takes longer never comes. */
const PATIENCE_MS = 120_000;

/** A shard was taken from a replica that fell silent. */
interface Loss {
  readonly shard: string;
  readonly atMs: number;
  readonly takenMs: number;
}

export interface TrialPlan {
  readonly seed: number;
  readonly moments: number;
  /** Reads of rules; of them a failover takes most. */
  readonly readsPerMinute: number;
}

export interface TrialResult {
  readonly counts: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, readonly number[]>>;
  readonly busiestMinutes: Readonly<Record<string, number>>;
  /** One sentence each; none if all held. */
  readonly violations: readonly string[];
}

export class Trial {
  readonly world: TrialWorld;
  readonly random: Random;
  readonly #estate: TrialEstate;
  readonly #counts: Record<string, number> = {};
  readonly #figures: Record<string, number[]> = {};
  readonly #losses: Loss[] = [];
  #editing: NodeJS.Timeout | undefined;

  static async run(
    { seed, moments, readsPerMinute }: TrialPlan,
    happen: (trial: Trial, at: number) => Promise<void>,
  ): Promise<TrialResult> {
    const rates = { default: RATE, [RULES_READ]: readsPerMinute };
    const world = await TrialWorld.start({
      ...{ replicas: REPLICAS, groups: GROUPS, shards: SHARDS, rates },
      ...{ faults: faultsOfTrial(), reconcile: RECONCILE },
    });
    try {
      const trial = new Trial(world, new Random(seed));
      await trial.#begin();
      for (let at = 0; at < moments; at += 1) {
        await happen(trial, at);
        const leaseMs = trial.#figures.msToLease?.at(-1) ?? NaN;
        process.stderr.write(
          `moment ${at + 1} of ${moments}, the last lease was taken after ${leaseMs} ms\n`,
        );
      }
      return await trial.#end();
    } finally {
      await world.dispose();
    }
  }

  private constructor(world: TrialWorld, random: Random) {
    this.world = world;
    this.random = random;
    const write = (file: string, text: string) => world.workspace.write(file, text);
    this.#estate = new TrialEstate(world.ids, random, write);
  }

  note(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }

  figure(name: string, value: number): void {
    (this.#figures[name] ??= []).push(value);
  }

  sleep(ms: number): Promise<void> {
    return sleep(ms);
  }

  /** Edits so many policies, two of three in these shards where some are given. */
  edit(count: number, shards: readonly string[]): void {
    const near = this.#estate.ids.filter((id) => shards.includes(shardOfGroup(id)));
    for (let edit = 0; edit < count; edit += 1) {
      const from = near.length > 0 && this.random.chance(0.67) ? near : this.#estate.ids;
      this.#estate.edit(this.random.pick(from));
      this.note('edits');
    }
  }

  async within<T>(what: string, awaited: Promise<T>): Promise<T> {
    const late = new AbortController();
    const never = sleep(PATIENCE_MS, null, { signal: late.signal }).then(
      () => Promise.reject(new Error(`${what} did not come within ${PATIENCE_MS} ms`)),
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([awaited, never]);
    } finally {
      late.abort();
    }
  }

  /** Waits until others have the shards that the replica of this place had, and have read a group of each. */
  async takenOver(place: number, shards: readonly string[], atMs: number): Promise<void> {
    const others = this.world.others(place);
    for (const shard of shards) {
      const isTaken = () => Promise.resolve(others.some((each) => shardsHeldBy(each).includes(shard)));
      await this.within(`a new owner of ${shard}`, this.#poll(isTaken));
      const taken = this.#takeovers().filter((each) => each.shard === shard);
      const takenMs = Math.max(0, ...taken.map((each) => each.atMs));
      // It may have been handed over in the very moment.
      if (takenMs <= atMs) continue;
      this.figure('msToLease', takenMs - atMs);
      this.#losses.push({ shard, atMs, takenMs });
      this.note('failovers');
    }
  }

  /** Waits until the cloud is as the policies say. */
  async converged(): Promise<void> {
    await this.within(
      'a cloud that is as the policies say',
      this.#poll(async () => this.#differing(await this.world.state()) === 0),
    );
  }

  #differing(state: Awaited<ReturnType<TrialWorld['state']>>): number {
    return state.filter((group) => rangesOf(group) !== this.#estate.wanted(group.SecurityGroupId)).length;
  }

  async #poll(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await sleep(POLL_MS);
  }

  /** When the new owner read the rules of one of its groups first, by the emulator. */
  #noteFirstReads(): void {
    const reads = this.world.book.calls
      .filter(({ action }) => action === RULES_READ)
      .map((call) => ({ shard: shardOfGroup(call.params.SecurityGroupId ?? ''), cameMs: cameMs(call) }));
    for (const { shard, atMs, takenMs } of this.#losses) {
      const first = reads.find((read) => read.shard === shard && read.cameMs >= takenMs);
      this.figure('msToFirstRead', first === undefined ? Infinity : first.cameMs - atMs);
    }
  }

  async #begin(): Promise<void> {
    this.world.book.begin();
    for (let place = 0; place < REPLICAS; place += 1) this.world.startReplica(place);
    const ready = this.world.daemons.map((daemon) => daemon.event('daemon.ready'));
    await this.within('three that are ready', Promise.all(ready));
    const shared = this.world.daemons.map((daemon) =>
      this.#poll(() => Promise.resolve(shardsHeldBy(daemon).length === SHARDS / REPLICAS)),
    );
    await this.within('a share for each', Promise.all(shared));
    this.#editing = setInterval(() => this.edit(1, []), EDIT_EVERY_MS);
  }

  async #end(): Promise<TrialResult> {
    clearInterval(this.#editing);
    await this.converged();
    // What was under way when its owner fell silent is closed when it can arrive no more, at the next look.
    const isClosed = async (): Promise<boolean> => (await this.#intents()).open.length === 0;
    await this.within('an outcome of every call', this.#poll(isClosed));
    const stopped = await Promise.all(this.world.daemons.map((daemon) => daemon.stop()));
    await this.world.book.end();
    this.#noteFirstReads();
    const { calls } = this.world.book;
    const { open, closed } = await this.#intents();
    const intents = [...open, ...closed];
    const busiest = busiestMinutes(calls, slowMsOf);
    const [plan, verify] = [await this.#run(['plan']), await this.#run(['history', '--verify'])];
    const writes = calls.filter(({ action }) => !action.startsWith('Describe'));
    return {
      counts: {
        ...this.#counts,
        ...{ calls: calls.length, writes: writes.length },
        ...{ effects: writes.filter(({ effect }) => effect).length, history: closed.length },
      },
      figures: this.#figures,
      busiestMinutes: busiest,
      violations: [
        ...doubledTokens(calls),
        ...staleEffects(calls),
        ...staleIntents(intents, this.#takeovers()),
        ...unknownCalls(calls, intents),
        ...tooBusy(busiest, this.world.options.rates),
        ...open.map(({ clientToken }) => `${clientToken} is still open at the end`),
        ...stopped.flatMap(({ code }, at) => (code === 0 ? [] : [`replica ${at + 1} ends with ${code}`])),
        ...[plan, verify].filter((text) => text !== ''),
      ],
    };
  }

  #intents(): ReturnType<typeof readIntents> {
    return readIntents(this.world.databaseUrl, shardOfGroup);
  }

  /** Empty if it ends well. */
  async #run(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.world.workspace.run(args);
    return code === 0
      ? ''
      : `\`rampart ${args.join(' ')}\` ends with ${code}: ${stdout.slice(-2000)}${stderr}`;
  }

  #takeovers(): Takeover[] {
    return this.world.processes.flatMap(({ lines }) =>
      lines
        .filter(({ event }) => event === 'lease.acquired')
        .map(({ shard, epoch, time }) => ({
          shard: String(shard),
          epoch: Number(epoch),
          atMs: Date.parse(String(time)),
        })),
    );
  }
}

const shardOfGroup = (id: string): string => shardOf({ account: 'default', region: REGION, id }, SHARDS);

const cameMs = (call: CallRecord): number => Date.parse(call.time) - slowMsOf(call);

function tooBusy(
  busiest: Readonly<Record<string, number>>,
  rates: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(busiest).flatMap(([action, most]) => {
    const rate = rates[action] ?? RATE;
    return most <= rate ? [] : [`${most} calls of ${action} in a minute, of which ${rate} are allowed`];
  });
}
