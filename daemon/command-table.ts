// Which commands there are, and where each is loaded from when it is called.
import { Command } from 'commander';
import type { ExitCode, Io } from './cli/io.ts';

export type AddCommand = (program: Command, io: Io, done: (code: ExitCode) => void) => void;

export interface LazyCommand {
  /** In the list of commands; its own help says more. */
  readonly summary: string;
  /** Below its own help. */
  readonly example: string;
  readonly load: () => Promise<AddCommand>;
}

/** In the order of the help. Each is loaded when it is called: to load all takes half a second. */
export const COMMANDS: ReadonlyMap<string, LazyCommand> = new Map([
  [
    'init',
    {
      summary: 'Write a first config and a folder for policies',
      example: 'init --credentials ecsRamRole',
      load: async () => (await import('./commands/init/init.ts')).addInitCommand,
    },
  ],
  [
    'doctor',
    {
      summary: 'Check everything that a config needs',
      example: 'doctor --try-writes --group sg-bp1web',
      load: async () => (await import('./commands/doctor/doctor.ts')).addDoctorCommand,
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
      example: 'journal copy --help',
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
export const MAY_BE_LEFT: ReadonlySet<string> = new Set([
  'doctor',
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

/** All, with their flags; nothing is done with them. */
async function allCommands(io: Io): Promise<readonly Command[]> {
  const program = new Command('rampart');
  for (const { summary, load } of COMMANDS.values()) {
    (await load())(program, io, () => undefined);
    program.commands.at(-1)?.summary(summary);
  }
  return program.commands;
}
