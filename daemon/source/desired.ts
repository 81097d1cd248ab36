// Which desired state is in force. Every load is compiled as a whole; where a file is broken or could not be
// read, its groups stay as they were when it last was good. Only a file that is plainly gone takes its groups
// with it: they are no longer managed.
import { isDeepStrictEqual } from 'node:util';
import type { DesiredGroup, DesiredState } from '../../reconciler/model/group.ts';
import { compareText, type Problem } from '../../reconciler/model/problem.ts';
import {
  compilePolicies,
  type CompiledPolicies,
  type CompileOptions,
} from '../../reconciler/policy/compile/compile.ts';
import { readPolicyFile, unreadablePolicyFile } from '../../reconciler/policy/read/file.ts';
import { desiredGroupKey } from '../../reconciler/policy/compile/group-key.ts';
import { keepLastGood, type Wanted } from '../../reconciler/policy/compile/last-good.ts';
import type { LoadedPolicies } from './source.ts';

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
}

/** Remembers the last good state of every policy file, from load to load. */
export class DesiredKeeper {
  #options: CompileOptions;
  #isStale = false;
  #last: { readonly loaded: LoadedPolicies; readonly update: DesiredUpdate } | null = null;

  constructor(options: CompileOptions) {
    this.#options = options;
  }

  /** Holds from the next load on, even if its files are the same. */
  reconfigure(options: CompileOptions): void {
    this.#options = options;
    this.#isStale = true;
  }

  /** Takes loads in the order in which they were made. */
  take(loaded: LoadedPolicies): DesiredUpdate {
    const last = this.#last;
    const update =
      last !== null && !this.#isStale && isSameContent(last.loaded, loaded)
        ? relabelled(last.update, loaded.revision)
        : compiled(loaded, this.#options, last?.update.state ?? null);
    this.#isStale = false;
    this.#last = { loaded, update };
    return update;
  }
}

const NOTHING_WANTED: Wanted = { groups: [], expectations: [], guardrails: [] };

const wantedOf = ({ groups, expectations, guardrails }: Wanted): Wanted => ({
  groups,
  expectations,
  guardrails,
});

/** Compiling again would give the same. */
function isSameContent(a: LoadedPolicies, b: LoadedPolicies): boolean {
  return a.content === b.content && a.unreadable.length === 0 && b.unreadable.length === 0;
}

function relabelled(update: DesiredUpdate, revision: string): DesiredUpdate {
  const changed = update.state.revision !== revision;
  return { ...update, state: { ...update.state, revision }, changed, releasedGroups: [] };
}

function compiled(
  loaded: LoadedPolicies,
  options: CompileOptions,
  before: DesiredState | null,
): DesiredUpdate {
  const files = [
    ...loaded.files.map(({ file, bytes }) => readPolicyFile(file, bytes)),
    ...loaded.unreadable.map(({ problem }) => unreadablePolicyFile(problem)),
  ];
  const policies = compilePolicies(files, options);
  const wantedBefore = before ?? NOTHING_WANTED;
  const groupsBefore = wantedBefore.groups;
  const merged = keepLastGood(withUnreadFiles(policies, loaded, wantedBefore), wantedBefore);
  const { expectations, guardrails } = merged;
  const isGuarded = [...policies.badGuardrails].every((id) => guardrails.some((each) => each.id === id));
  // Without a guardrail that the config asks for, nothing new may come into force.
  const groups = isGuarded ? inOrder(merged.groups) : groupsBefore;
  // If nothing could be read, all that is in force is from before.
  const revision = loaded.files.length === 0 && before !== null ? before.revision : loaded.revision;
  return {
    state: { revision, groups, expectations, guardrails },
    changed:
      before?.revision !== revision ||
      !isDeepStrictEqual({ groups, expectations, guardrails }, wantedOf(wantedBefore)),
    problems: policies.problems,
    keptGroups: inOrder(merged.kept),
    releasedGroups: missingFrom(groups, groupsBefore),
  };
}

/** One order, wherever a group was declared and whether it is a kept one. */
function inOrder(groups: readonly DesiredGroup[]): readonly DesiredGroup[] {
  const keyed = groups.map((group) => ({ key: desiredGroupKey(group), group }));
  return keyed.sort((a, b) => compareText(a.key, b.key)).map(({ group }) => group);
}

/** A folder that cannot be read makes bad every file that groups in force came from and that lay below it. */
function withUnreadFiles(
  policies: CompiledPolicies,
  loaded: LoadedPolicies,
  { groups, expectations }: Wanted,
): CompiledPolicies {
  const isUnread = (file: string): boolean =>
    loaded.unreadable.some(({ path, problem }) => path === '' || file.startsWith(`${problem.file}/`));
  const unread = [...groups, ...expectations].map(({ source }) => source.file).filter(isUnread);
  return { ...policies, badFiles: new Set([...policies.badFiles, ...unread]) };
}

function missingFrom(
  groups: readonly DesiredGroup[],
  before: readonly DesiredGroup[],
): readonly DesiredGroup[] {
  const present = new Set(groups.map(desiredGroupKey));
  return before.filter((group) => !present.has(desiredGroupKey(group)));
}
