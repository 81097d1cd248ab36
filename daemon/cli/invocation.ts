// How a person calls this program here, so that the commands that are printed can be pasted as they are.
import path from 'node:path';
import type { Invocation } from '../../reconciler/plan/safety.ts';
import { DEFAULT_CONFIG_FILE } from '../config/load.ts';

/** What the process knows of how it was started. */
export interface ProcessFacts {
  /** Node.js and the script, then the arguments. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

const BIN = 'rampart';

/** @param config the file as it was given, or null for the one of the working directory */
export const invocationOf = (config: string | null, facts: ProcessFacts): Invocation => ({
  program: programOf(facts),
  flags: configFlag(config, facts.cwd),
});

function programOf({ argv, env, cwd }: ProcessFacts): string {
  // npm sets these for its scripts and for npx; both have the project's programs at hand.
  if (env.npm_command !== undefined || env.npm_lifecycle_event !== undefined) return `npx ${BIN}`;
  const script = argv[1] ?? BIN;
  const isBin = path.basename(script) === BIN;
  if (isBin && isOnPath(path.dirname(script), env.PATH ?? '')) return BIN;
  return isBin ? shellWord(shortPath(script, cwd)) : `node ${shellWord(shortPath(script, cwd))}`;
}

const isOnPath = (folder: string, searched: string): boolean =>
  searched.split(path.delimiter).some((each) => each !== '' && path.resolve(each) === path.resolve(folder));

function configFlag(config: string | null, cwd: string): string {
  if (config === null) return '';
  const file = shortPath(config, cwd);
  return file === DEFAULT_CONFIG_FILE ? '' : ` --config ${shellWord(file)}`;
}

/** Relative where that lies below the working directory. */
function shortPath(file: string, cwd: string): string {
  const absolute = path.resolve(cwd, file);
  const relative = path.relative(cwd, absolute);
  const isBelow = relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`);
  if (!isBelow || path.isAbsolute(relative)) return absolute;
  return relative.startsWith('-') ? `.${path.sep}${relative}` : relative;
}

/** Messages that name commands as `rampart COMMAND`, with these as a person runs them here. */
export function withCallable(message: string, facts: ProcessFacts): string {
  const { program, flags } = invocationOf(configNamedIn(facts.argv), facts);
  // Of `journal` it is the subcommand that takes flags.
  return message.replace(
    /`rampart ((?:journal )?[a-z]+)/g,
    (_, command: string) => `\`${program} ${command}${flags}`,
  );
}

/** For messages of failures before the flags are read, too; null: none is named. */
function configNamedIn(argv: readonly string[]): string | null {
  const at = argv.indexOf('--config');
  const joined = argv.find((word) => word.startsWith('--config='));
  return (at === -1 ? joined?.slice('--config='.length) : argv[at + 1]) ?? null;
}

/** A word that a POSIX shell takes as it is. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
