// One simulation from one seed: an estate, a daemon that keeps it, and everything that goes wrong. First the safety
// phase under faults, with the checks watching every effect; then the faults stop, and the daemon must bring every
// group to its policy within a bounded time, leave nothing open, and find nothing to do when it looks again.
import type { Config } from '../../daemon/config/config.ts';
import type { JournalPorts } from '../../daemon/journal/journal.ts';
import type { Engine } from '../../daemon/reconcile/engine.ts';
import { MemoryShares } from '../../daemon/shares/memory-shares.ts';
import { Random } from '../support/random.ts';
import { otherChecks, toldToAll } from './checks/all.ts';
import { PacketCheck } from './checks/packets.ts';
import { PlanWatch } from './checks/plan-watch.ts';
import { Cloud } from './cloud.ts';
import { configOf } from './config.ts';
import { isWrite, type Check, type Fail } from './facts.ts';
import { memoryHost, sqliteHost, type JournalHost } from './journals.ts';
import { whereGroupsAreMany } from './draw/large-estate.ts';
import { drawKnobs, type Knobs } from './knobs.ts';
import { Life } from './life.ts';
import { Network } from './network.ts';
import { People } from './people.ts';
import { PolicyTree } from './policies.ts';
import { Rest } from './rest.ts';
import { Trace } from './trace.ts';
import { Troubles } from './troubles.ts';
import { START_MS, VirtualTime } from './virtual-time.ts';

export interface Violation {
  readonly invariant: string;
  readonly message: string;
}

export interface Report {
  readonly seed: number;
  readonly knobs: Knobs;
  readonly violation: Violation | null;
  /** Equal for equal stories. */
  readonly digest: string;
  readonly trace: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** A build with a defect on purpose, to see that the checks catch it. */
export interface Breakage {
  readonly journals?: (ports: JournalPorts) => JournalHost;
  readonly engine?: (engine: Engine) => Engine;
}

export interface SimulationOptions {
  /** The journal on the real SQLite, instead of in memory. */
  readonly sqlite?: boolean;
  /** With limits to what a plan may take away or open, and people who approve. */
  readonly brake?: boolean;
  /** With hundreds of groups, some of which hang, instead of the few that were drawn. */
  readonly estate?: boolean;
  readonly breakage?: Breakage;
  /** Another world than the one that was drawn. */
  readonly world?: (drawn: Knobs) => Knobs;
}

/** Events after which something waits for long: a refused rule, a group without room, one that flaps. */
const SETS_ASIDE = /^(step\.quarantined|group\.flapping|call\.failed .*AuthorizationLimitExceed)/;
export function simulate(seed: number, options: SimulationOptions = {}): Promise<Report> {
  return new Simulation(seed, options).run();
}

class Simulation {
  readonly #knobs: Knobs;
  readonly #time = new VirtualTime(START_MS);
  readonly #trace = new Trace(() => this.#time.nowMs);
  readonly #config: Config;
  readonly #journals: JournalHost;
  readonly #shares = new MemoryShares(() => this.#time.nowMs);
  readonly #cloud: Cloud;
  readonly #network: Network;
  readonly #tree: PolicyTree;
  readonly #troubles: Troubles;
  readonly #packets: PacketCheck;
  readonly #checks: readonly Check[];
  /** Tells all of them. */
  readonly #told: Required<Check>;
  readonly #breakage: Breakage;
  #life: Life | null = null;
  #violation: Violation | null = null;
  readonly #counts = { lives: 0, calls: 0, writes: 0, effects: 0, setAside: 0, livenessMs: 0 };
  readonly #writesOf = new Map<string, number>();

  constructor(seed: number, options: SimulationOptions) {
    const { sqlite = false, brake = false, estate = false, breakage = {} } = options;
    const { world = estate ? whereGroupsAreMany : (knobs: Knobs) => knobs } = options;
    const stream = (number: number) => new Random(seed * 16 + number);
    this.#knobs = world(drawKnobs(seed, { sqlite, brake }));
    const isLegacy = this.#knobs.groups.some(({ kind }) => kind.legacy);
    this.#config = configOf(this.#knobs.config, isLegacy ? 'legacy2019' : 'auto');
    this.#breakage = breakage;
    const tokens = stream(1);
    this.#journals = (
      breakage.journals ?? ((ports: JournalPorts) => (sqlite ? sqliteHost(ports) : memoryHost(ports)))
    )({
      clock: { nowMs: () => this.#time.wallMs },
      randomByte: () => tokens.below(256),
    });
    const time = this.#time;
    this.#cloud = new Cloud(this.#knobs, time, (landing) => {
      if (landing.call !== null && landing.before !== landing.after) this.#counts.effects += 1;
      this.#told.landed(landing);
    });
    const shared = { knobs: this.#knobs, time, cloud: this.#cloud, note: this.#note, fail: this.#fail };
    this.#network = new Network({
      ...shared,
      random: stream(2),
      note: (text) => this.#note('network', text),
    });
    this.#tree = new PolicyTree(
      new Map([...this.#knobs.policies].map(([file, groups]) => [file, { kind: 'good', groups }])),
    );
    const random = stream(3);
    const notifySoon = () => time.in(50 + random.below(1500), () => this.#tree.notify());
    const edited = (group: string) => this.#told.edited(group, time.nowMs);
    const named = (group: string) => this.#told.named(group, time.nowMs);
    const people = new People({ ...shared, tree: this.#tree, random, notifySoon, edited, named });
    this.#troubles = new Troubles(
      {
        ...shared,
        network: this.#network,
        people,
        journals: this.#journals,
        random,
        life: () => this.#life,
        approve: this.#approve,
        unreadable: (untilMs) => this.#told.unreadable(untilMs),
      },
      stream(4),
    );
    const plans = new PlanWatch(this.#knobs.quirks.describeLagMs);
    this.#packets = new PacketCheck(plans, { ...this.#knobs.config, random: stream(5) }, this.#fail);
    this.#checks = [
      plans,
      this.#packets,
      ...otherChecks(plans, {
        knobs: this.#knobs,
        journals: this.#journals,
        wallMs: () => this.#time.wallMs,
        hasLessRoom: () => this.#troubles.quotaIsCut,
        isNamed: (group) => this.#tree.names(group),
        hungLately: estate ? (group) => this.#network.hangs(group) : null,
        hasSetAside: () => this.#counts.setAside > 0,
        fail: this.#fail,
      }),
    ];
    this.#told = toldToAll(() => this.#checks);
  }

  readonly #note = (who: string, what: string): void => {
    if (SETS_ASIDE.test(what)) this.#counts.setAside += 1;
    this.#trace.note(who, what);
  };

  readonly #approve = (): void => {
    this.#journals.approveWaiting(this.#time.wallMs, ({ group, planHash }) => {
      const id = group?.id ?? '';
      this.#note('people', `approve plan ${planHash.slice(0, 8)} of ${id}`);
      this.#told.approved(id, this.#time.nowMs);
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
      await this.#time.installed(async () => {
        this.#time.in(0, () => this.#startLife());
        this.#troubles.begin();
        await this.#runUntil(this.#knobs.trouble.forMs);
        this.#troubles.end();
        this.#note('world', 'is well from now on');
        this.#time.in(2000, () => this.#tree.notify());
        const rest = this.#rest();
        await rest.reach();
        await rest.lookOnceMore();
        this.#counts.livenessMs = rest.tookMs;
        await this.#endLife();
      });
    } finally {
      this.#journals.dispose();
    }
    return {
      seed: this.#knobs.seed,
      knobs: this.#knobs,
      violation: this.#violation,
      digest: this.#trace.digest(),
      trace: this.#trace.lines,
      counts: { ...this.#counts, ...this.#packets.counts, virtualMs: this.#time.nowMs },
    };
  }

  /** Until that time or a violation. */
  async #runUntil(untilMs: number): Promise<void> {
    while (this.#violation === null && (await this.#time.step(untilMs)));
  }

  #startLife(): void {
    if (this.#life?.isAlive === true) return;
    this.#counts.lives += 1;
    this.#life = new Life(this.#counts.lives, {
      time: this.#time,
      network: this.#network,
      tree: this.#tree,
      journals: this.#journals,
      shares: this.#shares,
      config: this.#config,
      check: {
        ...this.#told,
        sent: (call) => {
          this.#counts.calls += 1;
          if (isWrite(call.operation)) {
            this.#counts.writes += 1;
            this.#writesOf.set(call.group, (this.#writesOf.get(call.group) ?? 0) + 1);
          }
          this.#told.sent(call);
        },
      },
      fail: this.#fail,
      note: this.#note,
      stateOf: (group) => this.#cloud.group(group),
      pageSize: this.#knobs.pageSize,
      random: new Random(this.#knobs.seed * 1009 + this.#counts.lives),
      diesHere: () => this.#troubles.diesHere(),
      ended: () => this.#time.in(this.#troubles.downtimeMs(), () => this.#startLife()),
      breakEngine: this.#breakage.engine ?? ((engine) => engine),
    });
    // Whoever ended the troubles found no process to tell.
    if (!this.#troubles.goesOn) this.#journals.resumeAll();
  }

  #rest(): Rest {
    return new Rest({
      knobs: this.#knobs,
      time: this.#time,
      cloud: this.#cloud,
      tree: this.#tree,
      journals: this.#journals,
      life: () => this.#life,
      writesOf: this.#writesOf,
      approve: this.#approve,
      hasSetAside: () => this.#counts.setAside > 0,
      runUntil: (untilMs) => this.#runUntil(untilMs),
      isOver: () => this.#violation !== null,
      fail: this.#fail,
      note: this.#note,
    });
  }

  /** While time is still ours, or what the process does next would wait for the machine's own clock. */
  async #endLife(): Promise<void> {
    this.#life?.abandon();
    await this.#time.step(this.#time.nowMs);
  }
}
