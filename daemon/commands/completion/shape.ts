// What a shell has to know of a command.
import type { Command, Option } from 'commander';

export interface CommandShape {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagShape[];
  /** Words that its argument can be; null: none, or any. */
  readonly words: readonly string[] | null;
  /** Whether its arguments are files. */
  readonly takesFiles: boolean;
}

export interface FlagShape {
  /** `--format`. */
  readonly name: string;
  readonly description: string;
  readonly value: FlagValue;
}

/** `any`: a value that no shell knows. */
export type FlagValue =
  { readonly kind: 'none' | 'file' | 'any' } | { readonly kind: 'words'; readonly words: readonly string[] };

export function commandShape(command: Command): CommandShape {
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    summary: command.summary(),
    flags: [
      ...command.options.filter(({ hidden }) => !hidden).map(flagShape),
      { name: '--help', description: 'show help', value: { kind: 'none' } },
    ],
    words: argument?.argChoices ?? null,
    takesFiles: argument !== undefined && isFile(argument.name()),
  };
}

const flagShape = (option: Option): FlagShape => ({
  name: option.long ?? option.flags,
  description: option.description.split('\n')[0] ?? '',
  value: flagValue(option),
});

function flagValue({ flags, required, optional, argChoices }: Option): FlagValue {
  if (!required && !optional) return { kind: 'none' };
  if (argChoices !== undefined) return { kind: 'words', words: argChoices };
  return { kind: isFile(flags) ? 'file' : 'any' };
}

/** By the word that stands for the value. */
const isFile = (text: string): boolean => /\b(?:file|folder|path)s?\b/i.test(text);

/** What may stand first. */
export const firstWords = (commands: readonly CommandShape[]): string =>
  [...commands.map(({ name }) => name), 'help', '--help', '--version'].join(' ');
