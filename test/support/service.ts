// The daemon's service in this process: the real loop, lanes, pop-core and HTTP; its events at hand, its time virtual.
import { randomUUID } from 'node:crypto';
import type { Attributor } from '../../daemon/attribution/attributor.ts';
import {
  assembleEngine,
  popTransportOf,
  randomByte,
  trailTransportOf,
} from '../../daemon/compose/assemble.ts';
import { openAttribution } from '../../daemon/compose/attribution.ts';
import { Secrets } from '../../daemon/compose/secrets.ts';
import { openHooks, type HookServer } from '../../daemon/compose/open-hooks.ts';
import { openDaemonKeeper } from '../../daemon/compose/setup.ts';
import { PolicyCompiler } from '../../daemon/source/compile/policy-compiler.ts';
import { thisThread } from '../../daemon/source/compile/work-place.ts';
import { parseConfig } from '../../daemon/config/load.ts';
import { openMemoryJournal } from '../../daemon/journal/memory/memory.ts';
import type { Journal } from '../../daemon/journal/journal.ts';
import { Daemon } from '../../daemon/compose/daemon.ts';
import { soleLeases, type ShardLeases } from '../../daemon/schedule/leases/shard-leases.ts';
import { TargetResolver } from '../../daemon/schedule/selectors.ts';
import type { EventFields, EventName, Telemetry } from '../../daemon/telemetry/events.ts';
import { configFor } from './estate.ts';
import { PolicyFiles } from './policy-files.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface SeenEvent {
  readonly event: EventName;
  readonly [field: string]: unknown;
}

/** Remembers every event and lets a test wait for one. */
export class EventLog implements Telemetry {
  readonly events: SeenEvent[] = [];
  readonly #clock: VirtualClock | null;
  readonly #listeners = new Set<() => void>();
  #failure: unknown = null;

  /** With a clock, its time passes while a test waits for an event. */
  constructor(clock: VirtualClock | null = null) {
    this.#clock = clock;
  }

  emit<Name extends EventName>(event: Name, fields: EventFields<Name>): void {
    this.events.push({ ...(fields as object), event });
    this.#notify();
  }

  /** Ends every wait with this error. */
  fail(failure: unknown): void {
    this.#failure = failure;
    this.#notify();
  }

  /** The first event, from number `from` on, that fits; waits for it. */
  first(fits: (seen: SeenEvent) => boolean, from = 0): Promise<SeenEvent> {
    const found = this.#search(fits, from);
    return this.#clock === null ? found : this.#clock.until(found);
  }

  async #search(fits: (seen: SeenEvent) => boolean, from: number): Promise<SeenEvent> {
    for (;;) {
      const found = this.events.slice(from).find(fits);
      if (found !== undefined) return found;
      if (this.#failure !== null) throw new Error('the service failed', { cause: this.#failure });
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
  }

  event(name: EventName, fields: Readonly<Record<string, unknown>> = {}, from = 0): Promise<SeenEvent> {
    return this.first(
      (seen) => seen.event === name && Object.entries(fields).every(([key, value]) => seen[key] === value),
      from,
    );
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

export interface ServiceOptions {
  readonly endpoint: string;
  /** Policy files by name. */
  readonly policies: Readonly<Record<string, string>>;
  /** Keys of `reconcile` beside its mode, as YAML. */
  readonly reconcile?: string;
  readonly limits?: string;
  /** Further sections of the config, as YAML. */
  readonly sections?: string;
  /** `reconcile.brake`, as YAML; off if absent. */
  readonly brake?: string;
  /** Of half policy files; 0 if absent. */
  readonly settleSeconds?: number;
  /** `http.hooks`, as YAML; off if absent. */
  readonly hooks?: string;
  /** Environment variables that the config names. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of an earlier process; absent: a new one in memory. */
  readonly journal?: Journal;
  /** Absent: it looks after everything. */
  readonly leases?: ShardLeases;
  /** The emulator's, if that has one. */
  readonly clock?: VirtualClock;
}

export class Service {
  readonly log: EventLog;
  readonly journal: Journal;
  readonly attributor: Attributor | null;
  readonly #clock: VirtualClock;
  readonly #policies: PolicyFiles;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** Null without `hooks`. */
  readonly hooks: Promise<HookServer | null>;

  constructor(options: ServiceOptions) {
    const clock = options.clock ?? new VirtualClock();
    this.#clock = clock;
    this.log = new EventLog(clock);
    this.#policies = new PolicyFiles(options.policies);
    const text = configFor(options.endpoint)
      .replace('settleSeconds: 0', `settleSeconds: ${options.settleSeconds ?? 0}`)
      .replace('listen: "off"', `listen: "off", hooks: ${options.hooks ?? 'off'}`)
      .replace('brake: off', `brake: ${options.brake ?? 'off'}`)
      .replace('resyncSeconds: 1', options.reconcile ?? 'resyncSeconds: 1')
      .concat(`limits: {${options.limits ?? 'default: {ratePerMinute: 6000}'}}\n${options.sections ?? ''}`);
    const config = parseConfig(text, 'config.yaml');
    if (!config.ok) throw new Error(JSON.stringify(config.error));
    const wiring = { secrets: new Secrets(), env: {}, emulatorUrl: null };
    this.journal = options.journal ?? openMemoryJournal({ clock, randomByte });
    const { attributor, telemetry } = openAttribution(config.value, {
      telemetry: this.log,
      journal: this.journal,
      clock,
      trailOf: (account) => {
        const trail = trailTransportOf(account, { ...wiring, endpoint: null });
        return { call: (...request) => clock.duringCall(trail.call(...request)) };
      },
    });
    this.attributor = attributor;
    const { engine, lanes } = assembleEngine(config.value, {
      telemetry,
      journal: this.journal,
      clock,
      random: Math.random,
      newReconcileId: () => randomUUID().slice(0, 8),
      nextTurn: queueMicrotask,
      invocation: { program: 'rampart', flags: '' },
      transportOf: (account) => {
        const transport = popTransportOf(account, wiring);
        return { call: (...request) => clock.duringCall(transport.call(...request)) };
      },
    });
    const daemon = new Daemon({
      engine,
      lanes,
      source: this.#policies,
      keeper: openDaemonKeeper(config.value, { clock, compile: new PolicyCompiler(thisThread).compile }),
      leases: options.leases ?? soleLeases({ owner: 'sole', epoch: 1 }),
      resolver: new TargetResolver(engine, config.value.reconcile.mode),
      attributor,
      probeMs: config.value.reconcile.probeSeconds * 1000,
      controller: {
        concurrency: config.value.reconcile.concurrency,
        retryMs: 200,
        random: Math.random,
      },
      onReload: () => undefined,
      stopSignal: this.#stop.signal,
    });
    const io = { env: options.env ?? {}, stopSignal: this.#stop.signal };
    this.hooks = openHooks(config.value, { engine, daemon, io, secrets: wiring.secrets });
    this.#running = daemon.run();
    this.#running.catch((error: unknown) => this.log.fail(error));
  }

  /** How often the policies were read. */
  get loads(): number {
    return this.#policies.loads;
  }

  writePolicy(name: string, text: string): void {
    this.#policies.write(name, text);
  }

  /** As above, but the daemon does not hear of it. */
  writePolicyUnseen(name: string, text: string): void {
    this.#policies.writeUnseen(name, text);
  }

  /** Waits until the group has converged on what is in force after event number `from`. */
  converged(group: string, from = 0): Promise<SeenEvent> {
    return this.log.event('group.converged', { group }, from);
  }

  async stop(): Promise<void> {
    this.#stop.abort('test');
    await this.#clock.until(this.#running);
    await (await this.hooks)?.close();
  }
}
