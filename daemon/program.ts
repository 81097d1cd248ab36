// The command line: which commands there are, what they share, and how usage errors end.
import { Command, CommanderError } from 'commander';
import { aborted, line, UsageError, type ExitCode, type Io } from './cli/io.ts';
import { packageVersion } from './cli/version.ts';

type AddCommand = (program: Command, io: Io, done: (code: ExitCode) => void) => void;

interface LazyCommand {
  /** In the list of commands; its own help says more. */
  readonly summary: string;
  /** Below its own help. */
  readonly example: string;
  readonly load: () => Promise<AddCommand>;
}

/** In the order of the help. Each is loaded when it is called: to load all takes half a second. */
const COMMANDS: ReadonlyMap<string, LazyCommand> = new Map([
  [
    'init',
    {
      summary: 'Write a first config and a folder for policies',
      example: 'init --credentials ecsRamRole',
      load: async () => (await import('./commands/init/init.ts')).addInitCommand,
    },
  ],
  [
    'run',
    {
      summary: 'The daemon: keep the groups as the policies say',
      example: 'run --config config.yaml',
      load: async () => (await import('./commands/run.ts')).addRunCommand,
    },
  ],
  [
    'validate',
    {
      summary: 'Check config and policies without the cloud',
      example: 'validate policies/web.yaml',
      load: async () => (await import('./commands/validate.ts')).addValidateCommand,
    },
  ],
  [
    'plan',
    {
      summary: 'Show what would be done',
      example: 'plan --group sg-bp1web --calls',
      load: async () => (await import('./commands/plan.ts')).addPlanCommand,
    },
  ],
  [
    'apply',
    {
      summary: 'Plan, ask, carry out, verify',
      example: 'apply --plan 97cef21b52b5 --reason "ticket 4711"',
      load: async () => (await import('./commands/apply.ts')).addApplyCommand,
    },
  ],
  [
    'import',
    {
      summary: 'Write policies from the groups of the cloud',
      example: 'import --all --tag env=prod --out policies',
      load: async () => (await import('./commands/import.ts')).addImportCommand,
    },
  ],
  [
    'test',
    {
      summary: 'Run the `expect` entries of the policies',
      example: 'test --live --strict',
      load: async () => (await import('./commands/test.ts')).addTestCommand,
    },
  ],
  [
    'check',
    {
      summary: 'Say whether a packet is allowed, and by which rule',
      example: 'check --group sg-bp1web --direction ingress --protocol tcp --port 443 --peer 203.0.113.7',
      load: async () => (await import('./commands/check.ts')).addCheckCommand,
    },
  ],
  [
    'history',
    {
      summary: 'Show what changed the cloud, what was approved, and who made drift',
      example: 'history --group sg-bp1web --since 7d',
      load: async () => (await import('./commands/history.ts')).addHistoryCommand,
    },
  ],
  [
    'approve',
    {
      summary: 'Let a held plan or revision go on',
      example: 'approve 97cef21b52b5 --reason "ticket 4711" --for 2h',
      load: async () => (await import('./commands/approve.ts')).addApproveCommand,
    },
  ],
  [
    'rollback',
    {
      summary: 'Put an earlier commit of a git source in force',
      example: 'rollback --to 3ed103f --reason "port 22 was opened"',
      load: async () => (await import('./commands/rollback/rollback.ts')).addRollbackCommand,
    },
  ],
  [
    'adopt',
    {
      summary: 'Say that rules of a group are ours',
      example: 'adopt --group sg-bp1web --reason "made by hand, still needed"',
      load: async () => (await import('./commands/adopt.ts')).addAdoptCommand,
    },
  ],
  [
    'pause',
    {
      summary: 'Stop writing, for a group or all of them',
      example: 'pause --group sg-bp1web --for 2h --reason "migration, ticket 4711"',
      load: async () => (await import('./commands/pause.ts')).addPauseCommand,
    },
  ],
  [
    'resume',
    {
      summary: 'Write again, or end a freeze',
      example: 'resume --group sg-bp1web',
      load: async () => (await import('./commands/pause.ts')).addResumeCommand,
    },
  ],
  [
    'journal',
    {
      summary: 'Copy the journal into a database, or divide it into shards',
      example: 'rampart journal copy --to postgres://rampart@db.internal/rampart',
      load: async () => (await import('./commands/journal/journal.ts')).addJournalCommand,
    },
  ],
  [
    'status',
    {
      summary: 'Show what the running daemon knows',
      example: 'status --json',
      load: async () => (await import('./commands/status.ts')).addStatusCommand,
    },
  ],
  [
    'explain',
    {
      summary: 'Say why nothing happens to a group, and how to go on',
      example: 'explain --group sg-bp1web',
      load: async () => (await import('./commands/explain.ts')).addExplainCommand,
    },
  ],
  [
    'reconcile',
    {
      summary: 'Ask the running daemon to reconcile now',
      example: 'reconcile --group sg-bp1web',
      load: async () => (await import('./commands/reconcile/reconcile.ts')).addReconcileCommand,
    },
  ],
  [
    'emulator',
    {
      summary: 'Serve the ECS API from memory',
      example: 'emulator --listen 127.0.0.1:8480 --quirk describeLagMs=500',
      load: async () => (await import('./commands/emulator.ts')).addEmulatorCommand,
    },
  ],
  [
    'completion',
    {
      summary: 'Print what completes commands and flags in a shell',
      example: 'completion bash > ~/.local/share/bash-completion/completions/rampart',
      load: async () => {
        const { addCompletionCommand } = await import('./commands/completion/completion.ts');
        return (program, io, done) => addCompletionCommand(program, { io, done, commands: allCommands });
      },
    },
  ],
]);

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
  'reconcile',
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
  const left = whenLeft(program, io);
  return {
    run: async (argv) => {
      try {
        await addCommands(program, argv, (add) => add(program, io, done));
        for (const command of program.commands) command.helpOption('-h, --help', 'show help');
        return await Promise.race([program.parseAsync(toParse(argv)).then(() => exitCode), left]);
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

/** All, with their flags; nothing is done with them. */
async function allCommands(io: Io): Promise<readonly Command[]> {
  const program = new Command('rampart');
  for (const { summary, load } of COMMANDS.values()) {
    (await load())(program, io, () => undefined);
    program.commands.at(-1)?.summary(summary);
  }
  return program.commands;
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
