// How a simulation may differ from the plain one, and which world that makes.
import type { JournalPorts } from '../../daemon/journal/journal.ts';
import type { Engine } from '../../daemon/reconcile/engine.ts';
import type { ShardLeases } from '../../daemon/schedule/leases/shard-leases.ts';
import type { Telemetry } from '../../daemon/telemetry/events.ts';
import { whereGroupsAreMany } from './draw/large-estate.ts';
import type { JournalHost } from './journals.ts';
import type { Knobs } from './knobs.ts';
import { whereReplicasFail } from './replicas/knobs.ts';

/** A build with a defect on purpose, to see that the checks catch it. */
export interface Breakage {
  readonly journals?: (ports: JournalPorts) => JournalHost;
  readonly engine?: (engine: Engine) => Engine;
  readonly metrics?: (metrics: Telemetry) => Telemetry;
  /** Of replicas: what each of them takes for its leases. */
  readonly leases?: (leases: ShardLeases) => ShardLeases;
}

export interface SimulationOptions {
  /** The journal on the real SQLite, instead of in memory. */
  readonly sqlite?: boolean;
  /** With limits to what a plan may take away or open, and people who approve. */
  readonly brake?: boolean;
  /** With hundreds of groups, some of which hang, instead of the few that were drawn. */
  readonly estate?: boolean;
  /** So many processes side by side, on a journal that they share by the rules of PostgreSQL; 1: one with its own. */
  readonly replicas?: number;
  /** Of replicas: how often a call is the last for a while that its sender makes; absent: as drawn. */
  readonly strikeChance?: number;
  readonly breakage?: Breakage;
  /** Another world than the one that was drawn. */
  readonly world?: (drawn: Knobs) => Knobs;
}

export function worldFor({
  estate = false,
  replicas = 1,
  world,
}: SimulationOptions): (drawn: Knobs) => Knobs {
  if (world !== undefined) return world;
  if (estate) return whereGroupsAreMany;
  return replicas > 1 ? whereReplicasFail : (drawn) => drawn;
}
