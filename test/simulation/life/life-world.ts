// What a process of a simulation stands on.
import type { OwnJournal } from '../../../daemon/compose/open-journal.ts';
import type { Config } from '../../../daemon/config/config.ts';
import type { Engine } from '../../../daemon/reconcile/engine.ts';
import type { ShareStore } from '../../../daemon/shares/share-store.ts';
import type { WorkPlace } from '../../../daemon/source/compile/work-place.ts';
import type { Telemetry } from '../../../daemon/telemetry/events.ts';
import type { Random } from '../../support/random.ts';
import type { Check, Fail, PlanFact } from '../facts.ts';
import type { Network } from '../network.ts';
import type { PolicyTree } from '../policies.ts';
import type { Machine, VirtualProcess, VirtualTime } from '../virtual-time.ts';

/** What all processes of one simulation share. */
export interface LifeWorld {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly tree: PolicyTree;
  /** Parses what they read of it. */
  readonly parser: WorkPlace;
  /** Where all processes agree on the rate. */
  readonly shares: ShareStore;
  /** What it runs on. */
  readonly machine: Machine;
  readonly open: (process: VirtualProcess, number: number, telemetry: Telemetry) => OwnJournal;
  /** The process is gone; what was durable stays. */
  readonly crashed: () => void;
  readonly config: Config;
  readonly check: Required<Check>;
  readonly fail: Fail;
  readonly note: (who: string, what: string) => void;
  readonly stateOf: (group: string) => PlanFact['state'];
  /** Most entries on a page. */
  readonly pageSize: number;
  /** Of jitter, tokens and ids. */
  readonly random: Random;
  /** From a change of the policies until it is told of it; asked each time. */
  readonly hearsAfterMs: () => number;
  /** Asked at each boundary. */
  readonly diesHere: () => boolean;
  readonly ended: () => void;
  /** For the tests of the tests: a build with a defect. */
  readonly breakEngine: (engine: Engine) => Engine;
  readonly breakMetrics: (metrics: Telemetry) => Telemetry;
  /** Hears of all events as well. */
  readonly telemetry?: Telemetry;
}
