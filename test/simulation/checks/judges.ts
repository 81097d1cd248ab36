// Who is told what: each replica has checks of its own, which know what that one read and planned, and for which the
// calls of the others are changes by someone else; the rest judges the estate as a whole. One process has it all.
import type { Check } from '../facts.ts';
import { toldToAll } from './all.ts';
import type { PacketCheck } from './packets.ts';
import type { PlanWatch } from './plan-watch.ts';

/** Of one process after the other. */
export interface ProcessJudge {
  readonly plans: PlanWatch;
  readonly packets: PacketCheck;
  readonly others: readonly Check[];
}

export class Judges {
  readonly #processes: readonly ProcessJudge[];
  readonly #estate: readonly Check[];
  /** Tells all of them. */
  readonly all: Required<Check>;

  constructor(processes: readonly ProcessJudge[], estate: readonly Check[]) {
    this.#processes = processes;
    this.#estate = estate;
    this.all = toldToAll([...processes.flatMap(checksOf), ...estate]);
  }

  /** By what a process of this place is watched. `isAlone`: whether no other process runs beside it. */
  of(place: number, isAlone: () => boolean): Required<Check> {
    const process = this.#processes[place];
    if (process === undefined) throw new Error(`there is no replica ${place}`);
    const own = checksOf(process);
    const [mine, estate] = [toldToAll(own), toldToAll(this.#estate)];
    return {
      ...toldToAll([...own, ...this.#estate]),
      started: (life) => {
        mine.started(life);
        if (isAlone()) estate.started(life);
      },
      unreadable: (untilMs) => {
        if (isAlone()) estate.unreadable(untilMs);
      },
    };
  }

  /** For the report. */
  get counts(): PacketCheck['counts'] {
    const sum = { judged: 0, unjudged: 0, packets: 0 };
    for (const { packets } of this.#processes) {
      sum.judged += packets.counts.judged;
      sum.unjudged += packets.counts.unjudged;
      sum.packets += packets.counts.packets;
    }
    return sum;
  }
}

const checksOf = ({ plans, packets, others }: ProcessJudge): readonly Check[] => [plans, packets, ...others];
