// The parts of all files -> what is wanted of every group. A file counts as a whole: with one error in it, or in a file it
// takes a name from, none of its groups is here, and the caller keeps their last good state. Costs little for each file:
// it runs over all of them whatever has changed.
import type { DesiredGroup } from '../../../model/group.ts';
import type { Expectation, Guardrail } from '../../../model/packets/pattern.ts';
import { compareProblems, type Problem } from '../../../model/problem.ts';
import { formatPlace } from '../../read/reporter.ts';
import { warnOfStrangers } from '../compile-expectations.ts';
import { compileGuardrails, guardrailContexts, type WrittenGuardrails } from '../compile-guardrails.ts';
import { spreadBadness } from './badness.ts';
import { FileReports, type FileParts } from './file-reports.ts';
import type { FileHead } from './head.ts';
import type { NamesStage } from './names-stage.ts';

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
export function assemblePolicies(
  files: readonly FileParts[],
  stage: NamesStage,
  written: WrittenGuardrails,
): CompiledPolicies {
  const uses = stage.defined.openUses();
  const reports = new FileReports(files, stage, uses);
  reportStrangers(files, reports);
  const guarding = guardrailContexts(written);
  const guardrails = compileGuardrails(guarding, stage.defined.definitionsFor(uses));
  reportSharedGroups(files, reports);
  const bad = spreadBadness({ files, guarding, reports, stage });
  if (bad.files.size + bad.guardrails.size === 0) {
    for (const names of [uses.network, uses.service]) {
      names.warnOfUnused((context, place, complaint) => {
        const head = stage.headOf(context.file);
        if (head !== undefined) reports.of(head).warningAt(place, complaint);
      });
    }
  }
  const badGuardrails = new Set([...bad.guardrails].map(({ id }) => id));
  const good = bad.files.size === 0 ? files : files.filter(({ head }) => !bad.files.has(head));
  return {
    groups: good.flatMap(({ body }) => body.groups.map(({ group }) => group)),
    expectations: good.flatMap(({ body }) => body.expectations),
    guardrails: guardrails.filter(({ id }) => !badGuardrails.has(id)),
    badGuardrails,
    problems: allProblems(files, reports, guarding),
    badFiles: new Set([...bad.files].map(({ path }) => path)),
  };
}

function allProblems(
  files: readonly FileParts[],
  reports: FileReports,
  guarding: ReturnType<typeof guardrailContexts>,
): Problem[] {
  const problems: Problem[] = [];
  for (const { head } of files) {
    for (const problem of head.problems) problems.push(problem);
    for (const problem of reports.problemsOf(head)) problems.push(problem);
  }
  for (const { reporter } of guarding) problems.push(...reporter.problems);
  return problems.sort(compareProblems);
}

function reportStrangers(files: readonly FileParts[], reports: FileReports): void {
  const expecting = files.filter(({ body }) => body.expectations.length > 0);
  if (expecting.length === 0 || files.some(({ head }) => !head.isRead)) return;
  const ids = new Set<string>();
  for (const { body } of files) {
    for (const { group } of body.groups) if (group.selector.kind === 'id') ids.add(group.selector.id);
  }
  for (const { head, body } of expecting) warnOfStrangers(() => reports.of(head), body.expectations, ids);
}

interface PlacedGroup {
  readonly head: FileHead;
  readonly group: DesiredGroup;
}

/** A group declared in two places has no one truth: both places are reported, and neither is enforced. */
function reportSharedGroups(files: readonly FileParts[], reports: FileReports): void {
  const first = new Map<string, PlacedGroup>();
  for (const { head, body } of files) {
    for (const { key, group } of body.groups) {
      const before = first.get(key);
      if (before === undefined) {
        first.set(key, { head, group });
        continue;
      }
      reportSharedGroup({ head, group }, before, reports);
      reportSharedGroup(before, { head, group }, reports);
    }
  }
}

function reportSharedGroup({ head, group }: PlacedGroup, other: PlacedGroup, reports: FileReports): void {
  const message = `this group is also declared at ${formatPlace(other.group.source)}`;
  const hint = 'declare a group in one place, with all of its rules';
  reports.of(head).errorAt(group.source, { code: 'duplicate-group', message, hint });
}
