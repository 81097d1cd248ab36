// The command line: what all commands share, and how usage errors end.
import { Command, CommanderError } from 'commander';
import { aborted, line, UsageError, type ExitCode, type Io } from './cli/io.ts';
import { packageVersion } from './cli/version.ts';
import { COMMANDS, MAY_BE_LEFT, type AddCommand } from './command-table.ts';

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
  const left = whenLeft(program, io);
  return {
    run: async (argv) => {
      try {
        await addCommands(program, argv, (add) => add(program, io, done));
        for (const command of program.commands) command.helpOption('-h, --help', 'show help');
        return await Promise.race([program.parseAsync(toParse(argv)).then(() => exitCode), left]);
      } catch (thrown) {
        const error = thrown instanceof UsageError ? await asCalledHere(thrown, io) : thrown;
        if (error instanceof CommanderError && error.exitCode === 0) return 0;
        if (!(error instanceof CommanderError || error instanceof UsageError)) throw error;
        if (wantsJson(argv)) line(io.stdout, errorDocument(error));
        if (error instanceof UsageError) throw error;
        return 1;
      }
    },
  };
}

/** The one that is called; else all by name, to be listed, or for the nearest one to be found. */
async function addCommands(
  program: Command,
  argv: readonly string[],
  whenLoaded: (add: AddCommand) => void,
): Promise<void> {
  const called = COMMANDS.get(calledIn(argv));
  if (called !== undefined) {
    whenLoaded(await called.load());
    for (const command of program.commands)
      command.addHelpText('after', `\nExample:\n  rampart ${called.example}`);
  } else for (const [name, { summary }] of COMMANDS) program.command(name).summary(summary);
}

/** The name of a command, if there is one at its place. */
function calledIn(argv: readonly string[]): string {
  const [first = '', second = ''] = argv.slice(2).filter((word) => word !== '--');
  return first === 'help' ? second : first;
}

/** A command that does not exist has no help: to show that of all instead, as if nothing were wrong, would hide the slip. */
function toParse(argv: readonly string[]): readonly string[] {
  const name = calledIn(argv);
  return name === '' || name.startsWith('-') || COMMANDS.has(name) ? argv : [...argv.slice(0, 2), name];
}

/** Loaded only then: a start needs none of it. */
async function asCalledHere({ message }: UsageError, io: Io): Promise<UsageError> {
  const { withCallable } = await import('./cli/invocation.ts');
  return new UsageError(withCallable(message, io));
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
