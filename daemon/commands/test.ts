// `rampart test`: the expectations of the policies, on what the policies ask for or (`--live`) on what the cloud has.
import { type Command, Option } from 'commander';
import type { DesiredState } from '../../reconciler/model/group.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { loadConfigIfAny } from '../config/load.ts';
import { line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { noteUncommitted } from '../compose/committed.ts';
import {
  addCommonFlags,
  addTimeoutFlag,
  compileOptionsOf,
  compileShown,
  problemText,
  readConfig,
  type CommonFlags,
} from '../compose/setup.ts';
import { liveResults } from './test/live.ts';
import { countsOf, countsText, TEST_FORMATS, testReport, type TestFormat } from './test/output.ts';
import { desiredResults, type TestResult } from './test/result.ts';
import { filesAsked } from './validate/files.ts';
import { judgePolicies, withoutExpiredRules } from './validate/judgements.ts';

interface TestFlags extends CommonFlags {
  readonly format: TestFormat;
  readonly json?: true;
  readonly live?: true;
  readonly strict?: true;
}

export function addTestCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addTimeoutFlag(addCommonFlags(program.command('test')))
    .description(
      'Check the expect entries of the policies. Exit code: 0 none fails, 1 some fail, or the policies have problems.',
    )
    .argument('[path...]', 'policy files or folders (default: the policies path of the config)')
    .option('--live', 'judge the rules that the cloud has, not those that the policies ask for')
    .option('--strict', 'what cannot be judged counts as failed')
    .option('--json', 'the same as --format json')
    .addOption(new Option('--format <FORMAT>', 'how to print results').choices(TEST_FORMATS).default('text'))
    .addHelpText(
      'after',
      '\nWithout --live the entries of prefix lists and port lists are not known: what hangs on them is unknown, and' +
        '\ncounts as failed only with --strict. With paths no config is needed.',
    )
    .action((paths: readonly string[], flags: TestFlags) => runTest(paths, flags, io).then(done));
}

async function runTest(paths: readonly string[], flags: TestFlags, io: Io): Promise<ExitCode> {
  const config = configFor(paths, flags);
  const { state, isAsked } = await readAll(paths, config, io);
  const expectations = state.expectations.filter(({ source }) => isAsked(source.file));
  const results =
    flags.live === true && config !== null
      ? await liveResults(expectations, { config, flags, io })
      : desiredResults(expectations, judgePolicies(state, config, systemClock.nowMs()));
  const isFailure = ({ outcome }: TestResult): boolean =>
    outcome === 'fails' || (outcome === 'unknown' && flags.strict === true);
  const format = flags.json === true ? 'json' : flags.format;
  io.stdout.write(testReport(format, results, isFailure));
  if (format === 'text') line(io.stderr, countsText(countsOf(results)));
  return results.some(isFailure) ? 1 : 0;
}

/** Null: paths are named, there is no config, and none is needed. */
function configFor(paths: readonly string[], flags: TestFlags): Config | null {
  if (paths.length === 0 || flags.live === true) return readConfig(flags);
  const config = loadConfigIfAny(flags.config ?? null);
  if (config.ok) return config.value;
  throw new UsageError(`the config cannot be used\n${config.error.map(problemText).join('\n')}`);
}

/** The policies, all good; or a UsageError that lists every problem with them. */
async function readAll(paths: readonly string[], config: Config | null, io: Io) {
  const { folder, asked, isPart } = await filesAsked(paths, config, io);
  if (config !== null && isPart) await noteUncommitted(config, io);
  // Guardrails are no expectations, and files from elsewhere need not have the names that they use.
  const accounts = config === null ? null : compileOptionsOf(config).accounts;
  const compiled = await compileShown(folder, { accounts }, io);
  const errors = compiled.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const list = errors.map(problemText).join('\n');
    throw new UsageError(`the policies have problems; \`rampart validate\` shows them in place\n${list}`);
  }
  const nowMs = systemClock.nowMs();
  const state: DesiredState = {
    revision: '',
    groups: compiled.groups.map((group) => withoutExpiredRules(group, nowMs)),
    expectations: compiled.expectations,
    guardrails: [],
  };
  return { state, isAsked: (file: string): boolean => asked.has(file) };
}
