// The command line: which commands there are, what they share, and how usage errors end.
import { Command, CommanderError } from 'commander';
import { addAdoptCommand } from './commands/adopt.ts';
import { addApplyCommand } from './commands/apply.ts';
import { addApproveCommand } from './commands/approve.ts';
import { addCheckCommand } from './commands/check.ts';
import { addEmulatorCommand } from './commands/emulator.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addHistoryCommand } from './commands/history.ts';
import { addImportCommand } from './commands/import.ts';
import { aborted, line, UsageError, type ExitCode, type Io } from './cli/io.ts';
import { addPauseCommand, addResumeCommand } from './commands/pause.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addRunCommand } from './commands/run.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTestCommand } from './commands/test.ts';
import { addValidateCommand } from './commands/validate.ts';
import { packageVersion } from './cli/version.ts';

/** They change nothing anywhere, or whole files at a time: a signal may end them wherever they are. */
const MAY_BE_LEFT: ReadonlySet<string> = new Set([
  'validate',
  'plan',
  'import',
  'test',
  'check',
  'history',
  'status',
  'explain',
]);

export interface Program {
  /**
   * Runs the command that `argv` (node and script first) names. Mistakes on the command line are printed and answer
   * 1; other UsageErrors are thrown. Who asked for JSON gets a document with the error in both cases.
   */
  run(argv: readonly string[]): Promise<ExitCode>;
}

export function createProgram(io: Io): Program {
  let exitCode: ExitCode = 0;
  const done = (code: ExitCode) => {
    exitCode = code;
  };
  const program = new Command('rampart')
    .description('Makes your Alibaba Cloud security groups match the YAML in git, and keeps them that way.')
    .version(packageVersion(), '-V, --version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [COMMAND]', 'show help of a command')
    .showHelpAfterError('(add --help for the options)')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride();
  addRunCommand(program, io, done);
  addValidateCommand(program, io, done);
  addPlanCommand(program, io, done);
  addApplyCommand(program, io, done);
  addImportCommand(program, io, done);
  addTestCommand(program, io, done);
  addCheckCommand(program, io, done);
  addHistoryCommand(program, io, done);
  addApproveCommand(program, io, done);
  addAdoptCommand(program, io, done);
  addPauseCommand(program, io, done);
  addResumeCommand(program, io, done);
  addStatusCommand(program, io, done);
  addExplainCommand(program, io, done);
  addEmulatorCommand(program, io, done);
  for (const command of program.commands) command.helpOption('-h, --help', 'show help');
  const left = whenLeft(program, io);
  return {
    run: async (argv) => {
      try {
        return await Promise.race([program.parseAsync(argv).then(() => exitCode), left]);
      } catch (error) {
        if (error instanceof CommanderError && error.exitCode === 0) return 0;
        if (!(error instanceof CommanderError || error instanceof UsageError)) throw error;
        if (wantsJson(argv)) line(io.stdout, errorDocument(error));
        if (error instanceof UsageError) throw error;
        return 1;
      }
    },
  };
}

const errorDocument = ({ message }: Error): string =>
  JSON.stringify({ version: 1, error: message.replace(/^error: /, '') });

/** Looked for here and not in the parsed flags: what went wrong may be the parsing. */
function wantsJson(argv: readonly string[]): boolean {
  const format = argv.indexOf('--format');
  return (
    argv.includes('--json') || argv.includes('--format=json') || (format > 0 && argv[format + 1] === 'json')
  );
}

/** Answers 1 when the process is asked to stop during a command that need not come to its end. */
function whenLeft(program: Command, { stderr, stopSignal }: Io): Promise<ExitCode> {
  return new Promise((resolve) => {
    program.hook('preAction', (_, command) => {
      if (!MAY_BE_LEFT.has(command.name())) return;
      void aborted(stopSignal).then(() => {
        if (stopSignal.reason !== 'failure') line(stderr, 'rampart: interrupted');
        resolve(1);
      });
    });
  });
}
