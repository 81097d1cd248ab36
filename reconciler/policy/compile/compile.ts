// All files together -> what is wanted of every group. A file counts as a whole: with one error in it, or in
// a file it takes a name from, none of its groups is here, and the caller keeps their last good state.
import { groupBy } from '../../model/collections.ts';
import type { DesiredGroup } from '../../model/group.ts';
import type { Expectation, Guardrail } from '../../model/packets/pattern.ts';
import { compareProblems, type Problem } from '../../model/problem.ts';
import { compileExpectations, warnOfStrangers } from './compile-expectations.ts';
import { compileGroup } from './compile-group.ts';
import {
  compileGuardrails,
  guardrailContexts,
  NO_GUARDRAILS,
  type WrittenGuardrails,
} from './compile-guardrails.ts';
import { readDefinitions, type Definitions } from './definitions.ts';
import type { FileContext } from './file-context.ts';
import type { PolicyFile } from '../read/file.ts';
import { desiredGroupKey } from './group-key.ts';
import { definedInBadFile } from './name-table.ts';
import { createReporter, formatPlace } from '../read/reporter.ts';

const MAX_RULES_PER_FILE = 50_000;

export interface CompileOptions {
  /** Account names of the config; null: there is no config to hold them against. */
  readonly accounts: readonly string[] | null;
  /** Of the config. Absent: none. */
  readonly guardrails?: WrittenGuardrails;
}

export interface CompiledPolicies {
  /** Groups of the good files, in the order of the files and of their lines. */
  readonly groups: readonly DesiredGroup[];
  /** Those of the good files, in the same order. */
  readonly expectations: readonly Expectation[];
  /** Those whose names all mean something. */
  readonly guardrails: readonly Guardrail[];
  /** Ids of those that cannot be judged by: their last good state stays in force. */
  readonly badGuardrails: ReadonlySet<string>;
  /** Problems of all files, in reading order: those found while reading the files, and those found here. */
  readonly problems: readonly Problem[];
  /** Paths of files with errors: their groups are not in `groups`, and their last good state stays in force. */
  readonly badFiles: ReadonlySet<string>;
}

/** Needs all files, the bad ones too: they explain names that are missing elsewhere. */
export function compilePolicies(files: readonly PolicyFile[], options: CompileOptions): CompiledPolicies {
  const contexts = files.map((file): FileContext => ({
    file,
    reporter: createReporter(file.locate),
    uses: new Map(),
  }));
  const definitions = readDefinitions(contexts);
  const placed = contexts.flatMap((context) =>
    compileFile(context, definitions, options).map((group) => ({ context, group })),
  );
  const declared = {
    groups: placed.map(({ group }) => group),
    areAllRead: contexts.every(({ file }) => file.document !== null),
  };
  const expected = contexts.map((context) => {
    const expectations = compileExpectations(context, definitions);
    warnOfStrangers(context, expectations, declared);
    return { context, expectations };
  });
  const guarding = guardrailContexts(options.guardrails ?? NO_GUARDRAILS);
  const guardrails = compileGuardrails(guarding, definitions);
  reportSharedGroups(placed);
  const all = [...contexts, ...guarding];
  reportBadSources(all);
  const bad = new Set(all.filter(hasErrors));
  const badGuardrails = new Set(guarding.filter((each) => bad.has(each)).map(({ id }) => id));
  if (bad.size === 0) definitions.warnOfUnused();
  return {
    groups: placed.filter(({ context }) => !bad.has(context)).map(({ group }) => group),
    expectations: expected.filter(({ context }) => !bad.has(context)).flatMap((file) => file.expectations),
    guardrails: guardrails.filter(({ id }) => !badGuardrails.has(id)),
    badGuardrails,
    problems: all
      .flatMap(({ file, reporter }) => [...file.problems, ...reporter.problems])
      .sort(compareProblems),
    badFiles: new Set(contexts.filter((each) => bad.has(each)).map(({ file }) => file.path)),
  };
}

function hasErrors({ file, reporter }: FileContext): boolean {
  return [file.problems, reporter.problems].some((problems) =>
    problems.some(({ severity }) => severity === 'error'),
  );
}

function compileFile(
  context: FileContext,
  definitions: Definitions,
  { accounts }: CompileOptions,
): DesiredGroup[] {
  const groups: DesiredGroup[] = [];
  let room = MAX_RULES_PER_FILE;
  for (const [index, entry] of (context.file.document?.groups ?? []).entries()) {
    const group = compileGroup(entry, { context, definitions, path: ['groups', index], accounts, room });
    if (group === null) continue;
    groups.push(group);
    room -= (group.rules.ingress?.length ?? 0) + (group.rules.egress?.length ?? 0);
  }
  return groups;
}

interface PlacedGroup {
  readonly context: FileContext;
  readonly group: DesiredGroup;
}

/** A group declared in two places has no one truth: both places are reported, and neither is enforced. */
function reportSharedGroups(placed: readonly PlacedGroup[]): void {
  for (const [first, ...others] of groupBy(placed, ({ group }) => desiredGroupKey(group)).values()) {
    if (first === undefined) continue;
    for (const other of others) {
      reportSharedGroup(other, first);
      reportSharedGroup(first, other);
    }
  }
}

function reportSharedGroup({ context, group }: PlacedGroup, other: PlacedGroup): void {
  const message = `this group is also declared at ${formatPlace(other.group.source)}`;
  const hint = 'declare a group in one place, with all of its rules';
  context.reporter.errorAt(group.source, { code: 'duplicate-group', message, hint });
}

/** Errors spread along the names that files take from each other, until nothing new is found. */
function reportBadSources(contexts: readonly FileContext[]): void {
  const bad = new Set(contexts.filter(hasErrors));
  for (let before = -1; before !== bad.size;) {
    before = bad.size;
    for (const context of contexts) {
      if (!bad.has(context) && reportBadUses(context, bad)) bad.add(context);
    }
  }
}

function reportBadUses(context: FileContext, bad: ReadonlySet<FileContext>): boolean {
  const problemsBefore = context.reporter.problems.length;
  for (const { kind, name, path, definedIn } of context.uses.values()) {
    const culprit = definedIn.find((each) => bad.has(each));
    if (culprit !== undefined) context.reporter.error(path, definedInBadFile(kind, name, culprit.file.path));
  }
  return context.reporter.problems.length > problemsBefore;
}
