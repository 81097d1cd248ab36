// Which desired state is in force. Every load is compiled as a whole; where a file is broken or could not be
// read, its groups stay as they were when it last was good. Only a file that is plainly gone takes its groups
// with it: they are no longer managed.
import { isSameList } from '../../reconciler/model/collections.ts';
import type { DesiredGroup, DesiredState } from '../../reconciler/model/group.ts';
import { compareText, type Problem } from '../../reconciler/model/problem.ts';
import type { CompileOptions } from '../../reconciler/policy/compile/compile.ts';
import { desiredGroupKey } from '../../reconciler/policy/compile/group-key.ts';
import { keepLastGood, type WantedState } from '../../reconciler/policy/compile/last-good.ts';
import { systemClock, type Clock } from '../clock.ts';
import { PolicyCompiler } from './compile/policy-compiler.ts';
import {
  NO_COST,
  type CompileAnswer,
  type CompileCost,
  type CompileFiles,
} from './compile/compile-answer.ts';
import { thisThread } from './compile/work-place.ts';
import type { LoadedPolicies } from './source.ts';
import { filesAfter, NOTHING_IN_FORCE, type FilesInForce } from './whole/files-in-force.ts';
import { replacedFiles, replacedRoot } from './whole/replaced.ts';
import { TruncationWatch, type Held } from './whole/truncation.ts';
import { asCommitted, uncommittedProblems } from './whole/uncommitted.ts';

export interface DesiredUpdate {
  /** What is in force now. */
  readonly state: DesiredState;
  /** Whether groups or revision differ from those in force before; true for the first update. */
  readonly changed: boolean;
  /** Everything wrong or doubtful with the policies as loaded, in reading order. */
  readonly problems: readonly Problem[];
  /** The groups in force whose file is broken or unreadable now. */
  readonly keptGroups: readonly DesiredGroup[];
  /** Groups that were in force before and that no policy names any more. */
  readonly releasedGroups: readonly DesiredGroup[];
  /** After this long the policies are to be loaded again though nothing has changed; null: they need not be. */
  readonly lookAgainMs: number | null;
  /** What this load had to be compiled. */
  readonly cost: CompileCost;
}

export interface KeeperOptions extends CompileOptions {
  /** How long a file that is the beginning of the one in force must stay as it is. */
  readonly settleMs: number;
  /** Whether only what a commit holds may come into force. */
  readonly requireClean: boolean;
  readonly compile: CompileFiles;
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
}

/** For whoever loads once. */
const defaults = (): Omit<KeeperOptions, keyof CompileOptions> => ({
  settleMs: 0,
  requireClean: false,
  compile: new PolicyCompiler(thisThread).compile,
  clock: systemClock,
});

/** A load that was taken, and what came of it. */
interface Taken {
  readonly loaded: LoadedPolicies;
  readonly update: DesiredUpdate;
  readonly badFiles: ReadonlySet<string>;
}

/** Remembers the last good state of every policy file, from load to load. */
export class DesiredKeeper {
  #options: KeeperOptions;
  #isStale = false;
  readonly #truncation: TruncationWatch;
  #inForce: FilesInForce = NOTHING_IN_FORCE;
  #last: Taken | null = null;
  /** In force before the first load. */
  #before: DesiredState | null = null;

  constructor(options: CompileOptions & Partial<KeeperOptions>) {
    this.#options = { ...defaults(), ...options };
    this.#truncation = new TruncationWatch(this.#options.settleMs, this.#options.clock);
  }

  /** The files that the state in force was made of. */
  get filesInForce(): FilesInForce {
    return this.#inForce;
  }

  /**
   * What is in force, as far as it is still about this config, whatever was loaded since: before the first load, and
   * where what was loaded did not come into force.
   */
  restore(state: DesiredState, files: FilesInForce): void {
    const { accounts } = this.#options;
    const groups = state.groups.filter(({ account }) => accounts?.includes(account) !== false);
    this.#inForce = files;
    this.#last = null;
    this.#before = { ...state, groups };
  }

  /** Holds from the next load on, even if its files are the same. */
  reconfigure(options: Partial<CompileOptions>): void {
    this.#options = { ...this.#options, ...options };
    this.#isStale = true;
  }

  /** Takes loads in the order in which they were made, one after the other. */
  async take(loaded: LoadedPolicies): Promise<DesiredUpdate> {
    // Other policies than those of before: nothing can be told from them.
    if (this.#inForce.root !== null && this.#inForce.root !== loaded.kinds.root) {
      this.#inForce = NOTHING_IN_FORCE;
      this.#before = null;
    }
    const problems = this.#options.requireClean ? uncommittedProblems(loaded) : [];
    const meant = problems.length === 0 ? loaded : this.#asCommitted(loaded);
    if (meant === null) return this.#unchanged(problems);
    const { folder, lookAgainMs } = this.#whole(meant);
    const { update, badFiles } = await this.#compiled(folder);
    this.#last = { loaded: folder, update, badFiles };
    this.#inForce = filesAfter(this.#inForce, folder, badFiles);
    return { ...update, problems: [...problems, ...update.problems], lookAgainMs };
  }

  /** In force now. */
  get #state(): DesiredState | null {
    return this.#last?.update.state ?? this.#before;
  }

  /** Only where nothing is in force: else the last good state is. */
  #asCommitted(loaded: LoadedPolicies): LoadedPolicies | null {
    return (this.#state?.groups ?? []).length === 0 ? asCommitted(loaded) : null;
  }

  #unchanged(problems: readonly Problem[]): DesiredUpdate {
    const state = this.#state ?? { revision: '', ...NOTHING_WANTED };
    const rest = {
      changed: false,
      keptGroups: state.groups,
      releasedGroups: [],
      lookAgainMs: null,
      cost: NO_COST,
    };
    return { state, problems, ...rest };
  }

  /** Without what is not to be taken for what was meant. */
  #whole(loaded: LoadedPolicies): Held<LoadedPolicies> {
    const root = replacedRoot(this.#inForce, loaded);
    if (root !== null) return { folder: { ...loaded, files: [], unreadable: [root] }, lookAgainMs: null };
    const replaced = replacedFiles(this.#inForce, loaded);
    const folder = { ...loaded, unreadable: [...loaded.unreadable, ...replaced] };
    const held = this.#truncation.hold(folder, this.#inForce);
    if (replaced.length === 0) return held;
    return { ...held, lookAgainMs: Math.min(held.lookAgainMs ?? Infinity, REPLACED_LOOK_MS) };
  }

  async #compiled(loaded: LoadedPolicies): Promise<Pick<Taken, 'update' | 'badFiles'>> {
    const last = this.#last;
    if (last !== null && !this.#isStale && isSameContent(last.loaded, loaded)) {
      return { update: relabelled(last.update, loaded.revision), badFiles: last.badFiles };
    }
    // Whoever reconfigures meanwhile makes it stale again.
    this.#isStale = false;
    const { compile, accounts, guardrails } = this.#options;
    const options = guardrails === undefined ? { accounts } : { accounts, guardrails };
    const before = this.#state;
    const policies = await compile(loaded, options, before ?? NOTHING_WANTED);
    return { update: compiled(loaded, policies, before), badFiles: policies.badFiles };
  }
}

/** That what took the place of a policy file is gone changes no policy file, so that no watch tells of it. */
const REPLACED_LOOK_MS = 10_000;

const NOTHING_WANTED: WantedState = { groups: [], expectations: [], guardrails: [] };

/** Compiling again would give the same. */
function isSameContent(a: LoadedPolicies, b: LoadedPolicies): boolean {
  return a.content === b.content && a.unreadable.length === 0 && b.unreadable.length === 0;
}

function relabelled(update: DesiredUpdate, revision: string): DesiredUpdate {
  const changed = update.state.revision !== revision;
  return { ...update, state: { ...update.state, revision }, changed, releasedGroups: [], cost: NO_COST };
}

function compiled(
  loaded: LoadedPolicies,
  policies: CompileAnswer,
  before: DesiredState | null,
): DesiredUpdate {
  const wantedBefore = before ?? NOTHING_WANTED;
  const merged = keepLastGood(withUnreadFiles(policies, loaded, wantedBefore), wantedBefore);
  const { expectations, guardrails } = merged;
  const isGuarded = [...policies.badGuardrails].every((id) => guardrails.some((each) => each.id === id));
  // Without a guardrail that the config asks for, nothing new may come into force.
  const groups = isGuarded ? inOrder(merged.groups, wantedBefore.groups) : wantedBefore.groups;
  // If nothing could be read, all that is in force is from before.
  const revision = loaded.files.length === 0 && before !== null ? before.revision : loaded.revision;
  const isSame =
    groups === wantedBefore.groups &&
    isSameList(expectations, wantedBefore.expectations) &&
    isSameList(guardrails, wantedBefore.guardrails);
  const { filesParsed, groupsCompiled } = policies;
  return {
    state: { revision, groups, expectations, guardrails },
    changed: before?.revision !== revision || !isSame,
    problems: policies.problems,
    keptGroups: inOrder(merged.kept, []),
    releasedGroups: missingFrom(groups, wantedBefore.groups),
    lookAgainMs: null,
    cost: { filesParsed, groupsCompiled },
  };
}

/** One order, wherever a group was declared and whether it is a kept one; the very list before if all are the same. */
function inOrder(groups: readonly DesiredGroup[], before: readonly DesiredGroup[]): readonly DesiredGroup[] {
  const now = new Set(groups);
  // What stays is in order already: only what is new has to find its place.
  const staying = before.filter((group) => now.delete(group));
  if (now.size === 0 && staying.length === before.length) return before;
  const keyed = [...now].map((group) => ({ key: desiredGroupKey(group), group }));
  const parts: DesiredGroup[][] = [];
  let from = 0;
  for (const { key, group } of keyed.sort((a, b) => compareText(a.key, b.key))) {
    const to = firstBehind(staying, key, from);
    parts.push(staying.slice(from, to), [group]);
    from = to;
  }
  return [...parts.flat(), ...staying.slice(from)];
}

/** Of groups in order, which of those from `from` on is the first that belongs behind the key. */
function firstBehind(groups: readonly DesiredGroup[], key: string, from: number): number {
  let low = from;
  let high = groups.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const group = groups[middle];
    if (group !== undefined && compareText(desiredGroupKey(group), key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A folder that cannot be read makes bad every file that groups in force came from and that lay below it. */
function withUnreadFiles(
  policies: CompileAnswer,
  loaded: LoadedPolicies,
  { groups, expectations }: WantedState,
): CompileAnswer {
  if (loaded.unreadable.length === 0) return policies;
  const isUnread = (file: string): boolean =>
    loaded.unreadable.some(({ path, problem }) => path === '' || file.startsWith(`${problem.file}/`));
  const unread = [...groups, ...expectations].map(({ source }) => source.file).filter(isUnread);
  return { ...policies, badFiles: new Set([...policies.badFiles, ...unread]) };
}

function missingFrom(
  groups: readonly DesiredGroup[],
  before: readonly DesiredGroup[],
): readonly DesiredGroup[] {
  const same = new Set(groups);
  const others = before.filter((group) => !same.has(group));
  if (others.length === 0) return [];
  const present = new Set(groups.map(desiredGroupKey));
  return others.filter((group) => !present.has(desiredGroupKey(group)));
}
