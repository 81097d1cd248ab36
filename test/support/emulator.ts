// An emulator for a test: started on a free port, driven over its doors as any other tool would.
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { systemClock } from '../../emulator/cloud.ts';
import { type EmulatorOptions, requestHandler } from '../../emulator/emulator.ts';
import type { Fault } from '../../emulator/gateway/faults.ts';
import { startServer } from '../../emulator/gateway/server.ts';
import type { Quirks } from '../../emulator/quirks.ts';
import { parseState } from '../../emulator/admin/state-file.ts';
import { ADMIN_PREFIX, type Outcome, type WireRequest } from '../../emulator/wire/wire.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the state door takes and gives; fields that are left out get their defaults. */
export interface StateJson {
  readonly securityGroups?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly prefixLists?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly portRangeLists?: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

export interface WholeStateJson {
  readonly securityGroups: ReadonlyArray<
    Readonly<Record<string, unknown>> & {
      readonly SecurityGroupId: string;
      readonly Permissions: ReadonlyArray<Readonly<Record<string, unknown>>>;
    }
  >;
  readonly prefixLists: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly portRangeLists: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

/** A fault as one writes it: only the action and the kind are needed. */
export type FaultJson = Pick<Fault, 'action' | 'kind'> & Partial<Fault>;

export interface TestEmulatorOptions extends Omit<EmulatorOptions, 'state' | 'onBug'> {
  readonly state?: StateJson;
  /** Its time, if that is not the machine's: windows of minutes, lag, delays. */
  readonly time?: VirtualClock;
}

export interface TestEmulator {
  readonly url: string;
  /** `127.0.0.1:PORT`, for clients that want an endpoint without a scheme. */
  readonly endpoint: string;
  state(): Promise<WholeStateJson>;
  setState(state: StateJson): Promise<void>;
  calls(): Promise<CallRecord[]>;
  clearCalls(): Promise<void>;
  /** Waits until a call has come in, answered or not. */
  called(action: string | RegExp): Promise<void>;
  setFaults(faults: readonly FaultJson[]): Promise<void>;
  setQuirks(quirks: Partial<Quirks>): Promise<void>;
  /** Moves the emulator's clock forward: throttle windows, token windows, times in answers. */
  advance(advanceMs: number): Promise<void>;
  /** Throws if the emulator had a defect while it ran. */
  close(): Promise<void>;
}

export async function startTestEmulator(options: TestEmulatorOptions = {}): Promise<TestEmulator> {
  const { state, time, ...rest } = options;
  const bugs: unknown[] = [];
  const clock = time?.forEmulator() ?? options.clock ?? systemClock;
  const cloud = requestHandler({
    ...rest,
    ...(state === undefined ? {} : { state: parseState(state) }),
    clock,
  });
  const listeners = new Set<() => void>();
  const handle = (request: WireRequest): Outcome => {
    const outcome = cloud(request);
    if (!request.target.startsWith(ADMIN_PREFIX)) for (const listener of listeners) listener();
    return outcome;
  };
  const emulator = await startServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    clock,
    onBug: (error) => bugs.push(error),
    handle: time === undefined ? handle : inTime(time, handle),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  });
  const door = async <T>(method: string, name: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${emulator.url}/_emulator/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /_emulator/${name} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  };
  const calls = () => door<CallRecord[]>('GET', 'calls');
  return {
    url: emulator.url,
    endpoint: new URL(emulator.url).host,
    state: () => door('GET', 'state'),
    setState: (next) => door('PUT', 'state', next),
    calls,
    clearCalls: () => door('DELETE', 'calls'),
    called: async (action) => {
      const fits = (call: CallRecord) => call.action.search(action) === 0;
      for (;;) {
        const next = new Promise<void>((resolve) => listeners.add(resolve));
        if ((await calls()).some(fits)) return;
        await next;
      }
    },
    setFaults: (faults) => door('PUT', 'faults', faults),
    setQuirks: (quirks) => door('PUT', 'quirks', quirks),
    advance: (advanceMs) => door('POST', 'clock', { advanceMs }),
    close: async () => {
      await emulator.close();
      if (bugs.length > 0) throw new AggregateError(bugs, 'the emulator had defects');
    },
  };
}

/** The emulator's clock is moved on to where the time is before it looks at a request. */
function inTime(
  time: VirtualClock,
  handle: (request: WireRequest) => Outcome,
): (request: WireRequest) => Outcome {
  let passedMs = 0;
  return (request) => {
    const advanceMs = Math.floor(time.monotonicMs()) - passedMs;
    passedMs += advanceMs;
    if (advanceMs > 0) {
      handle({
        method: 'POST',
        target: `${ADMIN_PREFIX}clock`,
        headers: { host: '127.0.0.1' },
        body: Buffer.from(JSON.stringify({ advanceMs })),
        remoteAddress: '127.0.0.1',
      });
    }
    return handle(request);
  };
}

/** Runs `use` against an emulator that is closed afterwards, whatever happens. */
export async function withEmulator(
  options: TestEmulatorOptions,
  use: (emulator: TestEmulator) => Promise<void>,
): Promise<void> {
  const emulator = await startTestEmulator(options);
  try {
    await use(emulator);
  } finally {
    await emulator.close();
  }
}
