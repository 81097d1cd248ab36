// `rampart validate`: config and policies, checked without the cloud.
import { type Command, Option } from 'commander';
import { counted } from '../../reconciler/model/counted.ts';
import { expiryWarnings } from '../../reconciler/judge/expiries.ts';
import { compareProblems, type Problem } from '../../reconciler/model/problem.ts';
import { judgementProblems } from '../../reconciler/judge/desired/desired-problems.ts';
import { ruleAnomalies } from '../../reconciler/judge/policy-anomalies.ts';
import { quotaProblems } from '../../reconciler/judge/policy-quotas.ts';
import { NO_GUARDRAILS } from '../../reconciler/policy/compile/compile-guardrails.ts';
import { problemsAsCodeQuality } from '../../reconciler/policy/report/codequality.ts';
import { problemsAsGithubCommands } from '../../reconciler/policy/report/github.ts';
import { problemsAsJson } from '../../reconciler/policy/report/json.ts';
import { problemsAsSarif } from '../../reconciler/policy/report/sarif.ts';
import { formatProblems } from '../../reconciler/policy/report/text.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { loadConfig, loadConfigIfAny, placeInConfig } from '../config/load.ts';
import { readStateFile } from './emulator.ts';
import { line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { noteUncommitted } from '../compose/committed.ts';
import { addCommonFlags, compileOptionsOf, compileShown, type CommonFlags } from '../compose/setup.ts';
import { filesAsked } from './validate/files.ts';
import { idleScopes } from './validate/idle-scopes.ts';
import { expiredExemptions, judgePolicies, withoutExpiredRules } from './validate/judgements.ts';
import { receiverProblems } from './validate/receivers.ts';
import { upgradeProblems } from './validate/upgrade.ts';
import { packageVersion } from '../cli/version.ts';

const FORMATS = ['text', 'json', 'sarif', 'github', 'codequality'] as const;
type Format = (typeof FORMATS)[number];

interface ValidateFlags extends CommonFlags {
  readonly format: Format;
  readonly json?: true;
  readonly upgrade?: true;
}

/** What was looked at, and what is wrong with it. */
interface Checked {
  readonly problems: readonly Problem[];
  /** For code frames, by file. */
  readonly texts: ReadonlyMap<string, string>;
  readonly files: number;
  readonly groups: number;
  /** How many of the files have errors: their groups are not known. */
  readonly bad: number;
  /** The one of `policies.limits` that the policies are nearest to; null: none were read. */
  readonly limits: { readonly limit: string; readonly percent: number } | null;
}

export function addValidateCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('validate'))
    .description(
      'Check config and policies without the cloud. Exit code: 0 clean or only warnings, 1 problems.',
    )
    .argument('[path...]', 'policy files or folders (default: the policies path of the config)')
    .option('--json', 'the same as --format json')
    .addOption(new Option('--format <FORMAT>', 'how to print problems').choices(FORMATS).default('text'))
    .option('--upgrade', 'print what to change after 0.1.0, and nothing else')
    .addHelpText(
      'after',
      '\nFiles that lie below the policies path of the config are checked together with all that lies there, since' +
        '\nthey may use its networks and services and must not declare its groups again; only problems of the' +
        '\nnamed files are shown. Files from elsewhere are checked by themselves. With paths no config is needed.',
    )
    .action((paths: readonly string[], flags: ValidateFlags) => runValidate(paths, flags, io).then(done));
}

async function runValidate(paths: readonly string[], flags: ValidateFlags, io: Io): Promise<ExitCode> {
  const verdict = await (flags.upgrade === true
    ? upgradeVerdict(flags, io)
    : checkedVerdict(paths, flags, io));
  const format = flags.json === true ? 'json' : flags.format;
  io.stdout.write(render(format, verdict));
  const errors = verdict.problems.filter(({ severity }) => severity === 'error').length;
  if (format === 'text') line(io.stderr, summary(verdict, errors));
  return errors > 0 ? 1 : 0;
}

async function checkedVerdict(paths: readonly string[], flags: ValidateFlags, io: Io): Promise<Checked> {
  const file = flags.config ?? null;
  const config = paths.length > 0 ? loadConfigIfAny(file) : loadConfig(file);
  return config.ok ? checkAll(paths, config.value, io) : ofConfig(config.error);
}

async function upgradeVerdict(flags: ValidateFlags, io: Io): Promise<Checked> {
  const groupsOf = async (config: Config) => {
    const { folder } = await filesAsked([], config, io);
    return (await compileShown(folder, compileOptionsOf(config), io)).groups;
  };
  return ofConfig(await upgradeProblems(flags.config ?? null, groupsOf));
}

async function checkAll(paths: readonly string[], config: Config | null, io: Io): Promise<Checked> {
  const { problems, ...policies } = await checkPolicies(paths, config, io);
  if (config === null) {
    line(io.stderr, 'no config: names of accounts are not checked');
    return { ...policies, problems };
  }
  const ofConfigAlone = [...(await stateProblems(config)), ...(await receiverProblems(config, io.env))];
  return { ...policies, problems: [...ofConfigAlone, ...problems].sort(compareProblems) };
}

/** The state file is no part of the config, but the embedded emulator does not start without it. */
async function stateProblems({ file, emulator }: Config): Promise<Problem[]> {
  if (emulator.state === null) return [];
  try {
    await readStateFile(emulator.state);
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const message = `the emulator cannot start from its state file: ${error.message}`;
    const hint = 'name a file such as emulator/example-state.json, or leave the key out for an empty cloud';
    const place = placeInConfig(file, ['emulator', 'state']);
    return [{ ...place, severity: 'error', code: 'emulator-state', message, hint }];
  }
}

/** As long before the end of a rule as the daemon would first say so. */
const nearHours = (config: Config | null): number =>
  Math.max(0, ...(config?.reconcile.expiryNoticeHours ?? [168]));

async function checkPolicies(paths: readonly string[], config: Config | null, io: Io): Promise<Checked> {
  const { folder, asked, isPart, usage } = await filesAsked(paths, config, io);
  if (config !== null && isPart) await noteUncommitted(config, io);
  const options = config === null ? { accounts: null } : compileOptionsOf(config);
  const compiled = await compileShown(folder, options, io);
  const nowMs = systemClock.nowMs();
  const written = compiled.groups.filter(({ source }) => asked.has(source.file));
  const groups = written.map((group) => withoutExpiredRules(group, nowMs));
  const judged = judgementProblems(judgePolicies({ ...compiled, groups }, config, nowMs));
  const guardrails = config?.guardrails ?? NO_GUARDRAILS;
  const isShown = ({ file }: Problem): boolean => asked.has(file) || (isPart && file === guardrails.file);
  const problems = [
    ...[...compiled.problems, ...judged].filter(isShown),
    ...expiryWarnings(written, nowMs, nearHours(config) * 3_600_000),
    ...expiredExemptions(guardrails, nowMs),
    ...(config === null || !isPart ? [] : idleScopes(config, compiled)),
    ...ruleAnomalies(groups),
    ...(config === null ? [] : quotaProblems(groups, config.reconcile)),
  ].sort(compareProblems);
  return {
    problems,
    texts: textsOf(problems, asked),
    files: [...asked.values()].filter((bytes) => bytes !== null).length,
    groups: groups.length,
    bad: [...asked.keys()].filter((file) => compiled.badFiles.has(file)).length,
    limits: usage,
  };
}

/** Of the files that have problems. */
function textsOf(
  problems: readonly Problem[],
  asked: ReadonlyMap<string, Uint8Array | null>,
): ReadonlyMap<string, string> {
  const files = new Set(problems.map(({ file }) => file));
  const decoder = new TextDecoder();
  return new Map(
    [...files].flatMap((file) => {
      const bytes = asked.get(file) ?? null;
      return bytes === null ? [] : [[file, decoder.decode(bytes)] as const];
    }),
  );
}

/** Without code frames: a line of the config may hold a secret that does not belong there. */
const ofConfig = (problems: readonly Problem[]): Checked => ({
  problems,
  texts: new Map(),
  files: 0,
  groups: 0,
  bad: 0,
  limits: null,
});

function render(format: Format, { problems, texts }: Checked): string {
  switch (format) {
    case 'text':
      return formatProblems(problems, texts);
    case 'json':
      return problemsAsJson(problems);
    case 'sarif':
      return problemsAsSarif(problems, packageVersion());
    case 'github':
      return problemsAsGithubCommands(problems);
    case 'codequality':
      return problemsAsCodeQuality(problems);
  }
}

/** @param percent rounded up */
const shareText = (percent: number): string => (percent === 1 ? 'under 1 %' : `${percent} %`);

function summary({ files, groups, problems, limits, bad }: Checked, errors: number): string {
  const warnings = problems.length - errors;
  const looked = `${counted(files, 'file')}${groupsText(groups, { files, bad })}`;
  const found = `${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
  const near = limits === null ? '' : ` (${shareText(limits.percent)} of policies.limits.${limits.limit})`;
  return `${looked}: ${found}${near}`;
}

/** A file with errors has groups, but which is not known. */
function groupsText(groups: number, { files, bad }: Pick<Checked, 'files' | 'bad'>): string {
  if (bad === 0) return `, ${counted(groups, 'group')}`;
  return files === bad ? ' with errors' : `, ${bad} with errors, ${counted(groups, 'group')} in the others`;
}
