// What several replicas share beside the cloud and the policies: machines, a database, and what goes wrong with that.
import type { JournalPorts } from '../../../daemon/journal/journal.ts';
import type { SharedLeases } from '../../../daemon/journal/memory/fence.ts';
import { Random } from '../../support/random.ts';
import type { Fail } from '../facts.ts';
import { Machine, type VirtualTime } from '../virtual-time.ts';
import { Database, type LostWay } from './database.ts';
import { drawReplicas, type ReplicaKnobs } from './knobs.ts';
import { SharedJournal } from './shared-journal.ts';

export interface ReplicasOptions {
  readonly seed: number;
  readonly count: number;
  readonly time: VirtualTime;
  readonly randomByte: JournalPorts['randomByte'];
  readonly spoilFence: (leases: SharedLeases['leases']) => SharedLeases['leases'];
  readonly fail: Fail;
  readonly note: (who: string, what: string) => void;
}

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
    const { seed, count, time, randomByte, spoilFence, fail } = options;
    this.#options = options;
    this.knobs = drawReplicas(seed, count);
    this.machines = this.knobs.clockErrorsMs.map((errorMs) => new Machine(errorMs));
    this.#random = new Random(seed * 16 + 7);
    this.database = new Database(time, new Random(seed * 16 + 8));
    this.shared = new SharedJournal({ time, database: this.database, knobs: this.knobs, randomByte, spoilFence, fail });
  }

  begin(): void {
    const { knobs, database, machines } = this;
    const { note } = this.#options;
    this.#every(knobs.cutOffsMs, () => {
      const at = this.#random.below(machines.length);
      const [loses, forMs] = [this.#random.pick(WAYS), 500 + this.#random.below(40_000)];
      note('database', `loses ${loses} of machine ${at + 1} for ${forMs} ms`);
      database.cutOff(machines[at] ?? null, loses, forMs);
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

  end(): void {
    this.#goesOn = false;
    this.database.heal();
    for (const machine of this.machines) machine.wallErrorMs = 0;
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
