// One process over many hours of virtual time, in an estate where someone changes rules at the console every minute:
// does it keep up, and does it stay as small as it was? A process that grows by a little with each repair passes
// every other test.
import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { thisThread } from '../../daemon/source/compile/work-place.ts';
import { soleLeases } from '../../daemon/schedule/leases/shard-leases.ts';
import { MemoryShares } from '../../daemon/shares/memory-shares.ts';
import { fanOut, type Telemetry } from '../../daemon/telemetry/events.ts';
import { Metrics } from '../../daemon/telemetry/metrics.ts';
import { createTelemetry } from '../../daemon/telemetry/telemetry.ts';
import { Random } from '../support/random.ts';
import { toldToAll } from './checks/all.ts';
import { OwnershipCheck } from './checks/ownership.ts';
import { PaceCheck } from './checks/pace.ts';
import { Cloud } from './cloud.ts';
import { configOf, PLAIN_CONFIG } from './config.ts';
import { soakEstate } from './draw/soak-estate.ts';
import { isWrite, type Check, type Fail } from './facts.ts';
import { sqliteHost, type JournalHost } from './journals.ts';
import type { Knobs } from './knobs.ts';
import { Life } from './life.ts';
import { Network } from './network.ts';
import { People } from './people.ts';
import { PolicyTree } from './policies.ts';
import { unsettledGroups } from './settled.ts';
import { VirtualTime } from './virtual-time.ts';

export interface SoakOptions {
  /** Virtual; at least `MIN_HOURS`. */
  readonly hours: number;
  readonly groups: number;
  readonly seed: number;
}

/** At the end of an hour, after a collection of garbage. */
export interface Sample {
  readonly hour: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly journalBytes: number;
  /** Intents that are open or in the history. */
  readonly journalRows: number;
  /** Since the beginning. */
  readonly drifts: number;
  readonly calls: number;
  readonly writes: number;
  /** Groups that are not as their policies want them just now. */
  readonly unsettled: number;
}

export const MIN_HOURS = 8;
/** Of the time; what grows until then only fills its bounds. The rest is compared by thirds. */
const WARM_UP = 1 / 4;
/** Most that the mean of the last third may be, as a multiple of the mean of the first. */
const MOST_GROWTH = { heapBytes: 1.15, journalBytes: 1.1, journalRows: 1.1 } as const;
/** Stands for the 400 days that ship, so that the journal fills within the warm-up. */
const RETENTION_SHARE = 1 / 8;

const START_MS = Date.UTC(2026, 4, 1, 10, 0, 20);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Each minute one group in so many is changed by hand. */
const GROUPS_PER_DRIFT = 20;
/** After the last change. A group that flaps is left alone for an hour at most. */
const LAST_REPAIRS_MS = 2 * HOUR_MS;

export interface SoakReport {
  readonly samples: readonly Sample[];
  /** What is wrong, in words; empty if the process kept up and stayed small. */
  readonly problems: readonly string[];
}

/** The log that ships, of all events, written nowhere. */
const log = (): Telemetry =>
  createTelemetry({
    level: 'debug',
    format: 'json',
    sink: { write: () => undefined },
    redact: (text) => text,
    colors: false,
  });

/** Tells of each hour when it is over. */
export function soak(options: SoakOptions, onSample: (sample: Sample) => void): Promise<SoakReport> {
  return new Soak(options, onSample).run();
}

class Soak {
  readonly #options: SoakOptions;
  readonly #onSample: (sample: Sample) => void;
  readonly #time = new VirtualTime(START_MS);
  readonly #knobs: Knobs;
  readonly #cloud: Cloud;
  readonly #network: Network;
  readonly #tree: PolicyTree;
  readonly #people: People;
  readonly #journals: JournalHost;
  readonly #counts = { drifts: 0, calls: 0, writes: 0 };
  readonly #problems: string[] = [];
  readonly #samples: Sample[] = [];
  readonly #metrics = new Metrics().withProcess();
  readonly #collectGarbage = garbageCollector();

  constructor(options: SoakOptions, onSample: (sample: Sample) => void) {
    this.#options = options;
    this.#onSample = onSample;
    this.#knobs = soakEstate(options);
    const silent = () => undefined;
    const time = this.#time;
    this.#cloud = new Cloud(this.#knobs, time, silent);
    const shared = { knobs: this.#knobs, time, cloud: this.#cloud };
    this.#network = new Network({ ...shared, random: new Random(options.seed * 5 + 1), note: silent });
    this.#network.setFaults(this.#knobs.trouble.networkFaults);
    this.#tree = new PolicyTree(
      new Map([...this.#knobs.policies].map(([file, groups]) => [file, { kind: 'good', groups }])),
    );
    const random = new Random(options.seed * 5 + 2);
    this.#people = new People({ ...shared, tree: this.#tree, random, note: silent, notifySoon: silent });
    this.#journals = sqliteHost(
      { clock: { nowMs: () => time.wallMs }, randomByte: () => randomBytes(1).readUInt8() },
      { maxAgeMs: options.hours * HOUR_MS * RETENTION_SHARE, maxBytes: 512 * 1024 * 1024 },
    );
  }

  async run(): Promise<SoakReport> {
    try {
      await this.#time.installed(() => this.#live());
    } finally {
      this.#journals.dispose();
    }
    return { samples: this.#samples, problems: [...this.#problems, ...growth(this.#samples)] };
  }

  async #live(): Promise<void> {
    const life = this.#startLife();
    this.#driftEachMinute();
    for (let hour = 1; hour <= this.#options.hours && this.#problems.length === 0; hour += 1) {
      await this.#runUntil(hour * HOUR_MS);
      this.#takeSample(hour, life);
    }
    await this.#runUntil(this.#time.nowMs + LAST_REPAIRS_MS);
    for (const [group, texts] of this.#unsettled(life)) this.#problems.push(`${group}: ${texts.join('; ')}`);
    life.abandon();
    await this.#time.step(this.#time.nowMs);
  }

  async #runUntil(untilMs: number): Promise<void> {
    while (this.#problems.length === 0 && (await this.#time.step(untilMs)));
  }

  #driftEachMinute(): void {
    this.#time.in(MINUTE_MS, () => {
      if (this.#time.nowMs > this.#options.hours * HOUR_MS) return;
      const count = Math.ceil(this.#options.groups / GROUPS_PER_DRIFT);
      for (let drift = 0; drift < count; drift += 1) this.#people.editCloud();
      this.#counts.drifts += count;
      this.#driftEachMinute();
    });
  }

  #startLife(): Life {
    const fail: Fail = (invariant, message) => void this.#problems.push(`${invariant}: ${message}`);
    return new Life(1, {
      time: this.#time,
      network: this.#network,
      tree: this.#tree,
      parser: thisThread,
      machine: this.#time.home,
      open: () => ({ journal: this.#journals.open(), leases: soleLeases({ owner: 'sole', epoch: 1 }) }),
      crashed: () => this.#journals.crash(),
      hearsAfterMs: () => 0,
      shares: new MemoryShares(() => this.#time.nowMs),
      config: configOf(this.#knobs.config, 'auto'),
      check: this.#watchedBy([
        new PaceCheck((operation) => PLAIN_CONFIG.rates[operation] ?? PLAIN_CONFIG.rates.default ?? 0, fail),
        new OwnershipCheck(() => false, fail),
      ]),
      fail,
      note: () => undefined,
      telemetry: fanOut([log(), this.#metrics.telemetry]),
      stateOf: (group) => this.#cloud.group(group),
      pageSize: Infinity,
      random: new Random(this.#options.seed * 5 + 3),
      diesHere: () => false,
      ended: () => fail('no bugs', 'the process has ended'),
      breakEngine: (engine) => engine,
      breakMetrics: (metrics) => metrics,
    });
  }

  /** Of the checks, those that keep no books that would grow themselves. */
  #watchedBy(checks: readonly Check[]): Required<Check> {
    const told = toldToAll(checks);
    return {
      ...told,
      sent: (call) => {
        this.#counts.calls += 1;
        if (isWrite(call.operation)) this.#counts.writes += 1;
        told.sent(call);
      },
    };
  }

  #takeSample(hour: number, life: Life): void {
    this.#collectGarbage();
    const { heapUsed, rss } = process.memoryUsage();
    const { bytes, rows } = this.#journals.size();
    const sample: Sample = {
      hour,
      heapBytes: heapUsed,
      residentBytes: rss,
      journalBytes: bytes,
      journalRows: rows,
      ...this.#counts,
      unsettled: this.#unsettled(life).size,
    };
    this.#samples.push(sample);
    this.#onSample(sample);
  }

  #unsettled(life: Life): Map<string, string[]> {
    return unsettledGroups({
      knobs: this.#knobs,
      version: this.#tree.current,
      nowMs: this.#time.wallMs,
      stateOf: (group) => this.#cloud.group(group),
      statuses: new Map(life.status().map((status) => [status.id, status])),
    });
  }
}

/** What of the last third is too large beside the first, in words. */
export function growth(samples: readonly Sample[]): string[] {
  const warm = samples.slice(Math.ceil(samples.length * WARM_UP));
  const third = Math.floor(warm.length / 3);
  const mean = (part: readonly Sample[], of: keyof Sample): number =>
    part.reduce((sum, sample) => sum + sample[of], 0) / part.length;
  return Object.entries(MOST_GROWTH).flatMap(([name, most]) => {
    const of = name as keyof typeof MOST_GROWTH;
    const first = mean(warm.slice(0, third), of);
    const last = mean(warm.slice(-third), of);
    return last <= first * most
      ? []
      : [`${name} grew from ${Math.round(first)} to ${Math.round(last)}, more than ${most} times`];
  });
}

/** Node's own, without asking the user for a flag. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
