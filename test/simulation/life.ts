// One process of the daemon, from its start to its end: the real service on the wiring that ships, with the
// network, the journal, the clock and the dice of the simulation. It may die at every boundary of an operation of
// the journal or the network. A dead process is dead: its timers are gone, its calls are never answered, its journal
// refuses; what it had sent before may still arrive.
import { assembleEngine } from '../../daemon/compose/assemble.ts';
import { openDaemonKeeper } from '../../daemon/compose/setup.ts';
import { PolicyCompiler } from '../../daemon/source/compile/policy-compiler.ts';
import { thisThread } from '../../daemon/source/compile/work-place.ts';
import { systemClock } from '../../daemon/clock.ts';
import type { Config } from '../../daemon/config/config.ts';
import type { Transport, TransportAnswer } from '../../daemon/ecs/transport/transport.ts';
import type { Journal } from '../../daemon/journal/journal.ts';
import type { GroupStatus } from '../../daemon/schedule/group-record.ts';
import { Daemon } from '../../daemon/compose/daemon.ts';
import type { Engine } from '../../daemon/reconcile/engine.ts';
import { soleLeases } from '../../daemon/schedule/leases/shard-leases.ts';
import { TargetResolver } from '../../daemon/schedule/selectors.ts';
import type { ShareStore } from '../../daemon/shares/share-store.ts';
import type { CommonFields, Telemetry } from '../../daemon/telemetry/events.ts';
import type { Random } from '../support/random.ts';
import { EMULATOR_KEY, requestV1 } from '../support/signing.ts';
import { wrappedJournal } from '../support/wrapped-journal.ts';
import { Attempts, type Attempt } from './attempts.ts';
import type { Check, Fail, PlanFact, SentCall } from './facts.ts';
import type { JournalHost } from './journals.ts';
import type { Network } from './network.ts';
import { ReadingPages, withPages } from './reading-pages.ts';
import { inForceAt, isEnding, PolicyView, type PolicyTree } from './policies.ts';
import { eventText } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What all processes of one simulation share. */
export interface LifeWorld {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly tree: PolicyTree;
  readonly journals: JournalHost;
  /** Where all processes agree on the rate. */
  readonly shares: ShareStore;
  readonly config: Config;
  readonly check: Required<Check>;
  readonly fail: Fail;
  readonly note: (who: string, what: string) => void;
  readonly stateOf: (group: string) => PlanFact['state'];
  /** Most entries on a page. */
  readonly pageSize: number;
  /** Of jitter, tokens and ids. */
  readonly random: Random;
  /** Asked at each boundary. */
  readonly diesHere: () => boolean;
  readonly ended: () => void;
  /** For the tests of the tests: a build with a defect. */
  readonly breakEngine: (engine: Engine) => Engine;
  /** Hears of all events as well. */
  readonly telemetry?: Telemetry;
}

/** Thrown out of an operation of the journal in whose course the process dies. */
class Killed extends Error {
  override readonly name = 'Killed';
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export class Life {
  readonly number: number;
  readonly #world: LifeWorld;
  readonly #view: PolicyView;
  readonly #stop = new AbortController();
  readonly #reloads: Array<() => void> = [];
  readonly #pages: ReadingPages;
  readonly #attempts: Attempts;
  readonly #daemon: Daemon;
  #dead = false;
  #frozenUntilMs = -Infinity;
  #nonce = 0;
  #reconciles = 0;

  constructor(number: number, world: LifeWorld) {
    this.number = number;
    this.#world = world;
    this.#view = new PolicyView(world.tree.noted);
    this.#pages = new ReadingPages((reading) => world.check.read(reading));
    this.#attempts = new Attempts((attempt) => this.#planned(attempt), world.fail);
    world.time.startProcess();
    world.check.started(number);
    world.note('process', `${number} starts`);
    const journal = world.journals.open();
    const { engine, lanes } = assembleEngine(world.config, {
      telemetry: this.#telemetry(),
      journal: this.#mortal(journal),
      invocation: { program: 'rampart', flags: '' },
      clock: systemClock,
      random: () => world.random.fraction(),
      newReconcileId: () => `${number}.${(this.#reconciles += 1)}`,
      // Between two events of the simulation everything is one turn.
      nextTurn: queueMicrotask,
      transportOf: () => this.#transport(),
      shares: { store: this.#mortalShares(), holder: `${number}` },
    });
    this.#daemon = new Daemon({
      engine: world.breakEngine(engine),
      lanes,
      source: world.tree.source(this.#view),
      keeper: openDaemonKeeper(world.config, {
        clock: systemClock,
        compile: new PolicyCompiler(thisThread).compile,
      }),
      leases: soleLeases({ owner: 'sole', epoch: 1 }),
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
        if (!this.#dead) world.fail('no bugs', error instanceof Error ? (error.stack ?? '') : String(error));
      },
    );
  }

  get isAlive(): boolean {
    return !this.#dead;
  }

  /** When it could last not do anything; minus infinity if it always could. */
  get frozenUntilMs(): number {
    return this.#frozenUntilMs;
  }

  /** As `/api/status` would tell. */
  status(): readonly GroupStatus[] {
    return this.#daemon.controller.status();
  }

  /** SIGHUP. */
  reload(): void {
    for (const listener of this.#reloads) listener();
  }

  /** SIGTERM. It ends by itself, soon. */
  stop(): void {
    this.#world.note('process', `${this.number} is told to stop`);
    this.#stop.abort('SIGTERM');
  }

  /** SIGSTOP, and SIGCONT later. */
  freeze(forMs: number): void {
    this.#world.note('process', `${this.number} freezes for ${forMs} ms`);
    this.#frozenUntilMs = this.#world.time.nowMs + forMs;
    this.#world.time.freezeProcess(forMs);
    this.#world.check.unreadable(this.#frozenUntilMs);
  }

  /** SIGKILL. */
  kill(where: string): void {
    if (this.#dead) return;
    this.#world.note('process', `${this.number} dies ${where}`);
    this.#dead = true;
    this.#world.time.killProcess();
    this.#world.tree.forgetListeners();
    this.#world.journals.crash();
    this.#world.ended();
  }

  /** The simulation is over: it is not killed, it just does no more. */
  abandon(): void {
    this.#dead = true;
    this.#world.time.killProcess();
    this.#world.tree.forgetListeners();
  }

  #end(journal: Journal, how: string): void {
    if (this.#dead) return;
    this.#world.note('process', `${this.number} ${how}`);
    void journal.close();
    this.#dead = true;
    this.#world.time.killProcess();
    this.#world.tree.forgetListeners();
    this.#world.ended();
  }

  /** A moment at which it may die. Answers whether it lives. */
  #boundary(where: string): boolean {
    if (!this.#dead && this.#world.diesHere()) this.kill(where);
    return !this.#dead;
  }

  #transport(): Transport {
    return {
      call: (operation, asked) => {
        const params = withPages(asked, this.#world.pageSize);
        if (!this.#boundary(`before ${operation} is sent`)) return never();
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
        this.#world.check.sent(call);
        return new Promise((resolve) => {
          this.#world.network.send(call, request, (answer) => this.#receive(call, answer, resolve));
          this.#boundary(`after ${operation} is sent`);
        });
      },
    };
  }

  #receive(call: SentCall, answer: TransportAnswer, resolve: (answer: TransportAnswer) => void): void {
    const { time } = this.#world;
    if (this.#dead) return;
    if (time.nowMs < this.#frozenUntilMs) {
      time.in(this.#frozenUntilMs - time.nowMs, () => this.#receive(call, answer, resolve));
      return;
    }
    if (!this.#boundary(`before the answer to ${call.operation}`)) return;
    if (call.operation === 'DescribeSecurityGroupAttribute' && answer.kind === 'answered')
      this.#pages.take(call, answer.body);
    resolve(answer);
  }

  /** The journal, with a chance to die before and after each thing that it keeps. */
  #mortal(journal: Journal): Journal {
    const { note, check } = this.#world;
    const during = async <T>(what: string, operation: () => Promise<T>): Promise<T> => {
      if (!this.#boundary(`before the journal ${what}`)) throw new Killed();
      const value = await operation();
      note('journal', what);
      if (!this.#boundary(`after the journal ${what}`)) throw new Killed();
      return value;
    };
    return wrappedJournal(journal, {
      openIntent: (draft) =>
        during(`opens an intent of ${draft.operation}`, async () => {
          const intent = await journal.openIntent(draft);
          note('journal', `gives ${intent.clientToken} to ${draft.operation} of ${draft.group.id}`);
          return intent;
        }),
      closeIntent: (token, outcome) =>
        during(`closes ${token}: ${outcome.result}`, () => journal.closeIntent(token, outcome)),
      setEstateFacts: async (facts) => {
        await journal.setEstateFacts(facts);
        if (facts.desired !== undefined) this.#world.tree.noted = new PolicyView(this.#view);
      },
      savePlan: (plan) => {
        check.told({ group: plan.id, steps: plan.steps, state: this.#world.stateOf(plan.id) });
        this.#attempts.saved(plan.id, plan.hitless);
        return during(`saves plan ${plan.hash.slice(0, 8)}`, () => journal.savePlan(plan));
      },
      mark: (group, marks) => {
        if (typeof marks.attempted === 'string') this.#attempts.begun(group.id, marks.attempted);
        return during(`marks ${group.id} ${JSON.stringify(marks)}`, () => journal.mark(group, marks));
      },
    });
  }

  /** A dead process asks for nothing, and is told nothing. */
  #mortalShares(): ShareStore {
    const { shares } = this.#world;
    return {
      serve: (lane, request) => (this.#dead ? never() : shares.serve(lane, request)),
      close: () => shares.close(),
    };
  }

  #telemetry(): Telemetry {
    return {
      emit: (event, fields) => {
        if (this.#dead) return;
        this.#world.telemetry?.emit(event, fields);
        this.#world.note('daemon', eventText(event, fields));
        if (event === 'group.described') this.#described(fields);
        if (event === 'plan.made') this.#attempts.told(fields);
        if (event === 'group.converged') this.#converged(fields);
        if (event === 'call.succeeded') this.#succeeded(fields);
        if (event === 'plan.blocked' && JSON.stringify(fields).includes('a bug of Rampart')) {
          this.#world.fail('no bugs', JSON.stringify(fields));
        }
      },
    };
  }

  #converged({ group = '', revision = '' }: CommonFields): void {
    const { time, check } = this.#world;
    const policy = this.#view.policyOf(group, revision);
    const isKnown = policy !== undefined && !isEnding(policy, time.wallMs);
    check.converged({ group, policy: isKnown ? inForceAt(policy, time.wallMs) : null });
  }

  /** With no rules it says that all was so already, which the cloud tells by an error. */
  #succeeded(fields: CommonFields & { readonly rules?: number }): void {
    if (fields.rules !== 0) this.#world.check.succeeded(fields.clientToken ?? '');
  }

  #described({ group = '', rules = NaN }: CommonFields & { readonly rules?: number }): void {
    this.#attempts.described(group);
    this.#world.check.described(group, rules);
  }

  #planned({ group, revision, hitless, isRetry }: Attempt): void {
    const policy = this.#view.policyOf(group, revision);
    if (policy === undefined) {
      this.#world.fail('(d) ownership', `a plan for ${group}, which no policy of ${revision} names`);
      return;
    }
    this.#world.check.planned({
      life: this.number,
      group,
      policy: inForceAt(policy, this.#world.time.wallMs),
      hitless,
      isRetry,
      isEnding: isEnding(policy, this.#world.time.wallMs),
      state: this.#world.stateOf(group),
    });
  }
}
