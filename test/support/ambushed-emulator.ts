// An emulator that lies in wait: a chosen call is the last thing that its sender does, and what becomes of that
// call is chosen too. Besides, it keeps each state that a group passed through.
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { systemClock } from '../../emulator/cloud.ts';
import { requestHandler } from '../../emulator/emulator.ts';
import { readRequest } from '../../emulator/wire/request.ts';
import { startServer } from '../../emulator/gateway/server.ts';
import type { Permission } from '../../emulator/state.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import { ADMIN_PREFIX, type Outcome, type WireRequest } from '../../emulator/wire/wire.ts';
import type { StateJson, WholeStateJson } from './emulator.ts';

/**
 * What becomes of the call at which its sender is struck:
 * - `lost`: the sender was struck before the call came; it has no effect
 * - `unanswered`: the call takes effect, and no one is left to hear of it
 * - `answered`: the call takes effect, its answer is sent, and the sender is struck after that
 * - `late`: the call is on its way for so long that it takes effect only when it is released
 */
export type Fate = 'lost' | 'unanswered' | 'answered' | 'late';

export interface Ambush {
  /** What lies in wait for: the `nth` read, or the `nth` write, from now on. */
  readonly kind: 'read' | 'write';
  readonly nth: number;
  readonly fate: Fate;
  /** Strikes the sender; called once, in the middle of the call. */
  readonly strike: () => void;
}

/** The call at which the sender was struck. */
export interface Struck {
  readonly kind: Ambush['kind'];
  readonly fate: Fate;
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
  /** Lets a late call come in; does nothing for others, or when called again. */
  readonly release: () => void;
}

export type Rules = readonly Permission[];

export interface AmbushedEmulator {
  readonly url: string;
  /** By group: the rules at the start, and after each change of them. */
  readonly states: ReadonlyMap<string, readonly Rules[]>;
  /** Resolves when the ambush has struck. Only one may be laid. */
  lay(ambush: Ambush): Promise<Struck>;
  /** Takes the ambush away if it is still laid; its promise stays open. */
  lift(): void;
  /** Tells of every call, before it has an effect. The answer ends the telling. */
  listen(listener: (isRead: boolean) => void): () => void;
  /**
   * Answers over a new connection. What the kernel had received of other connections before has been dealt with
   * then: it was ready to be read some turns of the loop earlier.
   */
  settle(): Promise<void>;
  /** Everything, as a state file holds it. */
  state(): WholeStateJson;
  rules(group: string): Rules;
  setRules(group: string, rules: readonly object[]): void;
  calls(): readonly CallRecord[];
  close(): Promise<void>;
}

class Watch {
  readonly states = new Map<string, Rules[]>();
  readonly #handle: (request: WireRequest) => Outcome;

  constructor(state: StateJson) {
    this.#handle = requestHandler({ state: parseState(state), callsLimit: 100_000 });
    this.look();
  }

  handle(request: WireRequest): Outcome {
    const outcome = this.#handle(request);
    if (!request.target.startsWith(ADMIN_PREFIX)) this.look();
    return outcome;
  }

  /** A door of the emulator, without the way over the network. */
  door(method: 'GET' | 'PUT', name: string, body: unknown = null): unknown {
    const outcome = this.#handle({
      method,
      target: `${ADMIN_PREFIX}${name}`,
      headers: { host: '127.0.0.1' },
      body: Buffer.from(JSON.stringify(body)),
      remoteAddress: '127.0.0.1',
    });
    if (outcome.kind !== 'reply' || outcome.reply.status !== 200) throw new Error(JSON.stringify(outcome));
    return JSON.parse(outcome.reply.body);
  }

  whole(): WholeStateJson {
    return this.door('GET', 'state') as WholeStateJson;
  }

  look(): void {
    for (const { SecurityGroupId, Permissions } of this.whole().securityGroups) {
      const rules = Permissions as unknown as Rules;
      const seen = this.states.get(SecurityGroupId) ?? [];
      this.states.set(SecurityGroupId, seen);
      if (JSON.stringify(seen.at(-1)) !== JSON.stringify(rules)) seen.push(rules);
    }
  }
}

class Trap {
  readonly listeners = new Set<(isRead: boolean) => void>();
  #laid: { readonly ambush: Ambush; readonly tell: (struck: Struck) => void; left: number } | null = null;
  /** When the call that came last may go on, if it is late. */
  released = Promise.resolve();

  lay(ambush: Ambush): Promise<Struck> {
    return new Promise((tell) => (this.#laid = { ambush, tell, left: ambush.nth }));
  }

  lift(): void {
    this.#laid = null;
  }

  /** The outcome of a call, whose effect is that of `perform`. */
  spring(request: WireRequest, perform: () => Outcome): Outcome {
    const { action = '', params } = readRequest(request);
    const isRead = action.startsWith('Describe');
    for (const listener of this.listeners) listener(isRead);
    const laid = this.#laid;
    if (laid === null || (laid.ambush.kind === 'read') !== isRead) return perform();
    laid.left -= 1;
    if (laid.left > 0) return perform();
    this.#laid = null;
    const { kind, fate, strike } = laid.ambush;
    let release: () => void = () => undefined;
    if (fate === 'late') this.released = new Promise((resolve) => (release = resolve));
    const struck = () => {
      strike();
      laid.tell({ kind, fate, action, params: Object.fromEntries(params), release });
    };
    if (fate === 'answered') setImmediate(struck);
    else struck();
    switch (fate) {
      case 'lost':
        return { kind: 'reset' };
      case 'unanswered':
      case 'answered':
        return perform();
      case 'late':
        return { kind: 'later', delayMs: 0, finish: perform };
    }
  }
}

/** `port` 0 is any free one. */
export async function startAmbushedEmulator(state: StateJson, port = 0): Promise<AmbushedEmulator> {
  const watch = new Watch(state);
  const trap = new Trap();
  const bugs: unknown[] = [];
  const server = await startServer({
    host: '127.0.0.1',
    port,
    // Only late calls sleep, and begin to in the same turn in which the trap was sprung.
    clock: { ...systemClock, sleep: () => trap.released },
    onBug: (bug) => bugs.push(bug),
    handle: (request) =>
      request.target.startsWith(ADMIN_PREFIX)
        ? watch.handle(request)
        : trap.spring(request, () => watch.handle(request)),
  });
  const settle = async () => {
    const headers = { connection: 'close' };
    for (const turn of ['quirks', 'faults']) {
      const response = await fetch(`${server.url}${ADMIN_PREFIX}${turn}`, { headers });
      await response.text();
    }
  };
  return {
    url: server.url,
    states: watch.states,
    lay: (ambush) => trap.lay(ambush),
    lift: () => trap.lift(),
    listen: (listener) => {
      trap.listeners.add(listener);
      return () => trap.listeners.delete(listener);
    },
    settle,
    state: () => watch.whole(),
    rules: (group) => watch.states.get(group)?.at(-1) ?? [],
    setRules: (group, rules) => {
      const whole = watch.whole();
      const securityGroups = whole.securityGroups.map((each) =>
        each.SecurityGroupId === group ? { ...each, Permissions: rules } : each,
      );
      watch.door('PUT', 'state', { ...whole, securityGroups });
      watch.look();
    },
    calls: () => watch.door('GET', 'calls') as readonly CallRecord[],
    close: async () => {
      await server.close();
      if (bugs.length > 0) throw new AggregateError(bugs, 'the emulator had defects');
    },
  };
}
