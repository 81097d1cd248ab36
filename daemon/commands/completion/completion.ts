// `rampart completion`: a script that completes commands and flags in a shell. Made of the commands themselves, so that
// none is forgotten.
import { Argument, type Command } from 'commander';
import type { ExitCode, Io } from '../../cli/io.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { commandShape, type CommandShape } from './shape.ts';
import { zshScript } from './zsh.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CommandShape[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export interface CompletionPorts {
  readonly io: Io;
  readonly done: (code: ExitCode) => void;
  readonly commands: (io: Io) => Promise<readonly Command[]>;
}

export function addCompletionCommand(program: Command, { io, done, commands }: CompletionPorts): void {
  program
    .command('completion')
    .description('Print a script that completes commands and flags. Exit code: 0.')
    .addArgument(new Argument('<SHELL>', 'for which shell').choices(SHELLS))
    .addHelpText(
      'after',
      '\nbash reads ~/.local/share/bash-completion/completions/rampart, fish ~/.config/fish/completions/rampart.fish, and zsh' +
        '\na file _rampart in a folder of its fpath.',
    )
    .action(async (shell: Shell) => {
      io.stdout.write(SCRIPTS[shell]((await commands(io)).map(commandShape)));
      done(0);
    });
}
