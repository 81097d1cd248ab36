// One simulation from one seed: an estate, a daemon that keeps it, and everything that goes wrong. First the safety
// phase under faults, with the checks watching every effect; then the faults stop, and the daemon must bring every
// group to its policy within a bounded time.
import { parseConfig } from '../../daemon/config/load.ts';
import type { Config } from '../../daemon/config/config.ts';
import type { Engine } from '../../daemon/service/engine.ts';
import { ruleIdentity } from '../../reconciler/model/rule.ts';
import { Random } from '../support/random.ts';
import { MakeWayCheck } from './checks/make-way.ts';
import { OwnershipCheck } from './checks/ownership.ts';
import { PaceCheck } from './checks/pace.ts';
import { PacketCheck } from './checks/packets.ts';
import { PlanWatch, rulesOf, wantedRules, without } from './checks/plan-watch.ts';
import { QuotaCheck } from './checks/quota.ts';
import { TokenCheck } from './checks/tokens.ts';
import { Cloud } from './cloud.ts';
import { isWrite, type Check, type Fail } from './facts.ts';
import { memoryHost, sqliteHost, type JournalHost } from './journals.ts';
import type { JournalPorts } from '../../daemon/journal/memory.ts';
import { drawKnobs, type Knobs } from './knobs.ts';
import { Life } from './life.ts';
import { bringsRules, Network } from './network.ts';
import { People } from './people.ts';
import { PolicyTree, type SimPolicy } from './policies.ts';
import { peerText } from './rules.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

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
  readonly sqlite?: boolean;
  readonly breakage?: Breakage;
}

const START_MS = Date.UTC(2026, 4, 1, 10, 0, 20);
/** After the faults: whatever is set aside or flaps has waited its longest by then. */
const LIVENESS_MS = 7.5 * 3_600_000;
/** As above for a simulation in which nothing was set aside and nothing flapped. */
const QUICK_LIVENESS_MS = 20 * 60_000;
const STOP_GRACE_MS = 21_000;
const MAX_CRASHES = 12;

export function simulate(seed: number, options: SimulationOptions = {}): Promise<Report> {
  return new Simulation(seed, options).run();
}

class Simulation {
  readonly #knobs: Knobs;
  readonly #time = new VirtualTime(START_MS);
  readonly #trace = new Trace(() => this.#time.nowMs);
  readonly #random: Random;
  readonly #crashRandom: Random;
  readonly #config: Config;
  readonly #journals: JournalHost;
  readonly #cloud: Cloud;
  readonly #network: Network;
  readonly #tree: PolicyTree;
  readonly #people: People;
  readonly #packets: PacketCheck;
  readonly #checks: readonly Check[];
  readonly #breakage: Breakage;
  readonly #journalRandom: Random;
  #life: Life | null = null;
  #lives = 0;
  #crashes = 0;
  #writes = 0;
  #calls = 0;
  #effects = 0;
  #setAside = 0;
  #quotaCut = false;
  #isTroubled = true;
  #violation: Violation | null = null;

  constructor(seed: number, { sqlite = false, breakage = {} }: SimulationOptions) {
    const knobs = drawKnobs(seed, { sqlite });
    this.#knobs = knobs;
    this.#breakage = breakage;
    this.#random = new Random(seed * 7 + 3);
    this.#crashRandom = new Random(seed * 7 + 4);
    this.#journalRandom = new Random(seed * 7 + 5);
    const note = (who: string, what: string) => this.#trace.note(who, what);
    this.#config = configOf(knobs);
    const ports: JournalPorts = {
      clock: { nowMs: () => this.#time.wallMs },
      randomByte: () => this.#journalRandom.below(256),
    };
    const host = breakage.journals ?? (sqlite ? sqliteHost : memoryHost);
    this.#journals = host(ports);
    this.#cloud = new Cloud(knobs, this.#time, (landing) => {
      if (landing.call !== null && landing.before !== landing.after) this.#effects += 1;
      this.#each((check) => check.landed?.(landing));
    });
    this.#network = new Network({
      time: this.#time,
      cloud: this.#cloud,
      random: new Random(seed * 7 + 6),
      note: (text) => note('network', text),
    });
    this.#tree = new PolicyTree(
      new Map([...knobs.policies].map(([file, groups]) => [file, { kind: 'good', groups }])),
    );
    this.#people = new People({
      knobs,
      tree: this.#tree,
      cloud: this.#cloud,
      random: this.#random,
      note,
      notifySoon: () => this.#time.in(50 + this.#random.below(1500), () => this.#tree.notify()),
    });
    const plans = new PlanWatch();
    this.#packets = new PacketCheck(plans, { ...knobs.config, random: new Random(seed * 7) }, this.#fail);
    this.#checks = this.#makeChecks(plans);
  }

  #makeChecks(plans: PlanWatch): readonly Check[] {
    const { knobs, fail } = { knobs: this.#knobs, fail: this.#fail };
    const { rates } = knobs.config;
    return [
      // First, for the others ask it.
      plans,
      this.#packets,
      new MakeWayCheck(plans, fail),
      new QuotaCheck(plans, () => this.#quotaCut, fail),
      new PaceCheck((operation) => rates[operation] ?? rates.default ?? 0, fail),
      new OwnershipCheck((id) => knobs.groups.some(({ kind, managed }) => kind.id === id && managed), fail),
      new TokenCheck(
        {
          durableIntent: (token) =>
            this.#journals.openIntents().find(({ clientToken }) => clientToken === token),
          tokenWindowSeconds: knobs.quirks.tokenWindowSeconds,
        },
        fail,
      ),
    ];
  }

  readonly #fail: Fail = (invariant, message) => {
    this.#violation ??= { invariant, message };
    this.#trace.note('VIOLATED', `${invariant}: ${message}`);
  };

  #each(tell: (check: Check) => void): void {
    for (const check of this.#checks) tell(check);
  }

  async run(): Promise<Report> {
    this.#trace.note('seed', `${this.#knobs.seed}`);
    try {
      await this.#time.installed(async () => {
        this.#startLife();
        this.#scheduleTroubles();
        await this.#runUntil(this.#knobs.trouble.forMs, () => false);
        if (this.#violation === null) await this.#live();
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
      counts: {
        lives: this.#lives,
        calls: this.#calls,
        writes: this.#writes,
        effects: this.#effects,
        ...this.#packets.counts,
        virtualMs: this.#time.nowMs,
      },
    };
  }

  /** Until that time, a violation, or the condition. */
  async #runUntil(untilMs: number, isDone: () => boolean): Promise<boolean> {
    while (this.#violation === null && !isDone()) {
      if (!(await this.#time.step(untilMs))) return isDone();
    }
    return isDone();
  }

  #startLife(): void {
    if (this.#life?.isAlive === true) return;
    this.#lives += 1;
    this.#life = new Life(this.#lives, {
      time: this.#time,
      network: this.#network,
      tree: this.#tree,
      journals: this.#journals,
      config: this.#config,
      check: {
        started: (life) => this.#each((check) => check.started?.(life)),
        planned: (plan) => this.#each((check) => check.planned?.(plan)),
        read: (reading) => this.#each((check) => check.read?.(reading)),
        landed: (landing) => this.#each((check) => check.landed?.(landing)),
        sent: (call) => {
          this.#calls += 1;
          if (isWrite(call.operation)) this.#writes += 1;
          this.#each((check) => check.sent?.(call));
        },
      },
      fail: this.#fail,
      note: (who, what) => {
        if (/^(step\.quarantined|group\.flapping)/.test(what)) this.#setAside += 1;
        this.#trace.note(who, what);
      },
      stateOf: (group) => this.#cloud.group(group),
      random: new Random(this.#knobs.seed * 1009 + this.#lives),
      diesHere: () => this.#diesHere(),
      ended: () => this.#time.in(this.#downtimeMs(), () => this.#startLife()),
      breakEngine: this.#breakage.engine ?? ((engine) => engine),
    });
  }

  #downtimeMs(): number {
    return this.#isTroubled && this.#random.chance(0.3)
      ? this.#random.below(180_000)
      : this.#random.below(3000);
  }

  #diesHere(): boolean {
    const dies =
      this.#isTroubled &&
      this.#crashes < MAX_CRASHES &&
      this.#crashRandom.chance(this.#knobs.trouble.crashChance);
    if (dies) this.#crashes += 1;
    return dies;
  }

  #scheduleTroubles(): void {
    const { trouble } = this.#knobs;
    this.#network.setFaults(trouble.networkFaults);
    if (trouble.networkFaults > 0) {
      this.#cloud.setFaults([
        { action: '*', kind: 'slow', probability: trouble.networkFaults / 5, delayMs: 8000 },
        { action: '*', kind: 'error', probability: trouble.networkFaults / 8 },
      ]);
    }
    this.#every(trouble.policyEditsMs, () => this.#people.editPolicy());
    this.#every(trouble.handEditsMs, () => this.#people.editCloud());
    this.#every(trouble.brokenFilesMs, () => {
      this.#people.breakFile();
      this.#time.in(this.#random.below(60_000), () => this.#people.mendFiles());
    });
    this.#every(trouble.stormsMs, () => this.#storm());
    this.#every(trouble.denialsMs, () => this.#refuseFor(90_000, 'Forbidden.RAM', 403, () => true));
    this.#every(trouble.rejectionsMs, () => this.#reject());
    this.#every(trouble.quotaCutsMs, () => this.#cutQuota());
    this.#every(trouble.crashesMs, () => this.#life?.kill('at any moment'));
    this.#every(trouble.stopsMs, () => this.#stopLife());
    this.#every(trouble.freezesMs, () => this.#life?.freeze(1000 + this.#random.below(60_000)));
    this.#every(trouble.clockJumpsMs, () => this.#jumpClock());
  }

  /** Again and again at random intervals around the mean, while there is trouble. */
  #every(meanMs: number, happen: () => void): void {
    if (meanMs === Infinity) return;
    const waitMs = Math.round(meanMs * (0.3 + 1.4 * this.#random.fraction()));
    this.#time.in(waitMs, () => {
      if (!this.#isTroubled) return;
      happen();
      this.#every(meanMs, happen);
    });
  }

  #refuseFor(
    maxMs: number,
    code: string,
    status: number,
    hits: Parameters<Network['refuse']>[0]['hits'],
  ): void {
    const forMs = 1000 + this.#random.below(maxMs);
    this.#trace.note('vendor', `refuses calls with ${code} for ${forMs} ms`);
    this.#network.refuse({ code, status, hits, untilMs: this.#time.nowMs + forMs });
  }

  #storm(): void {
    const only = this.#random.chance(0.5)
      ? this.#random.pick(['Authorize', 'Modify', 'Revoke', 'Describe'])
      : '';
    this.#refuseFor(150_000, 'Throttling.User', 400, ({ operation }) => operation.startsWith(only));
  }

  /** Rules that the vendor will not take, or a group whose rules it will not let go. */
  #reject(): void {
    const rules = this.#knobs.groups.flatMap((group) => group.rules);
    const { kind } = this.#random.pick(this.#knobs.groups);
    if (rules.length === 0 || this.#random.chance(0.3)) {
      this.#refuseFor(180_000, 'OperationDenied', 403, ({ operation, group }) => {
        return operation.startsWith('Revoke') && group === kind.id;
      });
      return;
    }
    const poison = peerText(this.#random.pick(rules).peer);
    this.#refuseFor(180_000, 'InvalidParam.SourceCidrIp', 400, (call) => {
      return bringsRules(call) && Object.values(call.params).includes(poison);
    });
  }

  #cutQuota(): void {
    if (this.#quotaCut) return;
    this.#quotaCut = true;
    const ruleQuota = this.#random.below(this.#knobs.maxRules + 1);
    this.#trace.note('vendor', `has room for ${ruleQuota} rules only`);
    this.#cloud.setQuirks({ ruleQuota });
    this.#time.in(1000 + this.#random.below(120_000), () => this.#restoreQuota());
  }

  #restoreQuota(): void {
    this.#quotaCut = false;
    this.#cloud.setQuirks({ ruleQuota: this.#knobs.quirks.ruleQuota });
  }

  #stopLife(): void {
    const life = this.#life;
    if (life?.isAlive !== true) return;
    life.stop();
    this.#time.in(STOP_GRACE_MS, () => {
      if (life.isAlive) this.#fail('shutdown', `process ${life.number} still runs after its grace period`);
    });
  }

  #jumpClock(): void {
    const errorMs = Math.round(
      (this.#random.fraction() - 0.5) * this.#random.pick([4000, 600_000, 7_200_000]),
    );
    this.#trace.note('machine', `its clock is off by ${errorMs} ms`);
    this.#time.setWallError(errorMs);
    this.#time.in(this.#random.below(120_000), () => this.#time.setWallError(0));
  }

  /** The faults stop. */
  async #live(): Promise<void> {
    const time = this.#time;
    this.#isTroubled = false;
    this.#trace.note('world', 'is well from now on');
    this.#network.heal();
    this.#cloud.setFaults([]);
    this.#restoreQuota();
    time.setWallError(0);
    this.#people.mendFiles();
    this.#time.in(2000, () => this.#tree.notify());
    const fromMs = time.nowMs;
    const untilMs = fromMs + LIVENESS_MS;
    // It may look settled for a moment while a call is still on its way: then it goes on.
    while (this.#violation === null) {
      await this.#runUntil(untilMs, () => this.#unsettled().length === 0);
      const writes = this.#writes;
      await this.#runUntil(time.nowMs + this.#quietMs(), () => false);
      if (this.#unsettled().length === 0 && this.#writes === writes) break;
      if (time.nowMs >= untilMs) {
        this.#fail('liveness', `after ${LIVENESS_MS / 60_000} minutes: ${this.#unsettled().join('; ')}`);
      }
    }
    const tookMs = time.nowMs - fromMs;
    this.#trace.note('world', `is settled after ${tookMs} ms`);
    if (this.#setAside === 0 && tookMs > QUICK_LIVENESS_MS + this.#quietMs()) {
      this.#fail('liveness', `it took ${tookMs} ms, and nothing was set aside or flapped`);
    }
    await this.#lastLook();
  }

  #quietMs(): number {
    return this.#knobs.config.resyncSeconds * 1000 + 70_000;
  }

  /** One more look at everything finds nothing to do. */
  async #lastLook(): Promise<void> {
    const writes = this.#writes;
    this.#life?.reload();
    await this.#runUntil(this.#time.nowMs + this.#quietMs(), () => false);
    if (this.#writes > writes)
      this.#fail('last plan', `${this.#writes - writes} calls after all was settled`);
    const unsettled = this.#unsettled();
    if (unsettled.length > 0) this.#fail('last plan', unsettled.join('; '));
  }

  /** What is not yet as it has to be in the end. */
  #unsettled(): string[] {
    if (this.#life?.isAlive !== true) return ['no process runs'];
    const policies = [...this.#tree.current.files.values()].flatMap((file) =>
      file.kind === 'good' ? file.groups : [],
    );
    const statuses = new Map(this.#life.status().map((status) => [status.id, status]));
    const open = this.#journals.openIntents().map(({ clientToken }) => `intent ${clientToken} is open`);
    return [
      ...open,
      ...policies.flatMap((policy) => {
        const status = statuses.get(policy.group.id);
        if (status?.outcome === 'blocked' && this.#mayStayBlocked(policy, status.reason)) return [];
        return this.#differences(policy);
      }),
    ];
  }

  #mayStayBlocked(policy: SimPolicy, reason: string): boolean {
    const group = this.#knobs.groups.find(({ kind }) => kind.id === policy.group.id);
    if (group?.managed === true) return true;
    return this.#knobs.quirks.ruleQuota < 1000 && /no room|its quota/.test(reason);
  }

  #differences(policy: SimPolicy): string[] {
    if (policy.mode === 'observe') return [];
    const is = rulesOf(this.#cloud.group(policy.group.id));
    const wanted = wantedRules(policy, is);
    const texts = wanted.filter(({ description }) => description !== null);
    const missing = without(wanted, is).map((rule) => `${policy.group.id} lacks ${ruleIdentity(rule)}`);
    const surplus = without(is, wanted).map((rule) => `${policy.group.id} has ${ruleIdentity(rule)}`);
    const wrong = texts
      .filter((rule) => {
        const twins = is.filter((each) => ruleIdentity(each) === ruleIdentity(rule));
        return twins.length > 0 && !twins.some((twin) => twin.description === rule.description);
      })
      .map((rule) => `${policy.group.id} describes ${ruleIdentity(rule)} wrongly`);
    return [...missing, ...surplus, ...wrong];
  }
}

function configOf({ config, groups }: Knobs): Config {
  const { rates, ...reconcile } = config;
  const legacy = groups[0]?.kind.legacy === true;
  const text = `accounts:
  default: {credentials: {type: emulator}, endpoint: "http://127.0.0.1:1", apiLevel: ${legacy ? 'legacy2019' : 'auto'}}
reconcile: ${JSON.stringify(reconcile)}
limits: ${JSON.stringify(Object.fromEntries(Object.entries(rates).map(([name, ratePerMinute]) => [name, { ratePerMinute }])))}
http: {listen: "off"}
`;
  const parsed = parseConfig(text, '/simulation/config.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}
