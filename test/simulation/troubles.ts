// Everything that goes wrong in the safety phase, at random intervals drawn from the seed.
import type { Pause } from '../../daemon/journal/journal.ts';
import type { Random } from '../support/random.ts';
import type { Cloud } from './cloud.ts';
import type { Fail } from './facts.ts';
import type { JournalHost } from './journals.ts';
import type { Knobs } from './knobs.ts';
import type { Life } from './life.ts';
import { bringsRules, type Network, type Refusing } from './network.ts';
import type { People } from './people.ts';
import { REGION } from './policies.ts';
import { peerText } from './rules.ts';
import type { Machine, VirtualTime } from './virtual-time.ts';

export interface TroubleWorld {
  readonly knobs: Knobs;
  readonly time: VirtualTime;
  readonly cloud: Cloud;
  readonly network: Network;
  readonly people: People;
  readonly journals: JournalHost;
  readonly random: Random;
  /** A person approves whatever waits. */
  readonly approve: () => void;
  /** Until then calls may be refused, whichever they are. */
  readonly unreadable: (untilMs: number) => void;
  /** The process that runs, if one does; of several any one. */
  readonly life: () => Life | null;
  /** Until when the process could not do what it had to; minus infinity if it always could. */
  readonly idleUntilMs: (life: Life) => number;
  /** Those that the daemon may run on. */
  readonly machines: readonly Machine[];
  readonly fail: Fail;
  readonly note: (who: string, what: string) => void;
}

/** A daemon that was told to stop must be gone by then: its grace period and a second. */
const STOP_GRACE_MS = 21_000;
/** Crashes at boundaries of operations; those at random times come on top. */
const MAX_BOUNDARY_CRASHES = 12;
const MOST_HANGING = 40;
/** The vendor refuses calls whose time is farther from its own. */
const MOST_CLOCK_ERROR_MS = 15 * 60_000;

export class Troubles {
  readonly #world: TroubleWorld;
  /** Of its own, so that the number of boundaries does not show in anything else. */
  readonly #crashRandom: Random;
  #goesOn = true;
  #crashes = 0;
  #quotaIsCut = false;

  constructor(world: TroubleWorld, crashRandom: Random) {
    this.#world = world;
    this.#crashRandom = crashRandom;
  }

  get goesOn(): boolean {
    return this.#goesOn;
  }

  /** Whether the cloud has room for fewer rules than the daemon was told. */
  get quotaIsCut(): boolean {
    return this.#quotaIsCut;
  }

  begin(): void {
    const { network, cloud, people, random } = this.#world;
    const { trouble } = this.#world.knobs;
    network.setFaults(trouble.networkFaults);
    if (trouble.networkFaults > 0) {
      cloud.setFaults([
        { action: '*', kind: 'slow', probability: trouble.networkFaults / 5, delayMs: 8000 },
        { action: '*', kind: 'error', probability: trouble.networkFaults / 8 },
      ]);
    }
    this.#every(trouble.policyEditsMs, () => people.editPolicy());
    this.#every(trouble.handEditsMs, () => people.editCloud());
    this.#every(trouble.brokenFilesMs, () => {
      people.breakFile();
      this.#later(60_000, () => people.mendFiles());
    });
    this.#every(trouble.stormsMs, () => this.#storm());
    this.#every(trouble.denialsMs, () => this.#refuse(90_000, 'Forbidden.RAM', 403, () => true));
    this.#every(trouble.rejectionsMs, () => this.#reject());
    this.#every(trouble.quotaCutsMs, () => this.#cutQuota());
    this.#every(trouble.hangsMs, () => this.#hang());
    this.#every(trouble.pausesMs, () => this.#pause());
    this.#every(trouble.approvalsMs, () => this.#world.approve());
    this.#every(trouble.crashesMs, () => this.#world.life()?.kill('at any moment'));
    this.#every(trouble.stopsMs, () => this.#stop());
    this.#every(trouble.freezesMs, () => this.#world.life()?.freeze(1000 + random.below(60_000)));
    this.#every(trouble.clockJumpsMs, () => this.#jumpClock());
  }

  /** From now on everybody means well, and what is still on its way in the network arrives. */
  end(): void {
    const { network, cloud, people, journals, machines } = this.#world;
    this.#goesOn = false;
    network.heal();
    cloud.setFaults([]);
    this.#restoreQuota();
    for (const machine of machines) machine.wallErrorMs = 0;
    people.mendFiles();
    journals.resumeAll();
  }

  /** Whether the process dies at this boundary. */
  diesHere(): boolean {
    if (!this.#goesOn || this.#crashes >= MAX_BOUNDARY_CRASHES) return false;
    const dies = this.#crashRandom.chance(this.#world.knobs.trouble.crashChance);
    if (dies) this.#crashes += 1;
    return dies;
  }

  /** How long it takes until someone starts the daemon again. */
  downtimeMs(): number {
    const { random } = this.#world;
    return this.#goesOn && random.chance(0.3) ? random.below(180_000) : random.below(3000);
  }

  /** Again and again at random intervals around the mean. */
  #every(meanMs: number, happen: () => void): void {
    if (meanMs === Infinity) return;
    const { time, random } = this.#world;
    time.in(Math.round(meanMs * (0.3 + 1.4 * random.fraction())), () => {
      if (!this.#goesOn) return;
      happen();
      this.#every(meanMs, happen);
    });
  }

  #later(withinMs: number, happen: () => void): void {
    this.#world.time.in(this.#world.random.below(withinMs), happen);
  }

  #refuse(withinMs: number, code: string, status: number, hits: Refusing['hits']): void {
    const { network, time, random, note } = this.#world;
    const forMs = 1000 + random.below(withinMs);
    note('vendor', `refuses calls with ${code} for ${forMs} ms`);
    network.refuse({ code, status, hits, untilMs: time.nowMs + forMs });
    this.#world.unreadable(time.nowMs + forMs);
  }

  #storm(): void {
    const { random } = this.#world;
    const only = random.chance(0.5) ? random.pick(['Authorize', 'Modify', 'Revoke', 'Describe']) : '';
    this.#refuse(150_000, 'Throttling.User', 400, ({ operation }) => operation.startsWith(only));
  }

  /** Rules that the vendor will not take, or a group whose rules it will not revoke. */
  #reject(): void {
    const { knobs, random } = this.#world;
    const rules = knobs.groups.flatMap((group) => group.rules);
    const { kind } = random.pick(knobs.groups);
    if (rules.length === 0 || random.chance(0.3)) {
      this.#refuse(180_000, 'OperationDenied', 403, ({ operation, group }) => {
        return operation.startsWith('Revoke') && group === kind.id;
      });
      return;
    }
    const poison = peerText(random.pick(rules).peer);
    this.#refuse(180_000, 'InvalidParam.SourceCidrIp', 400, (call) => {
      return bringsRules(call) && Object.values(call.params).includes(poison);
    });
  }

  #hang(): void {
    const { knobs, network, time, random, note } = this.#world;
    const count = 1 + random.below(MOST_HANGING);
    const groups = new Set(Array.from({ length: count }, () => random.pick(knobs.groups).kind.id));
    const forMs = 20_000 + random.below(120_000);
    note('vendor', `answers no read of ${groups.size} groups for ${forMs} ms`);
    network.hang({ groups, untilMs: time.nowMs + forMs });
  }

  #cutQuota(): void {
    const { knobs, cloud, random, note } = this.#world;
    if (this.#quotaIsCut) return;
    this.#quotaIsCut = true;
    const ruleQuota = random.below(knobs.maxRules + 1);
    note('vendor', `has room for ${ruleQuota} rules only`);
    cloud.setQuirks({ ruleQuota });
    this.#later(120_000, () => this.#restoreQuota());
  }

  #restoreQuota(): void {
    this.#quotaIsCut = false;
    this.#world.cloud.setQuirks({ ruleQuota: this.#world.knobs.quirks.ruleQuota });
  }

  #pause(): void {
    const { knobs, journals, time, random, note } = this.#world;
    const id = random.pick(knobs.groups).kind.id;
    const group = random.chance(0.3) ? null : { account: 'default', region: REGION, id };
    const untilMs = time.wallMs + 1000 + random.below(180_000);
    const pause: Pause = { group, reason: 'simulated', pausedAtMs: time.wallMs, untilMs };
    note('people', `pause ${group === null ? 'everything' : id} until ${new Date(untilMs).toISOString()}`);
    journals.pause(pause);
  }

  #stop(): void {
    const { time, fail, idleUntilMs } = this.#world;
    const life = this.#world.life();
    if (life?.isAlive !== true) return;
    life.stop();
    const judge = () => {
      if (!life.isAlive) return;
      // While it was frozen it could do nothing, and what it then had to do comes on top.
      const awakeForMs = time.nowMs - idleUntilMs(life);
      if (awakeForMs < STOP_GRACE_MS) time.in(STOP_GRACE_MS - awakeForMs, judge);
      else fail('shutdown', `process ${life.number} still runs after its grace period`);
    };
    time.in(STOP_GRACE_MS, judge);
  }

  #jumpClock(): void {
    const { time, random, note, unreadable, machines } = this.#world;
    const [first] = machines;
    const machine = machines.length === 1 ? first : random.pick(machines);
    if (machine === undefined) return;
    const errorMs = Math.round((random.fraction() - 0.5) * random.pick([4000, 600_000, 7_200_000]));
    note('machine', `its clock is off by ${errorMs} ms`);
    machine.wallErrorMs = errorMs;
    const forMs = random.below(120_000);
    if (Math.abs(errorMs) > MOST_CLOCK_ERROR_MS) unreadable(time.nowMs + forMs);
    time.in(forMs, () => (machine.wallErrorMs = 0));
  }
}
