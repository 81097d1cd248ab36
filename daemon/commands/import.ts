// `rampart import`: policies that say what live groups are. Each file is read again as the daemon would, and
// planned against its group, before it is written: what would change anything is not written at all.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { counted } from '../../reconciler/model/counted.ts';
import { compareText } from '../../reconciler/model/problem.ts';
import type { DescribedGroup } from '../../reconciler/model/group.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import { compilePolicies } from '../../reconciler/policy/compile/compile.ts';
import { parsePolicyFile } from '../../reconciler/policy/read/file.ts';
import { GROUP_ID } from '../../reconciler/policy/schema/peer-text.ts';
import { renderGroup } from '../../reconciler/policy/report/render-group.ts';
import { printable } from '../../reconciler/policy/report/printable.ts';
import type { Config } from '../config/config.ts';
import { isIoError } from '../io-reason.ts';
import type { Engine } from '../reconcile/engine.ts';
import { TargetResolver } from '../schedule/selectors.ts';
import { line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { NO_PROGRESS } from '../cli/progress.ts';
import { openEngine } from '../compose/open-engine.ts';
import { oneByOne } from '../compose/session.ts';
import {
  addCommonFlags,
  addTimeoutFlag,
  problemText,
  readConfig,
  shownPath,
  type CommonFlags,
} from '../compose/setup.ts';
import { writeWhole } from '../cli/write-whole.ts';
import { READ_ONLY } from './embedded-emulator.ts';

interface ImportFlags extends CommonFlags {
  readonly account: string;
  readonly region: string;
  readonly group?: readonly string[];
  readonly out: string;
}

export function addImportCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addTimeoutFlag(addCommonFlags(program.command('import')))
    .description('Write policies from live groups, one file a group. Exit code: 0 all written, 1 some not.')
    .requiredOption('--region <R>', 'where the groups are')
    .option('--account <NAME>', 'an account of the config', 'default')
    .option(
      '--group <ID>',
      'only this group; may be repeated (default: all that no cloud product owns)',
      groupFlag,
    )
    .requiredOption('--out <DIR>', 'folder of the files; no file that is there is replaced')
    .addHelpText('after', '\nPlanning with the written policies gives an empty plan. The cloud is only read.')
    .action((flags: ImportFlags) => runImport(flags, io).then(done));
}

/** What came of one group. */
type Outcome =
  | { readonly kind: 'written'; readonly file: string; readonly rules: number }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

async function runImport(flags: ImportFlags, io: Io): Promise<ExitCode> {
  const config = readConfig(flags);
  if (!Object.hasOwn(config.accounts, flags.account)) {
    throw new UsageError(`the config has no account ${flags.account}`);
  }
  const folder = path.resolve(io.cwd, flags.out);
  const opened = await openEngine(config, flags, io, READ_ONLY);
  try {
    const ids = await groupIds(opened.engine, flags);
    if (ids.length === 0) line(io.stderr, `${flags.region} has no groups in account ${flags.account}`);
    makeFolder(folder);
    const { account, region } = flags;
    opened.engine.heads.follow(ids.map((id) => ({ account, region, id })));
    let failed = 0;
    await oneByOne({ config, io }, ids, {
      read: async (id) => importOne({ engine: opened.engine, config, folder }, id, flags),
      take: (outcome, id) => {
        if (outcome.kind === 'failed') failed += 1;
        // What could not be read any more is no news of the group; what is written is.
        if (outcome.kind === 'written' || !io.stopSignal.aborted) tell(id, outcome, io);
      },
      progress: NO_PROGRESS,
    });
    return failed > 0 || io.stopSignal.aborted ? 1 : 0;
  } finally {
    await opened.close();
  }
}

async function groupIds(engine: Engine, { account, region, group }: ImportFlags): Promise<readonly string[]> {
  if (group !== undefined) return [...new Set(group)];
  const found = await engine.ecs.listGroups({ account, region }, 0);
  if (found.ok) return found.value.groups.map(({ id }) => id).sort(compareText);
  throw new UsageError(`${found.error.code}: ${found.error.message}; groups can be named with --group`);
}

interface ImportPorts {
  readonly engine: Engine;
  readonly config: Config;
  readonly folder: string;
}

async function importOne(ports: ImportPorts, id: string, flags: ImportFlags): Promise<Outcome> {
  const { account, region } = flags;
  const described = await ports.engine.ecs.describeGroup({ account, region, id });
  if (!described.ok) return { kind: 'failed', reason: `${described.error.code}: ${described.error.message}` };
  const group = described.value;
  if (group.serviceManaged && flags.group === undefined) {
    return {
      kind: 'skipped',
      reason: 'a cloud product owns this group; name it with --group to have it all the same',
    };
  }
  const text = renderGroup(group);
  const file = path.join(ports.folder, `${id}.yaml`);
  const doubts = await doubtsOf(text, file, group, ports);
  if (doubts.length > 0)
    return { kind: 'failed', reason: `no policy can say what it is\n${doubts.join('\n')}` };
  const refusal = writeWhole(file, text);
  if (refusal !== null) return { kind: 'failed', reason: refusal };
  return { kind: 'written', file, rules: group.rules.length };
}

/** Why the text would not leave the group as it is; empty if it would. */
async function doubtsOf(
  text: string,
  file: string,
  group: DescribedGroup,
  { engine, config }: ImportPorts,
): Promise<readonly string[]> {
  const accounts = Object.keys(config.accounts);
  const { groups, problems } = compilePolicies([parsePolicyFile({ path: file, text })], { accounts });
  if (problems.length > 0) {
    const lines = text.split('\n');
    return problems.map((problem) => `${problemText(problem)}: ${lines[problem.line - 1]?.trim() ?? ''}`);
  }
  const { targets } = await new TargetResolver(engine, 'enforce').resolve(groups, 0);
  return targets.flatMap((desired) => {
    const { status, steps } = planGroup({
      desired,
      described: group,
      settings: engine.planOptions,
      nowMs: engine.clock.nowMs(),
    });
    return status === 'converged'
      ? []
      : [`a plan with this policy would have ${counted(steps.length, 'call')}`];
  });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    if (!isIoError(error)) throw error;
    throw new UsageError(`${folder} cannot be made: ${error.message}`);
  }
}

function tell(id: string, outcome: Outcome, io: Io): void {
  switch (outcome.kind) {
    case 'written':
      line(io.stdout, `${shownPath(outcome.file, io)}: ${counted(outcome.rules, 'rule')}`);
      break;
    case 'skipped':
      line(io.stderr, `${id} is left out: ${outcome.reason}`);
      break;
    case 'failed':
      line(io.stderr, `${id} is not written: ${outcome.reason.split('\n').map(printable).join('\n  ')}`);
      break;
  }
}

function groupFlag(text: string, before: readonly string[] = []): readonly string[] {
  if (!GROUP_ID.test(text))
    throw new InvalidArgumentError('write the id of a security group, such as sg-bp1web');
  return [...before, text];
}
