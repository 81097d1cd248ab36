// `rampart validate`: config and policies, checked without the cloud.
import { type Command, Option } from 'commander';
import type { DesiredGroup, DesiredRule } from '../../reconciler/model/group.ts';
import { compareProblems, type Problem } from '../../reconciler/model/problem.ts';
import { ruleAnomalies } from '../../reconciler/plan/rule-anomalies.ts';
import { compilePolicies } from '../../reconciler/policy/compile.ts';
import { readPolicyFile, unreadablePolicyFile } from '../../reconciler/policy/file.ts';
import { problemsAsGithubCommands } from '../../reconciler/policy/report/github.ts';
import { problemsAsJson } from '../../reconciler/policy/report/json.ts';
import { problemsAsSarif } from '../../reconciler/policy/report/sarif.ts';
import { formatProblems } from '../../reconciler/policy/report/text.ts';
import { systemClock } from '../clock.ts';
import { loadConfig } from '../config/load.ts';
import { isInForce } from '../service/targets.ts';
import { readPolicyFolder } from '../source/policy-folder.ts';
import { line, type ExitCode, type Io } from './io.ts';
import { addCommonFlags, shownPath, type CommonFlags } from './setup.ts';
import { packageVersion } from './version.ts';

const FORMATS = ['text', 'json', 'sarif', 'github'] as const;
type Format = (typeof FORMATS)[number];

interface ValidateFlags extends CommonFlags {
  readonly format: Format;
  readonly json?: true;
}

/** What was looked at, and what is wrong with it. */
interface Verdict {
  readonly problems: readonly Problem[];
  /** For code frames, by file. */
  readonly texts: ReadonlyMap<string, string>;
  readonly files: number;
  readonly groups: number;
}

export function addValidateCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('validate'))
    .description(
      'Check config and policies without the cloud. Exit code: 0 clean or only warnings, 1 problems.',
    )
    .argument('[path...]', 'policy files or folders (default: the policies path of the config)')
    .option('--json', 'the same as --format json')
    .addOption(new Option('--format <FORMAT>', 'how to print problems').choices(FORMATS).default('text'))
    .action(async (paths: readonly string[], flags: ValidateFlags) => {
      done(await runValidate(paths, flags, io));
    });
}

async function runValidate(paths: readonly string[], flags: ValidateFlags, io: Io): Promise<ExitCode> {
  const config = loadConfig(flags.config ?? null);
  const verdict = config.ok
    ? await checkPolicies(paths.length > 0 ? paths : [shownPath(config.value.policies.path, io)], {
        accounts: Object.keys(config.value.accounts),
      })
    : badConfig(config.error);
  const format = flags.json === true ? 'json' : flags.format;
  io.stdout.write(render(format, verdict));
  const errors = verdict.problems.filter(({ severity }) => severity === 'error').length;
  if (format === 'text') line(io.stderr, summary(verdict, errors));
  return errors > 0 ? 1 : 0;
}

async function checkPolicies(
  paths: readonly string[],
  options: { readonly accounts: readonly string[] },
): Promise<Verdict> {
  const folders = await Promise.all(paths.map((path) => readPolicyFolder(path)));
  const files = folders.flatMap((folder) => folder.files);
  const read = [
    ...files.map(({ file, bytes }) => readPolicyFile(file, bytes)),
    ...folders.flatMap(({ unreadable }) => unreadable.map(({ problem }) => unreadablePolicyFile(problem))),
  ];
  const { groups, problems } = compilePolicies(read, options);
  const texts = new Map(files.map(({ file, bytes }) => [file, new TextDecoder().decode(bytes)]));
  const anomalies = ruleAnomalies(withoutExpiredRules(groups, systemClock.nowMs()));
  return {
    problems: [...problems, ...anomalies].sort(compareProblems),
    texts,
    files: files.length,
    groups: groups.length,
  };
}

function withoutExpiredRules(groups: readonly DesiredGroup[], nowMs: number): DesiredGroup[] {
  const valid = (rules: readonly DesiredRule[] | null) =>
    rules?.filter((rule) => isInForce(rule, nowMs)) ?? null;
  return groups.map((group) => ({
    ...group,
    rules: { ingress: valid(group.rules.ingress), egress: valid(group.rules.egress) },
  }));
}

/** Without code frames: a line of the config may hold a secret that does not belong there. */
const badConfig = (problems: readonly Problem[]): Verdict => ({
  problems,
  texts: new Map(),
  files: 0,
  groups: 0,
});

function render(format: Format, { problems, texts }: Verdict): string {
  switch (format) {
    case 'text':
      return formatProblems(problems, texts);
    case 'json':
      return problemsAsJson(problems);
    case 'sarif':
      return problemsAsSarif(problems, packageVersion());
    case 'github':
      return problemsAsGithubCommands(problems);
  }
}

function summary({ files, groups, problems }: Verdict, errors: number): string {
  const warnings = problems.length - errors;
  return `${files} files, ${groups} groups: ${errors} errors, ${warnings} warnings`;
}
