// The emulator as a whole: one cloud, its gateway and its admin API behind one HTTP server.
import { servicesWith } from './actions/services.ts';
import { Authenticator } from './gateway/authenticator.ts';
import { CallLog, type CallLogLimits } from './admin/call-log.ts';
import { Cloud, type EmulatorClock, systemClock } from './cloud.ts';
import {
  type CredentialOptions,
  DEFAULT_CREDENTIAL,
  keyring,
  SECOND_CREDENTIAL,
} from './gateway/credentials.ts';
import { Admin } from './admin/admin.ts';
import { Faults } from './gateway/faults.ts';
import { Gateway } from './gateway/gateway.ts';
import { DEFAULT_QUIRKS, type Quirks } from './quirks.ts';
import { seededStream } from './random.ts';
import { startServer } from './gateway/server.ts';
import { digestOf } from './state-ids.ts';
import type { State } from './state.ts';
import type { TlsKeyPair } from './tls/either-scheme.ts';
import { emptyState } from './admin/state-file.ts';
import { AuditTrail } from './trail/audit-trail.ts';
import { ADMIN_PREFIX, type Outcome, type WireRequest } from './wire/wire.ts';

export interface EmulatorOptions {
  /** Address to listen on; default 127.0.0.1. The admin API serves only this machine, whatever stands here. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** The cloud at the start, which the emulator then owns; default: empty. */
  readonly state?: State;
  /** Put over the defaults. */
  readonly quirks?: Partial<Quirks>;
  /** Of ids, request ids and faults; default 1. The same seed and the same state give the same ones. */
  readonly seed?: number;
  /** Default: the keys `emulator` / `emulator-secret`, and `alice` / `alice-secret` of another RAM user. */
  readonly credentials?: readonly CredentialOptions[];
  /** How many calls the admin API shows at most; default 10,000. */
  readonly callsLimit?: number;
  /** Base of the emulator's clock; default: the system's. */
  readonly clock?: EmulatorClock;
  /** Called with defects of the emulator itself, whose calls are answered with InternalError; default: standard error. */
  readonly onBug?: (error: unknown) => void;
  /** With it, HTTPS is answered beside HTTP, on the same port; default: HTTP alone. */
  readonly tls?: TlsKeyPair;
}

export interface Emulator {
  /** Such as `http://127.0.0.1:40123`. With `tls` the same address answers https:// too. */
  readonly url: string;
  /** Ends every connection, answered or not. May be called twice. */
  close(): Promise<void>;
}

const DEFAULT_CALLS_LIMIT = 10_000;
const CALLS_BYTES = 32 * 1024 * 1024;

/**
 * Starts the emulator. Rejects if the address cannot be had, a credential stands twice, or `tls` is no certificate with
 * its key.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, clock = systemClock, onBug = reportBug, tls } = options;
  const handle = requestHandler(options);
  return await startServer({ host, port, clock, onBug, handle, ...(tls === undefined ? {} : { tls }) });
}

/** The emulator below its socket: one request in, one outcome out. */
export function requestHandler(options: EmulatorOptions = {}): (request: WireRequest) => Outcome {
  const { seed = 1, state = emptyState() } = options;
  const cloud = new Cloud({
    state,
    quirks: { ...DEFAULT_QUIRKS, ...options.quirks },
    clock: options.clock ?? systemClock,
    random: seededStream(seed, 'actions'),
  });
  const limits: CallLogLimits = { calls: options.callsLimit ?? DEFAULT_CALLS_LIMIT, bytes: CALLS_BYTES };
  const calls = new CallLog(limits);
  const faults = new Faults(seededStream(seed, 'faults'));
  const authenticator = new Authenticator(
    keyring(options.credentials ?? [DEFAULT_CREDENTIAL, SECOND_CREDENTIAL]),
  );
  const run = digestOf(state);
  const random = seededStream(seed ^ run, 'requestIds');
  const trail = new AuditTrail(run);
  const services = servicesWith(trail);
  const gateway = new Gateway({ cloud, services, authenticator, faults, calls, trail, random });
  const admin = new Admin({ cloud, faults, calls, trail });
  return (request) =>
    request.target.startsWith(ADMIN_PREFIX)
      ? { kind: 'reply', reply: admin.handle(request) }
      : gateway.handle(request);
}

function reportBug(error: unknown): void {
  process.stderr.write(
    `emulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
}
