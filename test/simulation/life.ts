// One process of the daemon, from its start to its end: the real service on the wiring that ships, with the
// network, the journal, the clock and the dice of the simulation. It may die at every boundary of an operation of
// the journal or the network. One runs at a time, or several side by side as replicas. A dead process is dead: its timers are gone, its
// calls are never answered, its journal refuses; what it had sent before may still arrive.
import { assembleEngine } from '../../daemon/compose/assemble.ts';
import { openDaemonKeeper } from '../../daemon/compose/setup.ts';
import { PolicyCompiler } from '../../daemon/source/compile/policy-compiler.ts';
import { systemClock } from '../../daemon/clock.ts';
import type { Transport, TransportAnswer } from '../../daemon/ecs/transport/transport.ts';
import type { Journal } from '../../daemon/journal/journal.ts';
import type { Lanes } from '../../daemon/queue/lanes.ts';
import type { HeldLease } from '../../daemon/journal/ownership.ts';
import type { GroupStatus } from '../../daemon/schedule/group-record.ts';
import { Daemon } from '../../daemon/compose/daemon.ts';
import type { ShardLeases } from '../../daemon/schedule/leases/shard-leases.ts';
import { TargetResolver } from '../../daemon/schedule/selectors.ts';
import type { ShareStore } from '../../daemon/shares/share-store.ts';
import type { Telemetry } from '../../daemon/telemetry/events.ts';
import { EMULATOR_KEY, requestV1 } from '../support/signing.ts';
import type { SentCall } from './facts.ts';
import type { LifeWorld } from './life/life-world.ts';
import { LogReader } from './life/log-reader.ts';
import { AccountKeeper, type OwnAccount } from './life/own-account.ts';
import { tappedAnswer } from './life/tapped-answer.ts';
import { mortalJournal } from './mortal-journal.ts';
import { ReadingPages, withPages } from './reading-pages.ts';
import { PolicyView, REGION } from './policies.ts';
import { eventText } from './trace.ts';
import type { VirtualProcess } from './virtual-time.ts';

/** As the transport that ships answers. */
const NOT_BEGUN: TransportAnswer = {
  kind: 'failed',
  code: 'Transport.LeaseLost',
  message: 'simulated: the lease was lost',
};

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export class Life {
  readonly number: number;
  readonly #world: LifeWorld;
  readonly #view = new PolicyView();
  readonly #stop = new AbortController();
  readonly #reloads: Array<() => void> = [];
  readonly #pages: ReadingPages;
  readonly #log: LogReader;
  readonly #daemon: Daemon;
  readonly #lanes: Lanes;
  readonly #account: AccountKeeper;
  readonly #process: VirtualProcess;
  readonly #leases: ShardLeases;
  #nonce = 0;
  #reconciles = 0;

  constructor(number: number, world: LifeWorld) {
    this.number = number;
    this.#world = world;
    this.#account = new AccountKeeper(world.breakMetrics);
    this.#pages = new ReadingPages((reading) => world.check.read(reading));
    this.#log = new LogReader(number, world, this.#view);
    this.#process = world.time.newProcess(world.machine);
    world.check.started(number);
    world.note('process', `${number} starts`);
    const telemetry = this.#telemetry();
    const { journal, leases } = world.open(this.#process, number, telemetry);
    this.#leases = leases;
    const { engine, lanes } = assembleEngine(world.config, {
      telemetry,
      journal: mortalJournal(journal, {
        ...{ view: this.#view, attempts: this.#log.attempts },
        ...{ tree: world.tree, note: world.note, check: world.check, stateOf: world.stateOf },
        livesOn: (where) => this.#boundary(where),
      }),
      ownership: leases,
      invocation: { program: 'rampart', flags: '' },
      clock: systemClock,
      random: () => world.random.fraction(),
      newReconcileId: () => `${number}.${(this.#reconciles += 1)}`,
      // Between two events of the simulation everything is one turn.
      nextTurn: queueMicrotask,
      transportOf: () => this.#transport(),
      shares: { store: this.#mortalShares(), holder: `${number}`, unshared: 'standing' },
    });
    this.#lanes = lanes;
    this.#daemon = new Daemon({
      engine: world.breakEngine(engine),
      lanes,
      source: world.tree.source(this.#view, (tell) => this.#hear(tell)),
      keeper: openDaemonKeeper(world.config, {
        clock: systemClock,
        compile: new PolicyCompiler(world.parser).compile,
      }),
      leases,
      resolver: new TargetResolver(engine, world.config.reconcile.mode),
      attributor: null,
      probeMs: world.config.reconcile.probeSeconds * 1000,
      controller: {
        concurrency: world.config.reconcile.concurrency,
        retryMs: 2000,
        random: () => world.random.fraction(),
      },
      onReload: (listener) => this.#reloads.push(listener),
      stopSignal: this.#stop.signal,
    });
    this.#daemon.run().then(
      () => this.#end(journal, 'has stopped'),
      (error: unknown) => {
        if (this.isAlive) world.fail('no bugs', error instanceof Error ? (error.stack ?? '') : String(error));
      },
    );
  }

  get isAlive(): boolean {
    return this.#process.isAlive;
  }

  get isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** The lease under which it would write to the group; null: it has none. */
  leaseOf(group: string): HeldLease | null {
    return this.#leases.leaseOf({ account: 'default', region: REGION, id: group });
  }

  get process(): VirtualProcess {
    return this.#process;
  }

  /** As `/api/status` would tell. */
  status(): readonly GroupStatus[] {
    return this.#daemon.controller.tally.status();
  }

  /** The same and its metrics, beside what was seen of it. */
  account(): Promise<OwnAccount> {
    return this.#account.account(this.#daemon, this.#lanes);
  }

  #hear(tell: () => void): void {
    const afterMs = this.#world.hearsAfterMs();
    if (afterMs === 0) this.#process.run(tell);
    else this.#process.in(afterMs, tell);
  }

  /** SIGHUP. */
  reload(): void {
    this.#process.run(() => {
      for (const listener of this.#reloads) listener();
    });
  }

  /** SIGTERM. It ends by itself, soon. */
  stop(): void {
    this.#world.note('process', `${this.number} is told to stop`);
    this.#process.run(() => this.#stop.abort('SIGTERM'));
  }

  /** SIGSTOP, and SIGCONT later. */
  freeze(forMs: number): void {
    this.#world.note('process', `${this.number} freezes for ${forMs} ms`);
    this.#process.freeze(forMs);
    this.#world.check.unreadable(this.#process.frozenUntilMs);
  }

  /** SIGKILL. */
  kill(where: string): void {
    if (!this.isAlive) return;
    this.#world.note('process', `${this.number} dies ${where}`);
    this.abandon();
    this.#world.crashed();
    this.#world.ended();
  }

  /** The simulation is over: it is not killed, it just does no more. */
  abandon(): void {
    this.#process.kill();
    this.#world.tree.forgetListeners(this.#view);
  }

  #end(journal: Journal, how: string): void {
    if (!this.isAlive) return;
    this.#world.note('process', `${this.number} ${how}`);
    void journal.close();
    this.abandon();
    this.#world.ended();
  }

  /** A moment at which it may die. Answers whether it lives. */
  #boundary(where: string): boolean {
    if (this.isAlive && this.#world.diesHere()) this.kill(where);
    return this.isAlive;
  }

  #transport(): Transport {
    return {
      call: (operation, asked, manner = {}) => {
        const params = withPages(asked, this.#world.pageSize);
        if (!this.#boundary(`before ${operation} is sent`)) return never();
        if (manner.mayBegin?.() === false) return Promise.resolve(NOT_BEGUN);
        const call: SentCall = {
          life: this.number,
          atMs: this.#world.time.nowMs,
          operation,
          params,
          group: params.SecurityGroupId ?? '',
          token: params.ClientToken ?? '',
        };
        const request = requestV1(operation, params, {
          key: EMULATOR_KEY,
          nowMs: this.#world.time.wallMs,
          nonce: `${this.number}.${(this.#nonce += 1)}`,
        });
        this.#pages.asked(call);
        this.#account.sent(call);
        this.#world.check.sent(call);
        return new Promise((resolve) => {
          this.#world.network.send(call, request, (answer) =>
            this.#process.run(() =>
              this.#receive(call, answer, (received) => resolve(tappedAnswer(received, manner))),
            ),
          );
          this.#boundary(`after ${operation} is sent`);
        });
      },
    };
  }

  #receive(call: SentCall, answer: TransportAnswer, resolve: (answer: TransportAnswer) => void): void {
    if (!this.#boundary(`before the answer to ${call.operation}`)) return;
    if (call.operation === 'DescribeSecurityGroupAttribute' && answer.kind === 'answered')
      this.#pages.take(call, answer.body);
    this.#account.answered(call);
    resolve(answer);
  }

  /** A dead process asks for nothing, and is told nothing. */
  #mortalShares(): ShareStore {
    const { shares } = this.#world;
    return {
      serve: (lane, request) => (!this.isAlive ? never() : shares.serve(lane, request)),
      close: () => shares.close(),
    };
  }

  #telemetry(): Telemetry {
    return {
      emit: (event, fields) => {
        if (!this.isAlive) return;
        this.#world.telemetry?.emit(event, fields);
        this.#account.emit(event, fields);
        this.#world.note('daemon', eventText(event, fields));
        this.#log.hear(event, fields);
      },
    };
  }
}
