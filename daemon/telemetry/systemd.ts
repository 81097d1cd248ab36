// Notifies systemd of our state (Type=notify) through its own program `systemd-notify`: Node cannot send datagrams to a Unix
// socket. It hears what the log hears. No one waits for it: a message that cannot be sent is reported and that is all.
//
// Messages go one after the other, since two processes could overtake each other. While one is on its way, only the
// newest of each kind waits, so however slow the program is, there is at most one process and one message a kind.
import { spawn } from 'node:child_process';
import type { EventName, Telemetry } from './events.ts';

/** See `man sd_notify`. */
export type SystemdMessage = 'READY=1' | 'STOPPING=1' | 'WATCHDOG=1';

type SystemdEnvironment = Readonly<Record<string, string | undefined>>;

export interface SystemdOptions {
  /** Of this process. Only NOTIFY_SOCKET and PATH are handed on to the program. */
  readonly env: SystemdEnvironment;
  readonly pid: number;
  /** Called for each message that could not be sent; of a program that is missing only once, for then none is sent any more. */
  readonly onFailure: (message: SystemdMessage, reason: string) => void;
  /** Longest life of the program, after which it is killed; ten seconds by default. */
  readonly timeoutMs?: number;
}

export interface Systemd {
  /** To be put beside the log. */
  readonly telemetry: Telemetry;
  /** Ends the signs of life. May be called twice. */
  close(): void;
}

const PROGRAM = 'systemd-notify';
/** The program itself waits up to 5 s for systemd to take the message. */
const MAX_LIFE_MS = 10_000;

const MESSAGES: Readonly<Partial<Record<EventName, SystemdMessage>>> = {
  'daemon.ready': 'READY=1',
  'daemon.stopping': 'STOPPING=1',
};

/** Null if systemd did not start us, or wants no notifications. */
export function createSystemd(options: SystemdOptions): Systemd | null {
  if (options.env.NOTIFY_SOCKET === undefined || options.env.NOTIFY_SOCKET === '') return null;
  const messenger = new Messenger(options);
  const everyMs = watchdogMs(options.env, options.pid);
  // A loop that hangs sends none, and that is the point.
  const timer = everyMs === null ? null : setInterval(() => messenger.send('WATCHDOG=1'), everyMs);
  timer?.unref();
  return {
    telemetry: {
      emit: (event) => {
        const message = MESSAGES[event];
        if (message !== undefined) messenger.send(message);
      },
    },
    close: () => {
      if (timer !== null) clearInterval(timer);
    },
  };
}

/** Half of what systemd waits for a sign of life, as its manual advises; null if it waits for none of ours. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: SystemdEnvironment, pid: number): number | null {
  if (WATCHDOG_USEC === undefined || !/^[1-9]\d{0,15}$/.test(WATCHDOG_USEC)) return null;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid)) return null;
  return Math.min(Math.max(1, Math.floor(Number(WATCHDOG_USEC) / 2000)), MAX_TIMER_MS);
}

const MAX_TIMER_MS = 2 ** 31 - 1;

class Messenger {
  readonly #options: SystemdOptions;
  readonly #waiting = new Set<SystemdMessage>();
  #isBusy = false;
  #isMissing = false;

  constructor(options: SystemdOptions) {
    this.#options = options;
  }

  send(message: SystemdMessage): void {
    if (this.#isMissing) return;
    this.#waiting.add(message);
    if (!this.#isBusy) this.#next();
  }

  #next(): void {
    const [message] = this.#waiting;
    if (message === undefined) return;
    this.#waiting.delete(message);
    this.#isBusy = true;
    const { env, timeoutMs = MAX_LIFE_MS, onFailure } = this.#options;
    const { NOTIFY_SOCKET, PATH } = env;
    const child = spawn(PROGRAM, [message], {
      env: { NOTIFY_SOCKET, PATH },
      stdio: 'ignore',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    // It ends by itself; our end does not wait for it.
    child.unref();
    child.once('error', (error: NodeJS.ErrnoException) => {
      this.#isMissing = error.code === 'ENOENT';
      const reason = this.#isMissing ? `there is no program ${PROGRAM} on the PATH` : error.message;
      onFailure(message, reason);
      this.#after();
    });
    child.once('exit', (code, signal) => {
      if (code === null) onFailure(message, `${PROGRAM} was ended by ${String(signal)}`);
      else if (code !== 0) onFailure(message, `${PROGRAM} ended with ${code}`);
      this.#after();
    });
  }

  #after(): void {
    this.#isBusy = false;
    if (this.#isMissing) this.#waiting.clear();
    else this.#next();
  }
}
