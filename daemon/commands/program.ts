// The command line: which commands there are, what they share, and how usage errors end.
import { Command, CommanderError } from 'commander';
import { addApplyCommand } from './apply.ts';
import { addCheckCommand } from './check.ts';
import { addEmulatorCommand } from './emulator.ts';
import { addHistoryCommand } from './history.ts';
import { addImportCommand } from './import.ts';
import type { ExitCode, Io } from './io.ts';
import { addPauseCommand, addResumeCommand } from './pause.ts';
import { addPlanCommand } from './plan.ts';
import { addRunCommand } from './run.ts';
import { addStatusCommand } from './status.ts';
import { addValidateCommand } from './validate.ts';
import { packageVersion } from './version.ts';

export interface Program {
  /** Runs the command that `argv` (node and script first) names. Usage errors are printed and answer 1. */
  run(argv: readonly string[]): Promise<ExitCode>;
}

export function createProgram(io: Io): Program {
  let exitCode: ExitCode = 0;
  const done = (code: ExitCode) => {
    exitCode = code;
  };
  const program = new Command('rampart')
    .description('Keeps Alibaba Cloud ECS security groups as the policy files in git say.')
    .version(packageVersion(), '--version')
    .helpOption('--help', 'show help')
    .helpCommand(false)
    .showHelpAfterError('(add --help for the options)')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride();
  addRunCommand(program, io, done);
  addValidateCommand(program, io, done);
  addPlanCommand(program, io, done);
  addApplyCommand(program, io, done);
  addImportCommand(program, io, done);
  addCheckCommand(program, io, done);
  addHistoryCommand(program, io, done);
  addPauseCommand(program, io, done);
  addResumeCommand(program, io, done);
  addStatusCommand(program, io, done);
  addEmulatorCommand(program, io, done);
  for (const command of program.commands) command.helpOption('--help', 'show help');
  return {
    run: async (argv) => {
      try {
        await program.parseAsync(argv);
        return exitCode;
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        return error.exitCode === 0 ? 0 : 1;
      }
    },
  };
}
