// What `plan` and `apply` share: policies read once, every group described once, one plan each.
import PQueue from 'p-queue';
import { counted } from '../../reconciler/model/counted.ts';
import { groupBy } from '../../reconciler/model/collections.ts';
import { placeKey, type DesiredState, type GroupRef } from '../../reconciler/model/group.ts';
import type { GroupPolicy } from '../../reconciler/plan/plan.ts';
import { planGroup } from '../../reconciler/plan/plan-group.ts';
import {
  compareRefs,
  isFailed,
  type FailedGroup,
  type GroupResult,
} from '../../reconciler/report/results.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { summaryLines, summaryOf, type PoliciesInForce } from '../config/summary.ts';
import type { Target } from '../schedule/group-record.ts';
import { withPolicyPlace } from '../reconcile/not-found.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { OneShotPatience } from '../queue/one-shot-patience.ts';
import { groupInput, NOTHING_LEARNED, type PlanningDesk } from '../reconcile/group-input.ts';
import { TargetResolver, type UnresolvedSelector } from '../schedule/selectors.ts';
import { isTty, line, UsageError, type Io } from '../cli/io.ts';
import { openEngine, type OpenEngine, type Opening } from './open-engine.ts';
import { progressOn } from '../cli/progress.ts';
import type { JudgedRevision } from './revision-brake.ts';
import { loadOnce, type Loaded } from './open-source.ts';
import { openKeeper, problemText, type CommonFlags } from './setup.ts';

export interface SessionFlags extends CommonFlags {
  readonly group?: string;
  /** This commit, and not the one that would be in force; of a git source. */
  readonly at?: string;
}

export interface Session extends OpenEngine {
  readonly config: Config;
  readonly revision: string;
  readonly desired: DesiredState;
  readonly loaded: Loaded;
  readonly targets: readonly Target[];
  readonly unresolved: readonly UnresolvedSelector[];
}

/** Opens everything, or throws a UsageError. The policies come first, so that bad ones lock no journal. */
export async function openSession(
  config: Config,
  flags: SessionFlags,
  io: Io,
  opening: Opening,
): Promise<Session> {
  const { desired, loaded } = await readPolicies(config, io, flags.at);
  showSummary(config, { revision: desired.revision, commit: loaded.facts }, io);
  const opened = await openEngine(config, flags, io, opening);
  try {
    const resolver = new TargetResolver(opened.engine, config.reconcile.mode);
    const { revision, groups } = desired;
    const { meant, unresolved } = await resolver.resolve(groups, systemClock.nowMs());
    const all = [...meant.values()].map(({ group: policy }) => ({ policy, revision }));
    opened.engine.demands.set(desired);
    opened.engine.heads.follow(all.map(({ policy }) => policy));
    return { ...opened, ...targetsChosen(flags.group, all, unresolved), config, revision, desired, loaded };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** For who sits at the terminal: what this is about, before the first call. On stderr, since stdout is for data. */
function showSummary(config: Config, inForce: PoliciesInForce, { stderr, cwd }: Io): void {
  if (!isTty(stderr)) return;
  for (const each of summaryLines(summaryOf(config, cwd), inForce)) line(stderr, each);
}

export interface ReadPolicies {
  readonly desired: DesiredState;
  readonly loaded: Loaded;
}

/** The policies, all good; or a UsageError that lists every problem. */
export async function readPolicies(config: Config, io: Io, at?: string): Promise<ReadPolicies> {
  const loaded = await loadOnce(config, io, at);
  const { state, problems } = await openKeeper(config, io).take(loaded);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return { desired: state, loaded };
  const list = errors.map(problemText).join('\n');
  throw new UsageError(
    `the policies have ${counted(errors.length, 'problem')}; \`rampart validate\` shows them in place\n${list}`,
  );
}

export const judgedRevision = ({ engine, desired, loaded, config }: Session): JudgedRevision => ({
  engine,
  desired,
  loaded,
  defaultMode: config.reconcile.mode,
});

/** Only the group that was asked for; all if none was. */
function targetsChosen(
  group: string | undefined,
  targets: readonly Target[],
  unresolved: readonly UnresolvedSelector[],
): Pick<Session, 'targets' | 'unresolved'> {
  if (group === undefined) return { targets, unresolved };
  const matching = targets.filter(({ policy }) => policy.id === group);
  if (matching.length === 0) throw new UsageError(`no policy names a group ${group}`);
  return { targets: matching, unresolved: [] };
}

/** Reads all groups, `concurrency` of them at a time. Shows progress on a terminal. */
export async function sideBySide<Group, T>(
  { config, io }: ReadWith,
  groups: readonly Group[],
  read: (group: Group) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  await oneByOne({ config, io }, groups, { read, take: (result) => void results.push(result) });
  return results;
}

interface ReadWith {
  readonly config: Config;
  readonly io: Io;
}

/** Groups whose results may wait for that of one before them. */
const MOST_READ_AHEAD = 1000;

/**
 * Reads all groups, `concurrency` of them at a time, and gives their results in the order of the groups. Holds no result
 * longer than one before it is missing, so that memory does not grow with the number of groups.
 */
export async function oneByOne<Group, T>(
  { config, io }: ReadWith,
  groups: readonly Group[],
  {
    read,
    take,
    progress = progressOn(io, groups.length),
  }: {
    readonly read: (group: Group) => Promise<T>;
    readonly take: (result: T, group: Group) => void;
    readonly progress?: ReturnType<typeof progressOn>;
  },
): Promise<void> {
  const runners = new PQueue({ concurrency: config.reconcile.concurrency });
  const step = async (group: Group) => read(group).finally(() => progress.step());
  const ahead: Array<{ readonly group: Group; readonly result: Promise<T> }> = [];
  for (const group of groups) {
    const result = runners.add(() => step(group));
    // One that fails before its turn is told at its turn.
    result.catch(() => undefined);
    ahead.push({ group, result });
    if (ahead.length >= MOST_READ_AHEAD) await takeFirst();
  }
  while (ahead.length > 0) await takeFirst();
  progress.end();

  async function takeFirst(): Promise<void> {
    const first = ahead.shift();
    if (first !== undefined) take(await first.result, first.group);
  }
}

/** Describes and plans every group, and gives the results in the order of a report. */
export async function planOneByOne(
  session: Session,
  { io, desk }: { readonly io: Io; readonly desk: PlanningDesk },
  take: (result: GroupResult) => void,
): Promise<void> {
  const { engine, config } = session;
  const unresolved = session.unresolved
    .map((selector) => unresolvedResult(selector, config))
    .map((failed) => ({ ref: failed, plan: async () => Promise.resolve<GroupResult>(failed) }));
  const targets = session.targets.map(({ policy }) => ({
    ref: policy,
    plan: async () => planOne(engine, desk, policy),
  }));
  const inOrder = [...targets, ...unresolved].sort((a, b) => compareRefs(a.ref, b.ref));
  await oneByOne({ config, io }, inOrder, { read: async ({ plan }) => plan(), take });
  tellGivenUp(
    session,
    inOrder.map(({ ref }) => ref),
    io,
  );
}

/** Whether what became of the group is told of its account and region, once for all of their groups. */
export const isToldOfPlace = ({ patience }: Session, result: GroupResult): boolean =>
  isFailed(result) && patience.givenUp(result) !== null;

/** Of each account and region that was given up: why, and how many groups that is about. */
function tellGivenUp({ patience }: Session, groups: readonly GroupRef[], io: Io): void {
  if (!io.stopSignal.aborted) for (const text of givenUpLines(patience, groups)) line(io.stderr, text);
}

/** One line for each account and region that was given up. */
export function givenUpLines(patience: OneShotPatience, groups: readonly GroupRef[]): string[] {
  return [...groupBy(groups, placeKey).values()].flatMap((some) => {
    const [{ account, region } = { account: '', region: '' }] = some;
    const failure = patience.givenUp({ account, region });
    if (failure === null) return [];
    const what = `account ${account}, region ${region}: ${counted(some.length, 'group')} not read`;
    return [`${what}: ${failure.code}: ${failure.message}`];
  });
}

/** Describes and plans every group, within the rate limits. `desk`: the journal whose facts decide, if not our own. */
export async function planAll(
  session: Session,
  io: Io,
  desk: PlanningDesk = session.engine.journal,
): Promise<GroupResult[]> {
  const { engine, targets, config } = session;
  const results = await sideBySide({ config, io }, targets, ({ policy }) => planOne(engine, desk, policy));
  tellGivenUp(session, [...targets.map(({ policy }) => policy), ...session.unresolved.map(selectorRef)], io);
  return [...results, ...session.unresolved.map((selector) => unresolvedResult(selector, config))];
}

async function planOne(engine: Engine, desk: PlanningDesk, policy: GroupPolicy): Promise<GroupResult> {
  const described = await engine.ecs.describeGroup(policy);
  if (described.ok) {
    const known = await engine.lists.of(policy, described.value);
    const { sizes: listSizes, unread: unreadLists, read: lists, absent } = known;
    const learned = { ...NOTHING_LEARNED, listSizes, unreadLists };
    const { input } = await groupInput(engine, desk, {
      desired: policy,
      described: described.value,
      learned,
      lists,
      absent,
    });
    return planGroup(input);
  }
  const { account, region, id, mode } = policy;
  const { code, message } = withPolicyPlace(described.error, policy);
  return { account, region, id, mode, error: `${code}: ${message}` };
}

const selectorRef = ({ account, region, selector }: UnresolvedSelector): GroupRef => ({
  account,
  region,
  id: selector,
});

function unresolvedResult(selector: UnresolvedSelector, config: Config): FailedGroup {
  const { account, region, reason } = selector;
  return { account, region, id: selector.selector, mode: config.reconcile.mode, error: reason };
}
