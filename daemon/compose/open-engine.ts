// An engine for a command that ends by itself: clients, lanes, log and journal, opened and closed in order.
import type { Config } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import { assemble, popTransportOf, type Assembly } from './assemble.ts';
import type { PopTransport } from '../ecs/transport/pop-transport.ts';
import { invocationOf } from '../cli/invocation.ts';
import type { Io } from '../cli/io.ts';
import { systemClock } from '../clock.ts';
import { OneShotPatience } from '../queue/one-shot-patience.ts';
import type { EventName, Telemetry } from '../telemetry/events.ts';
import { openSharesBeside } from './open-journal.ts';
import { Secrets } from './secrets.ts';
import { DEFAULT_TIMEOUT_MS, openTelemetry, type CommonFlags } from './setup.ts';

/** The emulator that accounts with `endpoint: embedded` talk to. */
export interface EmbeddedEmulator {
  readonly url: string;
  /** The file of the certificate by which clients trust its https; null: it answers none, or with one of the user's. */
  readonly ca: string | null;
  /** Ends it if it is ours; one that was there before stays. May be called twice. */
  close(): Promise<void>;
}

/** What differs from command to command. */
export interface Opening {
  readonly journal: () => Journal | Promise<Journal>;
  /** Null if no account of the config is embedded. Only commands may start an emulator, so they bring this. */
  readonly emulator: (config: Config) => Promise<EmbeddedEmulator | null>;
}

export interface OpenEngine extends Assembly {
  readonly patience: OneShotPatience;
  /** For calls that are not about groups: one attempt each, without a pace. */
  readonly transportOf: (account: string) => PopTransport;
  close(): Promise<void>;
}

/** Logs warnings to stderr. The journal is closed with the rest, or at once if something else cannot be opened. */
export async function openEngine(
  config: Config,
  flags: CommonFlags,
  io: Io,
  opening: Opening,
): Promise<OpenEngine> {
  const emulator = await opening.emulator(config);
  const closing: Array<() => void | Promise<void>> = [() => emulator?.close()];
  const close = async () => {
    for (const step of closing.reverse()) await step();
  };
  try {
    const journal = await opening.journal();
    closing.push(() => journal.close());
    const secrets = new Secrets();
    const patience = new OneShotPatience({
      clock: systemClock,
      timeoutMs: flags.timeout ?? DEFAULT_TIMEOUT_MS,
    });
    closing.push(() => patience.close());
    const log = openTelemetry(config, { logLevel: 'warn', ...flags }, { fd: 2, io, secrets });
    const telemetry = flags.logLevel === undefined ? withoutFirstTries(log, patience) : log;
    const ports = { secrets, env: io.env, emulatorUrl: emulator?.url ?? null };
    const shares = await openSharesBeside(config);
    closing.push(() => shares?.store.close());
    const assembly = assemble(config, {
      ...ports,
      shares,
      patience,
      telemetry,
      journal,
      invocation: invocationOf(flags.config ?? null, io),
    });
    closing.push(() => {
      assembly.lanes.close();
    });
    io.stopSignal.addEventListener('abort', () => assembly.lanes.close(), { once: true });
    const transportOf = (account: string): PopTransport => {
      const settings = config.accounts[account];
      if (settings === undefined) throw new Error(`account ${account} is not in the config`);
      return popTransportOf(settings, ports);
    };
    return { ...assembly, patience, transportOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const TRIES: ReadonlySet<EventName> = new Set(['call.retried', 'call.failed', 'call.unknown']);

/** While a place has never answered, the command itself says what became of it, once, and its log no try of it. */
const withoutFirstTries = (log: Telemetry, patience: OneShotPatience): Telemetry => ({
  emit: (event, fields) => {
    const { account, region } = fields;
    const isFirstTry =
      TRIES.has(event) &&
      account !== undefined &&
      region !== undefined &&
      !patience.hasAnswered({ account, region });
    if (!isFirstTry) log.emit(event, fields);
  },
});
