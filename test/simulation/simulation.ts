// One simulation from one seed: an estate, a daemon or several replicas that keep it, and everything that goes wrong. First the safety
// phase under faults, with the checks watching every effect; then the faults stop, and the daemon must bring every
// group to its policy within a bounded time, leave nothing open, and find nothing to do when it looks again.
import type { Config } from '../../daemon/config/config.ts';
import type { JournalPorts } from '../../daemon/journal/journal.ts';
import { MemoryShares } from '../../daemon/shares/memory-shares.ts';
import type { OwnJournal } from '../../daemon/compose/open-journal.ts';
import { soleLeases } from '../../daemon/schedule/leases/shard-leases.ts';
import { Random } from '../support/random.ts';
import { judgesOf } from './checks/judges-of.ts';
import type { Judges } from './checks/judges.ts';
import { Cloud } from './cloud.ts';
import { configOf } from './config.ts';
import { isWrite, type Fail } from './facts.ts';
import { memoryHost, sqliteHost, type JournalHost } from './journals.ts';
import { Replicas } from './replicas/replicas.ts';
import { Standing } from './replicas/standing.ts';
import { drawKnobs, type Knobs } from './knobs.ts';
import type { LifeWorld } from './life/life-world.ts';
import { Life } from './life.ts';
import { Network } from './network.ts';
import { worldFor, type Breakage, type SimulationOptions } from './options.ts';
import { parsedOnce } from './parsed-once.ts';
import { People } from './people.ts';
import { PolicyTree } from './policies.ts';
import type { Report, Violation } from './report.ts';
import { Rest } from './rest.ts';
import { Trace } from './trace.ts';
import { Troubles } from './troubles.ts';
import { START_MS, VirtualTime } from './virtual-time.ts';

/** Events after which something waits for long: a refused rule, a group without room, one that flaps. */
const LEAVES_ALONE = /^(step\.quarantined|group\.flapping|call\.failed .*AuthorizationLimitExceed)/;
/** From a change of the policies until another replica hears of it. */
const MOST_DEAF_MS = 3000;
const MS_BETWEEN_STARTS = 700;

export function simulate(seed: number, options: SimulationOptions = {}): Promise<Report> {
  return new Simulation(seed, options).run();
}

class Simulation {
  readonly #knobs: Knobs;
  readonly #time = new VirtualTime(START_MS);
  readonly #trace = new Trace(() => this.#time.nowMs);
  readonly #config: Config;
  /** Null: there is one process. */
  readonly #replicas: Replicas | null;
  readonly #standing: Standing | null;
  readonly #journals: JournalHost;
  readonly #shares = new MemoryShares(() => this.#time.nowMs);
  readonly #cloud: Cloud;
  readonly #network: Network;
  readonly #tree: PolicyTree;
  readonly #parser = parsedOnce();
  readonly #troubles: Troubles;
  readonly #judges: Judges;
  readonly #breakage: Breakage;
  /** The last process of each replica. */
  readonly #lives: Array<Life | null>;
  #violation: Violation | null = null;
  readonly #counts = { lives: 0, calls: 0, writes: 0, effects: 0, leftAlone: 0, livenessMs: 0 };
  readonly #writesOf = new Map<string, number>();
  /** Of how late each hears of a change. */
  readonly #deafness: Random;

  constructor(seed: number, options: SimulationOptions) {
    const { sqlite = false, replicas = 1, breakage = {} } = options;
    const stream = (number: number) => new Random(seed * 16 + number);
    this.#knobs = worldFor(options)(drawKnobs(seed, { sqlite, brake: options.brake === true }));
    const isLegacy = this.#knobs.groups.some(({ kind }) => kind.legacy);
    this.#config = configOf(this.#knobs.config, isLegacy ? 'legacy2019' : 'auto');
    this.#breakage = breakage;
    const time = this.#time;
    const tokens = stream(1);
    const ports: JournalPorts = { clock: { nowMs: () => time.wallMs }, randomByte: () => tokens.below(256) };
    const reports = { fail: this.#fail, note: this.#note };
    const editPolicy = () => people.editPolicy();
    const { strikeChance } = options;
    const { randomByte } = ports;
    const ofReplicas = { randomByte, editPolicy, strikeChance, seed, count: replicas, time, ...reports };
    this.#replicas = replicas === 1 ? null : new Replicas(ofReplicas);
    this.#lives = Array.from({ length: replicas }, () => null);
    this.#deafness = stream(9);
    this.#journals =
      this.#replicas?.shared.host ?? (breakage.journals ?? (sqlite ? sqliteHost : memoryHost))(ports);
    this.#cloud = new Cloud(this.#knobs, time, (landing) => {
      if (landing.call !== null && landing.before !== landing.after) this.#counts.effects += 1;
      this.#judges.all.landed(landing);
    });
    const shared = { ...reports, knobs: this.#knobs, time, cloud: this.#cloud };
    this.#network = new Network({
      ...shared,
      random: stream(2),
      note: (text) => this.#note('network', text),
      ofReplicas: replicas > 1,
    });
    this.#tree = new PolicyTree(
      new Map([...this.#knobs.policies].map(([file, groups]) => [file, { kind: 'good', groups }])),
    );
    const random = stream(3);
    const notifySoon = () => time.in(50 + random.below(1500), () => this.#tree.notify());
    const edited = (group: string) => this.#judges.all.edited(group, time.nowMs);
    const named = (group: string) => this.#judges.all.named(group, time.nowMs);
    const people = new People({ ...shared, tree: this.#tree, random, notifySoon, edited, named });
    this.#troubles = new Troubles(
      {
        ...shared,
        network: this.#network,
        people,
        journals: this.#journals,
        random,
        life: () => this.#anyLife(random),
        idleUntilMs: (life) => this.#idleUntilMs(life),
        machines: this.#replicas?.machines ?? [time.home],
        approve: this.#approve,
        unreadable: (untilMs) => this.#judges.all.unreadable(untilMs),
      },
      stream(4),
    );
    const world = {
      network: this.#network,
      troubles: this.#troubles,
      tree: this.#tree,
      journals: this.#journals,
    };
    this.#judges = judgesOf({
      ...{ ...world, knobs: this.#knobs, time, replicas: this.#replicas, random: () => stream(5) },
      judgesNews: options.estate === true,
      lives: () => this.#lives,
      hasLeftAlone: () => this.#counts.leftAlone > 0,
      fail: this.#fail,
    });
    this.#standing = this.#standingOf(this.#replicas);
  }

  #standingOf(replicas: Replicas | null): Standing | null {
    if (replicas === null) return null;
    const { knobs, database, shared } = replicas;
    return new Standing({
      ...{ knobs, database, shared, time: this.#time, fail: this.#fail },
      lives: () => this.#lives,
      isAnyNamed: () => this.#knobs.groups.some(({ kind }) => this.#tree.names(kind.id)),
      unreadable: (untilMs) => this.#judges.all.unreadable(untilMs),
    });
  }

  /** When it could last not do what it had to. */
  #idleUntilMs({ process }: Life): number {
    const troubledUntilMs = this.#replicas?.database.troubledUntilMs(process.machine) ?? -Infinity;
    return Math.max(process.frozenUntilMs, troubledUntilMs);
  }

  /** Of several any one. */
  #anyLife(random: Random): Life | null {
    return (this.#lives.length === 1 ? this.#lives[0] : random.pick(this.#lives)) ?? null;
  }

  readonly #note = (who: string, what: string): void => {
    if (LEAVES_ALONE.test(what)) this.#counts.leftAlone += 1;
    this.#trace.note(who, what);
  };

  readonly #approve = (): void => {
    this.#journals.approveWaiting(this.#time.wallMs, ({ group, planHash }) => {
      const id = group?.id ?? '';
      this.#note('people', `approve plan ${planHash.slice(0, 8)} of ${id}`);
      this.#judges.all.approved(id, this.#time.nowMs);
    });
  };

  readonly #fail: Fail = (invariant, message) => {
    if (this.#violation !== null) return;
    this.#violation = { invariant, message };
    this.#trace.note('VIOLATED', `${invariant}: ${message}`);
  };

  async run(): Promise<Report> {
    this.#note('seed', `${this.#knobs.seed}`);
    try {
      await this.#time.installed(() => this.#live());
    } finally {
      this.#journals.dispose();
    }
    return {
      seed: this.#knobs.seed,
      knobs: this.#knobs,
      violation: this.#violation,
      digest: this.#trace.digest(),
      trace: this.#trace.lines,
      counts: {
        ...{ ...this.#counts, ...this.#judges.counts, virtualMs: this.#time.nowMs },
        ...(this.#standing === null ? {} : { failovers: this.#standing.failovers }),
      },
    };
  }

  async #live(): Promise<void> {
    for (const place of this.#lives.keys())
      this.#time.in(place * MS_BETWEEN_STARTS, () => this.#startLife(place));
    this.#troubles.begin();
    this.#replicas?.begin();
    this.#standing?.begin();
    await this.#runUntil(this.#knobs.trouble.forMs);
    this.#troubles.end();
    this.#replicas?.end();
    this.#note('world', 'is well from now on');
    this.#time.in(2000, () => this.#tree.notify());
    const rest = this.#rest();
    await rest.reach();
    await rest.lookOnceMore();
    this.#counts.livenessMs = rest.tookMs;
    await this.#endLives();
  }

  /** Until that time or a violation. */
  async #runUntil(untilMs: number): Promise<void> {
    while (this.#violation === null && (await this.#time.step(untilMs)));
  }

  #startLife(place: number): void {
    if (this.#lives[place]?.isAlive === true) return;
    this.#counts.lives += 1;
    const number = this.#counts.lives;
    const told = this.#judges.of(place, () =>
      this.#lives.every((life, at) => at === place || life?.isAlive !== true),
    );
    const life: Life = new Life(number, {
      time: this.#time,
      machine: this.#replicas?.machines[place] ?? this.#time.home,
      network: this.#network,
      tree: this.#tree,
      parser: this.#parser,
      shares: this.#shares,
      hearsAfterMs: () => (place === 0 ? 0 : this.#deafness.below(MOST_DEAF_MS)),
      open: (...of) => this.#open(...of),
      crashed: () => this.#journals.crash(),
      config: this.#config,
      check: {
        ...told,
        sent: (call) => {
          this.#counts.calls += 1;
          if (isWrite(call.operation)) {
            this.#counts.writes += 1;
            this.#writesOf.set(call.group, (this.#writesOf.get(call.group) ?? 0) + 1);
            this.#replicas?.strike(life);
          }
          told.sent(call);
        },
      },
      fail: this.#fail,
      note: this.#replicas === null ? this.#note : (who, what) => this.#note(`${who} ${number}`, what),
      stateOf: (group) => this.#cloud.group(group),
      pageSize: this.#knobs.pageSize,
      random: new Random(this.#knobs.seed * 1009 + number),
      diesHere: () => this.#troubles.diesHere(),
      ended: () => this.#time.in(this.#troubles.downtimeMs(), () => this.#startLife(place)),
      breakEngine: this.#breakage.engine ?? ((engine) => engine),
      breakMetrics: this.#breakage.metrics ?? ((metrics) => metrics),
    });
    this.#lives[place] = life;
    // Whoever ended the troubles found no process to tell.
    if (!this.#troubles.goesOn) this.#journals.resumeAll();
  }

  #open(...of: Parameters<LifeWorld['open']>): OwnJournal {
    if (this.#replicas === null)
      return { journal: this.#journals.open(), leases: soleLeases({ owner: 'sole', epoch: 1 }) };
    const { journal, leases } = this.#replicas.shared.open(...of);
    return { journal, leases: this.#breakage.leases?.(leases) ?? leases };
  }

  #rest(): Rest {
    return new Rest({
      knobs: this.#knobs,
      time: this.#time,
      cloud: this.#cloud,
      tree: this.#tree,
      journals: this.#journals,
      lives: () => this.#lives,
      writesOf: this.#writesOf,
      approve: this.#approve,
      hasLeftAlone: () => this.#counts.leftAlone > 0,
      runUntil: (untilMs) => this.#runUntil(untilMs),
      isOver: () => this.#violation !== null,
      fail: this.#fail,
      note: this.#note,
    });
  }

  /** While time is still ours, or what the processes do next would wait for the machine's own clock. */
  async #endLives(): Promise<void> {
    for (const life of this.#lives) life?.abandon();
    await this.#time.step(this.#time.nowMs);
  }
}
