// `rampart init`: a first config, which only observes, and a folder for policies. Nothing that is there is replaced.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { askText, canAsk } from '../../cli/ask.ts';
import { invocationOf, shellWord } from '../../cli/invocation.ts';
import { line, UsageError, type ExitCode, type Io } from '../../cli/io.ts';
import { writeWhole } from '../../cli/write-whole.ts';
import { addCommonFlags, choice, shownPath, type CommonFlags } from '../../compose/setup.ts';
import { DEFAULT_CONFIG_FILE } from '../../config/load.ts';
import { isIoError } from '../../io-reason.ts';
import { isRepositoryAround } from '../../source/git/repository-around.ts';
import { FIRST_CREDENTIALS, firstFiles, type FirstCredentials } from './first-files.ts';

interface InitFlags extends CommonFlags {
  readonly credentials?: FirstCredentials;
  readonly policies?: string;
  readonly json?: true;
}

const POLICY_FOLDER = 'policies';

export function addInitCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('init'))
    .description(
      'Write a first config, which only observes, and a folder for policies. Exit code: 0 written, 1 not.',
    )
    .addOption(choice('--credentials <TYPE>', 'who calls the cloud (default: default)', FIRST_CREDENTIALS))
    .option('--policies <DIR>', `folder of the policies, from that of the config (default: ${POLICY_FOLDER})`)
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nOn a terminal it asks for what no flag says. No file that is there is replaced.')
    .action((flags: InitFlags) => runInit(flags, io).then(done));
}

async function runInit(flags: InitFlags, io: Io): Promise<ExitCode> {
  const config = path.resolve(io.cwd, flags.config ?? DEFAULT_CONFIG_FILE);
  if (existsSync(config)) {
    const { program, flags: rest } = invocationOf(flags.config ?? null, io);
    throw new UsageError(
      `${shownPath(config, io)} is there already: nothing was written; \`${program} validate${rest}\` checks it`,
    );
  }
  const folder = path.dirname(config);
  const credentials = await credentialsFrom(flags, io);
  const policies = await policiesFrom(flags, io);
  const isInGit = await isRepositoryAround(folder);
  const files = firstFiles({ credentials, policies, isInGit }, path.basename(config));
  const [written, kept]: [string[], string[]] = [[], []];
  for (const file of files) {
    const target = path.join(folder, file.path);
    (writeNew(target, file.text) ? written : kept).push(shownPath(target, io));
  }
  // What is in no commit comes into force nowhere there, and the doctor would say so first.
  const added = written.map(shellWord).join(' ');
  const commit = isInGit ? [`git add ${added} && git commit -m "Rampart: a first config"`] : [];
  const next = [...commit, ...nextCommands(flags, policies, io)];
  tellDone({ written, kept, next }, flags, io);
  return 0;
}

async function credentialsFrom({ credentials, json }: InitFlags, io: Io): Promise<FirstCredentials> {
  if (credentials !== undefined) return credentials;
  if (json === true || !canAsk(io)) return 'default';
  const answer = await askText(io, `Credentials (${FIRST_CREDENTIALS.join(', ')})`, 'default');
  const known = FIRST_CREDENTIALS.find((each) => each === answer);
  if (known !== undefined) return known;
  throw new UsageError(`${answer} is none of ${FIRST_CREDENTIALS.join(', ')}: nothing was written`);
}

async function policiesFrom({ policies, json }: InitFlags, io: Io): Promise<string> {
  const asked =
    policies ??
    (json === true || !canAsk(io)
      ? POLICY_FOLDER
      : await askText(io, 'Folder of the policies', POLICY_FOLDER));
  return path.normalize(asked);
}

/** Whether it was written; one that is there stays as it is. */
function writeNew(file: string, text: string): boolean {
  if (existsSync(file)) return false;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
  } catch (error) {
    if (!isIoError(error)) throw error;
    throw new UsageError(`${path.dirname(file)} cannot be made: ${error.message}`);
  }
  const refusal = writeWhole(file, text);
  if (refusal !== null) throw new UsageError(`${file} cannot be written: ${refusal}`);
  return true;
}

function nextCommands({ config }: InitFlags, policies: string, io: Io): readonly string[] {
  const { program, flags } = invocationOf(config ?? null, io);
  const folder = path.join(path.dirname(config ?? DEFAULT_CONFIG_FILE), policies);
  return [
    `${program} doctor${flags}`,
    `${program} import${flags} --all --out ${shellWord(folder)}`,
    `${program} plan${flags}`,
  ];
}

interface FirstReport {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly next: readonly string[];
}

function tellDone(done: FirstReport, { json }: InitFlags, io: Io): void {
  if (json === true) {
    line(io.stdout, JSON.stringify({ version: 1, ...done }, null, 2));
    return;
  }
  for (const file of done.written) line(io.stdout, `written: ${file}`);
  for (const file of done.kept) line(io.stdout, `is there already, and stays as it is: ${file}`);
  line(io.stdout, '\nNext:');
  for (const command of done.next) line(io.stdout, `  ${command}`);
}
