// The process as the commands see it: argv is read by main, everything else comes through here.
import { InvalidArgumentError } from 'commander';
import type { Result } from '../../reconciler/model/result.ts';

export interface Io {
  /** What a person answers; opened by who asks. */
  readonly stdin: () => NodeJS.ReadableStream;
  /** Data. */
  readonly stdout: NodeJS.WritableStream;
  /** Logs and progress. */
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Node.js and the script, then the arguments. */
  readonly argv: readonly string[];
  /** Aborts when the process is to stop; `reason` is the signal's name, or `failure` if stdout cannot be written. */
  readonly stopSignal: AbortSignal;
  /** Called at each SIGHUP. */
  readonly onReload: (listener: () => void) => void;
}

/** What a command ends with; the contract gives each number its meaning. */
export type ExitCode = 0 | 1 | 2 | 3;

/** A start that cannot go on for a reason the user can mend; printed without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Resolves once the process is to stop. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Reads the value of a flag for commander, which prints what is wrong with it. */
export const flagOf =
  <T>(parse: (text: string) => Result<T, string>) =>
  (text: string): T => {
    const value = parse(text);
    if (value.ok) return value.value;
    throw new InvalidArgumentError(value.error);
  };

export const isTty = (stream: NodeJS.ReadableStream | NodeJS.WritableStream): boolean =>
  'isTTY' in stream && stream.isTTY === true;

export const line = (stream: NodeJS.WritableStream, text: string): void => {
  stream.write(`${text}\n`);
};
