// What one process says of itself, in its status and its metrics, beside what was seen of it: events that it logged, calls
// that it handed to the network, answers that it was given.
import { groupSamples } from '../../../daemon/commands/run/group-samples.ts';
import type { Daemon } from '../../../daemon/compose/daemon.ts';
import type { Lanes, LaneStatus } from '../../../daemon/queue/lanes.ts';
import type { GroupStatus } from '../../../daemon/schedule/group-record.ts';
import type { CommonFields, EventFields, EventName, Telemetry } from '../../../daemon/telemetry/events.ts';
import { Metrics } from '../../../daemon/telemetry/metrics.ts';
import { isWrite, type SentCall } from '../facts.ts';

export interface OwnAccount {
  readonly groups: readonly GroupStatus[];
  /** By outcome, as the books say that the metrics are made of. */
  readonly counts: ReadonlyMap<string, number>;
  readonly lanes: readonly LaneStatus[];
  readonly problems: number;
  /** By the name of a series with its labels. */
  readonly samples: ReadonlyMap<string, number>;
  readonly seen: SeenOfProcess;
}

/** How often, by what. */
export interface SeenOfProcess {
  readonly events: ReadonlyMap<string, number>;
  /** Differences, by cause. */
  readonly causes: ReadonlyMap<string, number>;
  /** Events of calls, by operation and event. */
  readonly calls: ReadonlyMap<string, number>;
  /** By operation; of answers those to calls that change something. */
  readonly sent: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<string, number>;
}

export type Speaker = Pick<Daemon, 'controller' | 'policies' | 'resyncs' | 'leases'>;

export class AccountKeeper implements Telemetry {
  readonly #metrics = new Metrics();
  readonly #counters: Telemetry;
  readonly #seen = {
    events: new Map<string, number>(),
    causes: new Map<string, number>(),
    calls: new Map<string, number>(),
    sent: new Map<string, number>(),
    answers: new Map<string, number>(),
  };

  /** `flawed`: for the tests of the tests. */
  constructor(flawed: (counters: Telemetry) => Telemetry) {
    this.#counters = flawed(this.#metrics.telemetry);
  }

  /** Of all that the process logs. */
  emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void {
    this.#counters.emit(event, fields);
    const { cause, operation = '' }: CommonFields & { readonly cause?: string } = fields;
    count(this.#seen.events, event);
    if (cause !== undefined) count(this.#seen.causes, cause);
    if (event.startsWith('call.')) count(this.#seen.calls, `${operation} ${event}`);
  }

  sent({ operation }: SentCall): void {
    count(this.#seen.sent, operation);
  }

  answered({ operation }: SentCall): void {
    if (isWrite(operation)) count(this.#seen.answers, operation);
  }

  /** Between two events of the simulation. */
  async account({ controller, policies, resyncs, leases }: Speaker, lanes: Lanes): Promise<OwnAccount> {
    const { tally } = controller;
    const text = await this.#metrics.render({
      ...{ policies, lanes: lanes.status(), resyncs, leases },
      groups: groupSamples(tally, 'all'),
    });
    return {
      groups: controller.tally.status(),
      counts: tally.counts,
      lanes: lanes.status(),
      problems: policies.problems,
      samples: samplesIn(text),
      seen: this.#seen,
    };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const samplesIn = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
