// What commands begin with: flags, config, log, policies.
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Problem } from '../../reconciler/model/problem.ts';
import { err, ok, type Result } from '../../reconciler/model/result.ts';
import type { CompileOptions } from '../../reconciler/policy/compile/compile.ts';
import type { Config } from '../config/config.ts';
import { loadConfig, NO_CONFIG } from '../config/load.ts';
import { progressOn } from '../cli/progress.ts';
import { compileOnce } from '../source/compile/compile-once.ts';
import type { CompileAnswer, CompileInput } from '../source/compile/compile-answer.ts';
import { DesiredKeeper, type KeeperOptions } from '../source/desired.ts';
import { LOG_LEVELS, type LogLevel } from '../telemetry/event-row.ts';
import type { Telemetry } from '../telemetry/events.ts';
import { createRedactor } from '../telemetry/redact.ts';
import { createTelemetry, fileSink } from '../telemetry/telemetry.ts';
import { COLOR_CHOICES, columnsOf, usesColor, type ColorChoice } from '../cli/look.ts';
import { flagOf, isTty, type Io, UsageError } from '../cli/io.ts';
import type { Secrets } from './secrets.ts';

export interface CommonFlags {
  readonly config?: string;
  readonly logLevel?: LogLevel;
  /** Milliseconds; of commands that read the cloud. */
  readonly timeout?: number;
  readonly color?: ColorChoice;
}

/** How long an account and region may go without an answer before a command that ends by itself gives it up. */
export const DEFAULT_TIMEOUT_MS = 8_000;
const MAX_TIMEOUT_SECONDS = 3600;

export function addCommonFlags(command: Command): Command {
  return command
    .option('--config <FILE>', 'config file (default: ./config.yaml)')
    .addOption(choice('--log-level <LEVEL>', 'lowest level that is logged', LOG_LEVELS))
    .addOption(
      choice(
        '--color <WHEN>',
        'colours: auto (on a terminal, unless NO_COLOR is set), always, never',
        COLOR_CHOICES,
      ),
    );
}

/** For commands that read the cloud and end by themselves. */
export const addTimeoutFlag = (command: Command): Command =>
  command.option(
    '--timeout <SECONDS>',
    `give up an account and region that has not answered for so long (default: ${DEFAULT_TIMEOUT_MS / 1000})`,
    flagOf(parseTimeout),
  );

function parseTimeout(text: string): Result<number, string> {
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  const isGood = seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS;
  return isGood ? ok(seconds * 1000) : err(`write whole seconds, from 1 to ${MAX_TIMEOUT_SECONDS}`);
}

/** An option that takes one of these words. */
export const choice = (flags: string, description: string, words: readonly string[]): Option =>
  new Option(flags, description).choices(words);

/** The config, or a UsageError that lists every problem with it. */
export function readConfig(flags: CommonFlags): Config {
  const config = loadConfig(flags.config ?? null);
  if (config.ok) return config.value;
  throw new UsageError(configTrouble(config.error));
}

/** Why there is no config to work with, for people. */
function configTrouble(problems: readonly Problem[]): string {
  const absent = problems.find(({ code }) => code === NO_CONFIG);
  if (absent !== undefined) return `${absent.message}; ${absent.hint}`;
  return `the config cannot be used\n${problems.map(problemText).join('\n')}`;
}

export function problemText({ file, line, column, message, hint }: Problem): string {
  return `${file}:${line}:${column}: ${message}${hint === '' ? '' : ` (${hint})`}`;
}

/** `run` logs to stdout, which is its data; every other command to stderr. */
export function openTelemetry(
  config: Config,
  flags: CommonFlags,
  to: { readonly fd: 1 | 2; readonly io: Io; readonly secrets: Secrets },
): Telemetry {
  const stream = to.fd === 1 ? to.io.stdout : to.io.stderr;
  const onTerminal = isTty(stream);
  const { format, level } = config.log;
  return createTelemetry({
    level: flags.logLevel ?? level,
    format: format === 'auto' ? (onTerminal ? 'short' : 'json') : format,
    sink: fileSink(to.fd, (why) => stream.emit('error', why)),
    redact: createRedactor(to.secrets.values),
    colors: usesColor(stream, to.io, flags.color),
    columns: () => columnsOf(stream),
  });
}

/** For who reads the policies once: as they lie there, whole or not, committed or not. */
export const openKeeper = (config: Config, io: Pick<Io, 'stderr'>): DesiredKeeper =>
  new DesiredKeeper({
    ...compileOptionsOf(config),
    compile: (folder, options) => compileShown(folder, options, io),
  });

/** A terminal sees the files counted. */
export async function compileShown(
  folder: CompileInput,
  options: CompileOptions,
  io: Pick<Io, 'stderr'>,
): Promise<CompileAnswer> {
  const progress = progressOn(io, folder.files.length, 'policy files');
  const compiled = await compileOnce(folder, options, progress.step);
  progress.end();
  return compiled;
}

/** What of the config the meaning of policies depends on. */
export const compileOptionsOf = ({ accounts, guardrails }: Config): CompileOptions => ({
  accounts: Object.keys(accounts),
  guardrails,
});

/** For the daemon: what is taken must be whole, and committed if the config says so. */
export const openDaemonKeeper = (
  config: Config,
  ports: Pick<KeeperOptions, 'clock' | 'compile'>,
): DesiredKeeper =>
  new DesiredKeeper({
    ...compileOptionsOf(config),
    settleMs: config.policies.settleSeconds * 1000,
    requireClean: config.policies.requireClean,
    ...ports,
  });

/** Short in messages: relative where that is below the working directory. */
export function shownPath(file: string, io: Pick<Io, 'cwd'>): string {
  const relative = path.relative(io.cwd, path.resolve(io.cwd, file));
  return relative.startsWith('..') || relative === '' ? file : relative;
}
