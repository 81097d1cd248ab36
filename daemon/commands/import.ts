// `rampart import`: policies that say what live groups are. Each file is read again as the daemon would, and
// planned against its group, before it is written: what would change anything is not written at all.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { counted } from '../../reconciler/model/counted.ts';
import { groupKey, type DescribedGroup, type GroupRef } from '../../reconciler/model/group.ts';
import { ok } from '../../reconciler/model/result.ts';
import { GROUP_ID } from '../../reconciler/policy/schema/peer-text.ts';
import { policyJsonSchema } from '../../reconciler/policy/schema/schema.ts';
import { printable } from '../../reconciler/policy/report/printable.ts';
import { SharedNameUses, NO_NAMES, renderNames } from '../../reconciler/policy/report/shared-names.ts';
import type { Config } from '../config/config.ts';
import type { Place } from '../ecs/api.ts';
import { isIoError } from '../io-reason.ts';
import type { Engine } from '../reconcile/engine.ts';
import { invocationOf } from '../cli/invocation.ts';
import { line, UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { NO_PROGRESS } from '../cli/progress.ts';
import { openEngine, type OpenEngine } from '../compose/open-engine.ts';
import { oneByOne } from '../compose/session.ts';
import { addCommonFlags, addTimeoutFlag, readConfig, shownPath, type CommonFlags } from '../compose/setup.ts';
import { writeWhole } from '../cli/write-whole.ts';
import { READ_ONLY } from './embedded-emulator.ts';
import { meantGroups, meantPlaces, type PlaceFlags } from './import/places.ts';
import { policyTextOf, type TextPorts } from './import/policy-text.ts';

interface ImportFlags extends CommonFlags, PlaceFlags {
  readonly out: string;
}

export function addImportCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addTimeoutFlag(addCommonFlags(program.command('import')))
    .description('Write policies from live groups, one file a group. Exit code: 0 all written, 1 some not.')
    .option('--region <R>', 'where the groups are')
    .option('--account <NAME>', 'an account of the config (default: default; with --all every one)')
    .option('--all', 'every region of every account; what at least three rules share gets a name')
    .option(
      '--group <ID>',
      'only this group; may be repeated (default: all that no cloud product owns)',
      groupFlag,
    )
    .option('--tag <K=V>', 'only groups with this tag; may be repeated', tagFlag)
    .option('--name <GLOB>', 'only groups whose name fits; * stands for any run of characters')
    .requiredOption('--out <DIR>', 'folder of the files; no file that is there is replaced')
    .addHelpText('after', '\nPlanning with the written policies gives an empty plan. The cloud is only read.')
    .action((flags: ImportFlags) => runImport(flags, io).then(done));
}

/** What came of one group. */
type Outcome =
  | { readonly kind: 'written'; readonly file: string; readonly rules: number; readonly unsayable: number }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

async function runImport(flags: ImportFlags, io: Io): Promise<ExitCode> {
  if (flags.region === undefined && flags.all !== true) {
    throw new UsageError('say where: --region R, or --all for every region of every account');
  }
  const config = readConfig(flags);
  const folder = path.resolve(io.cwd, flags.out);
  const opened = await openEngine(config, flags, io, READ_ONLY);
  try {
    const { engine } = opened;
    const places = await meantPlaces(flags, config, (account) => opened.transportOf(account));
    const groups = await groupsOfAll(opened, places, flags, io);
    makeFolder(folder);
    engine.heads.follow(groups);
    const head = flags.all === true ? await sharedHead({ engine, config, folder }, groups, io) : NO_HEAD;
    const ports = { engine, folder, accounts: Object.keys(config.accounts), ...head };
    const counts = { files: 0, rules: 0, unsayable: 0, failed: 0 };
    await oneByOne({ config, io }, groups, {
      read: async (group) => importOne(ports, group, flags),
      take: (outcome, { id }) => {
        if (outcome.kind === 'failed') counts.failed += 1;
        if (outcome.kind === 'written') {
          counts.files += 1;
          counts.rules += outcome.rules;
          counts.unsayable += outcome.unsayable;
        }
        // What could not be read any more is no news of the group; what is written is.
        if (outcome.kind === 'written' || !io.stopSignal.aborted) tell(id, outcome, io);
      },
      progress: NO_PROGRESS,
    });
    if (flags.all === true) tellSummary(counts, flags, io);
    const isWhole = counts.failed === 0 && places.every((place) => opened.patience.givenUp(place) === null);
    return isWhole && !io.stopSignal.aborted ? 0 : 1;
  } finally {
    await opened.close();
  }
}

/** Where one place of many cannot be listed, the others are imported all the same. */
async function groupsOfAll(
  { engine, patience }: Pick<OpenEngine, 'engine' | 'patience'>,
  places: readonly Place[],
  flags: ImportFlags,
  io: Io,
): Promise<readonly GroupRef[]> {
  const lists = await Promise.all(
    places.map(async (place) => {
      try {
        return await meantGroups(engine, place, flags);
      } catch (error) {
        if (!(error instanceof UsageError) || patience.givenUp(place) === null || places.length === 1)
          throw error;
        line(io.stderr, error.message);
        return [];
      }
    }),
  );
  const [first] = places;
  if (lists.flat().length === 0 && first !== undefined) {
    line(
      io.stderr,
      places.length > 1
        ? 'no region has such groups'
        : `${first.region} has no groups in account ${first.account}`,
    );
  }
  return lists.flat();
}

interface SharedHead extends Pick<TextPorts, 'names' | 'schemaLine'> {
  /** Groups that were read for it, and need not be read again; by key. */
  readonly read: ReadonlyMap<string, DescribedGroup>;
}

const NO_HEAD: SharedHead = { names: NO_NAMES, schemaLine: null, read: new Map() };
/** Of groups that are kept to be written; the others are read twice. About 150 MB. */
const MOST_RULES_KEPT = 200_000;
const NAMES_FILE = 'imported-names.yaml';
const SCHEMA_LINE = '# yaml-language-server: $schema=./schema.json';

/** What all files share, written before them: the schema for editors, and the names of what the groups have in common. */
async function sharedHead(
  { engine, config, folder }: { readonly engine: Engine; readonly config: Config; readonly folder: string },
  refs: readonly GroupRef[],
  io: Io,
): Promise<SharedHead> {
  const schema = path.join(folder, 'schema.json');
  const noSchema = existsSync(schema)
    ? null
    : writeWhole(schema, `${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
  if (noSchema !== null) throw new UsageError(`${schema} cannot be written: ${noSchema}`);
  const file = path.join(folder, NAMES_FILE);
  if (existsSync(file)) {
    line(io.stderr, `${shownPath(file, io)} is there already, so what rules share is written out`);
    return { ...NO_HEAD, schemaLine: SCHEMA_LINE };
  }
  const uses = new SharedNameUses();
  const read = new Map<string, DescribedGroup>();
  let rulesKept = 0;
  await oneByOne({ config, io }, refs, {
    read: (ref) => engine.ecs.describeGroup(ref),
    take: (answer, ref) => {
      if (!answer.ok) return;
      const { rules, serviceManaged } = answer.value;
      if (!serviceManaged) uses.add(answer.value);
      rulesKept += rules.length;
      if (rulesKept <= MOST_RULES_KEPT) read.set(groupKey(ref), answer.value);
    },
  });
  const names = uses.shared();
  const text = renderNames(names);
  if (text === null) return { ...NO_HEAD, schemaLine: SCHEMA_LINE, read };
  const refusal = writeWhole(file, `${SCHEMA_LINE}\n${text}`);
  if (refusal !== null) throw new UsageError(`${file} cannot be written: ${refusal}`);
  line(
    io.stdout,
    `${shownPath(file, io)}: ${counted(names.networks.size, 'network')}, ${counted(names.services.size, 'service')}`,
  );
  return { names, schemaLine: SCHEMA_LINE, read };
}

async function importOne(
  ports: TextPorts & Pick<SharedHead, 'read'> & { readonly folder: string },
  ref: GroupRef,
  flags: ImportFlags,
): Promise<Outcome> {
  const known = ports.read.get(groupKey(ref));
  const described = known === undefined ? await ports.engine.ecs.describeGroup(ref) : ok(known);
  if (!described.ok) return { kind: 'failed', reason: `${described.error.code}: ${described.error.message}` };
  const group = described.value;
  if (group.serviceManaged && flags.group === undefined) {
    return {
      kind: 'skipped',
      reason: 'a cloud product owns this group; name it with --group to have it all the same',
    };
  }
  const file = path.join(ports.folder, `${ref.id}.yaml`);
  const text = await policyTextOf(group, file, ports);
  if (!text.ok) return { kind: 'failed', reason: `no policy can say what it is\n${text.error.join('\n')}` };
  const refusal = writeWhole(file, text.value.text);
  if (refusal !== null) return { kind: 'failed', reason: refusal };
  return { kind: 'written', file, rules: group.rules.length, unsayable: text.value.unsayable };
}

interface ImportCounts {
  readonly files: number;
  readonly rules: number;
  readonly unsayable: number;
  readonly failed: number;
}

function tellSummary({ files, rules, unsayable, failed }: ImportCounts, flags: ImportFlags, io: Io): void {
  const left =
    unsayable === 0
      ? ''
      : `; ${counted(unsayable, 'rule')} left alone by \`ignore\`, since no policy can say them`;
  const not = failed === 0 ? '' : `; ${counted(failed, 'group')} not written`;
  line(io.stderr, `${counted(files, 'group')} with ${counted(rules, 'rule')} imported${left}${not}`);
  const { program, flags: rest } = invocationOf(flags.config ?? null, io);
  line(io.stderr, `next: ${program} plan${rest}`);
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
      line(
        io.stdout,
        `${shownPath(outcome.file, io)}: ${counted(outcome.rules, 'rule')}${unsayableText(outcome.unsayable)}`,
      );
      break;
    case 'skipped':
      line(io.stderr, `${id} is left out: ${outcome.reason}`);
      break;
    case 'failed':
      line(io.stderr, `${id} is not written: ${outcome.reason.split('\n').map(printable).join('\n  ')}`);
      break;
  }
}

const unsayableText = (count: number): string =>
  count === 0 ? '' : `, ${count} of them left alone by \`ignore\``;

function tagFlag(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('write KEY=VALUE, such as env=prod');
  return [...before, text];
}

function groupFlag(text: string, before: readonly string[] = []): readonly string[] {
  if (!GROUP_ID.test(text))
    throw new InvalidArgumentError('write the id of a security group, such as sg-bp1web');
  return [...before, text];
}
