// What several replicas share beside the cloud and the policies: machines, a database, and what goes wrong with that.
import type { JournalPorts } from '../../../daemon/journal/journal.ts';
import { Random } from '../../support/random.ts';
import type { Fail } from '../facts.ts';
import type { Life } from '../life.ts';
import { Machine, type VirtualTime } from '../virtual-time.ts';
import { Database, type LostWay } from './database.ts';
import { drawReplicas, type ReplicaKnobs } from './knobs.ts';
import { SharedJournal } from './shared-journal.ts';

export interface ReplicasOptions {
  readonly seed: number;
  readonly count: number;
  readonly time: VirtualTime;
  readonly randomByte: JournalPorts['randomByte'];
  readonly strikeChance?: number | undefined;
  /** Someone edits a policy. */
  readonly editPolicy: () => void;
  readonly fail: Fail;
  readonly note: (who: string, what: string) => void;
}

const MOST_MS_TO_STRIKE = 4000;
const MOST_MS_TO_EDIT = 12_000;
const WAYS: readonly LostWay[] = ['requests', 'answers', 'both', 'both'];

export class Replicas {
  readonly knobs: ReplicaKnobs;
  readonly machines: readonly Machine[];
  readonly database: Database;
  readonly shared: SharedJournal;
  readonly #options: ReplicasOptions;
  readonly #random: Random;
  #goesOn = true;

  constructor(options: ReplicasOptions) {
    const { seed, count, time, randomByte, fail } = options;
    this.#options = options;
    const drawn = drawReplicas(seed, count);
    this.knobs = { ...drawn, strikeChance: options.strikeChance ?? drawn.strikeChance };
    this.machines = this.knobs.clockErrorsMs.map((errorMs) => new Machine(errorMs));
    this.#random = new Random(seed * 16 + 7);
    this.database = new Database(time, new Random(seed * 16 + 8));
    this.shared = new SharedJournal({
      time,
      database: this.database,
      knobs: this.knobs,
      randomByte,
      fail,
    });
  }

  begin(): void {
    const { knobs, database, machines } = this;
    const { note } = this.#options;
    this.#every(knobs.cutOffsMs, () => {
      this.#cutOff(this.#random.pick(machines), this.#random.pick(WAYS), 500 + this.#random.below(40_000));
    });
    this.#every(knobs.outagesMs, () => {
      const forMs = 500 + this.#random.below(30_000);
      note('database', `is gone for ${forMs} ms`);
      database.cutOff(null, 'both', forMs);
    });
    this.#every(knobs.slownessMs, () => {
      const forMs = 1000 + this.#random.below(40_000);
      note('database', `is slow for ${forMs} ms`);
      database.slowDown(forMs);
    });
  }

  /** The process has sent a call that changes something: the worst moment for it to fall silent. */
  strike(life: Life): void {
    if (!this.#goesOn || !this.#random.chance(this.knobs.strikeChance)) return;
    const { time, editPolicy } = this.#options;
    const forMs = 5000 + this.#random.below(40_000);
    const strike = this.#random.pick([
      () => life.kill('after a call'),
      () => life.freeze(forMs),
      () => this.#cutOff(life.process.machine, 'both', forMs),
    ]);
    time.in(this.#random.below(MOST_MS_TO_STRIKE), () => {
      if (life.isAlive) strike();
    });
    time.in(this.#random.below(MOST_MS_TO_EDIT), () => {
      if (this.#goesOn) editPolicy();
    });
  }

  end(): void {
    this.#goesOn = false;
    this.database.heal();
    for (const machine of this.machines) machine.wallErrorMs = 0;
  }

  #cutOff(machine: Machine, loses: LostWay, forMs: number): void {
    this.#options.note(
      'database',
      `loses ${loses} of machine ${this.machines.indexOf(machine) + 1} for ${forMs} ms`,
    );
    this.database.cutOff(machine, loses, forMs);
  }

  /** Again and again at random intervals around the mean. */
  #every(meanMs: number, happen: () => void): void {
    if (meanMs === Infinity) return;
    this.#options.time.in(Math.round(meanMs * (0.3 + 1.4 * this.#random.fraction())), () => {
      if (!this.#goesOn) return;
      happen();
      this.#every(meanMs, happen);
    });
  }
}
