// The journal that several replicas share, by the rules of the one on PostgreSQL: a store with a clock of its own, leases in it,
// and a fence that lets no replica begin a call or note anything of a group whose lease it has lost. Each replica
// reaches it by the database's network, and keeps its leases as it does when it ships.
import { CALL_TIMEOUT_MS } from '../../../daemon/compose/assemble.ts';
import type { OwnJournal } from '../../../daemon/compose/open-journal.ts';
import { systemClock } from '../../../daemon/clock.ts';
import type { Intent, Journal, JournalPorts } from '../../../daemon/journal/journal.ts';
import type { LeaseStore } from '../../../daemon/journal/leases.ts';
import { MemoryLeases } from '../../../daemon/journal/memory/leases.ts';
import { openMemoryJournal } from '../../../daemon/journal/memory/memory.ts';
import { MemoryStore } from '../../../daemon/journal/memory/store.ts';
import type { HeldLease, ShardOwnership } from '../../../daemon/journal/ownership.ts';
import { LeaseKeeper } from '../../../daemon/schedule/leases/keeper.ts';
import type { Telemetry } from '../../../daemon/telemetry/events.ts';
import type { Fail } from '../facts.ts';
import { memoryHost, type JournalHost } from '../journals.ts';
import type { VirtualProcess, VirtualTime } from '../virtual-time.ts';
import type { Database } from './database.ts';
import type { ReplicaKnobs } from './knobs.ts';

export interface SharedJournalOptions {
  readonly time: VirtualTime;
  readonly database: Database;
  readonly knobs: Pick<ReplicaKnobs, 'shards' | 'leaseSeconds'>;
  readonly randomByte: JournalPorts['randomByte'];
  readonly fail: Fail;
}

/** The owner that a process is, in the leases. */
export const ownerOf = (life: number): string => `replica-${life}`;

/** That of the database is that of no replica. */
const DATABASE_AHEAD_MS = 7000;

export class SharedJournal {
  readonly #options: SharedJournalOptions;
  readonly #store = new MemoryStore();
  readonly leases: MemoryLeases;
  /** For people and checks, who are where the database is. */
  readonly host: JournalHost;

  constructor(options: SharedJournalOptions) {
    this.#options = options;
    const { time, randomByte } = options;
    this.leases = new MemoryLeases({ nowMs: () => time.trueWallMs + DATABASE_AHEAD_MS });
    this.host = memoryHost({ clock: { nowMs: () => time.trueWallMs }, randomByte }, this.#store);
    this.host.open();
  }

  /** For a process that starts. */
  open(process: VirtualProcess, life: number, telemetry: Telemetry): OwnJournal {
    const { time, knobs, randomByte } = this.#options;
    const keeper = new LeaseKeeper({
      store: this.#leaseStore(process),
      replica: { id: ownerOf(life), host: 'simulated', version: '0' },
      clock: systemClock,
      telemetry,
      leaseMs: knobs.leaseSeconds * 1000,
      shardsPerPlace: knobs.shards,
      callMs: 2 * CALL_TIMEOUT_MS,
    });
    const shown = new ShownLeases(keeper);
    const journal = openMemoryJournal(
      { clock: { nowMs: () => time.trueWallMs + process.machine.wallErrorMs }, randomByte },
      this.#store,
      { leases: this.leases, ownership: shown },
    );
    return { journal: this.#distant(process, journal, shown), leases: keeper };
  }

  #leaseStore(process: VirtualProcess): LeaseStore {
    const { database } = this.#options;
    const { leases } = this;
    return {
      renew: (...asked) => database.ask(process, () => leases.renew(...asked)),
      take: (...asked) => database.ask(process, () => leases.take(...asked)),
      release: (...asked) => database.ask(process, () => leases.release(...asked)),
      leave: (...asked) => database.ask(process, () => leases.leave(...asked)),
      view: () => database.ask(process, () => leases.view()),
    };
  }

  /** Each method is asked of the database, with the leases that the process had when it asked. */
  #distant(process: VirtualProcess, journal: Journal, shown: ShownLeases): Journal {
    const { database } = this.#options;
    return new Proxy(journal, {
      get: (of, name) => {
        const method: unknown = Reflect.get(of, name, of);
        if (typeof method !== 'function' || name === 'close') return method;
        return (...values: unknown[]) => {
          const held = shown.held();
          return database.ask(process, async () => {
            shown.now = held;
            const result: unknown = await Reflect.apply(method, of, values);
            if (name === 'openIntent') this.#judge((result as Intent).group, shown);
            return result;
          });
        };
      },
    });
  }

  /** The intent is in the store by now. */
  #judge(group: Intent['group'], shown: ShownLeases): void {
    const lease = shown.leaseOf(group);
    if (lease !== null && this.leases.holds(lease)) return;
    this.#options.fail('owner', `an intent of ${group.id} is opened under a lease that is not held`);
  }
}

/** What the database is told of a replica's leases. */
class ShownLeases implements Pick<ShardOwnership, 'leaseOf' | 'shardOf'> {
  readonly #keeper: LeaseKeeper;
  now: ReadonlyMap<string, HeldLease> = new Map();

  constructor(keeper: LeaseKeeper) {
    this.#keeper = keeper;
  }

  held(): ReadonlyMap<string, HeldLease> {
    const held = this.#keeper.all.filter(({ phase }) => phase !== 'lapsed');
    return new Map(held.map(({ lease }) => [lease.shard, lease]));
  }

  shardOf: ShardOwnership['shardOf'] = (group) => this.#keeper.shardOf(group);

  leaseOf: ShardOwnership['leaseOf'] = (group) => this.now.get(this.shardOf(group)) ?? null;
}
