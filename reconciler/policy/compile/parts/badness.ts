// Which files and guardrails are bad: errors spread along the names that files take from each other.
import type { GuardrailContext } from '../compile-guardrails.ts';
import type { FileContext, UsedName } from '../file-context.ts';
import { definedInBadFile } from '../name-table.ts';
import type { Reporter } from '../../read/reporter.ts';
import { isError, type FileHead } from './head.ts';
import type { FileParts, FileReports } from './file-reports.ts';
import type { NamesStage } from './names-stage.ts';

export interface Badness {
  readonly files: ReadonlySet<FileHead>;
  readonly guardrails: ReadonlySet<GuardrailContext>;
}

interface AllParts {
  readonly files: readonly FileParts[];
  readonly guarding: readonly GuardrailContext[];
  readonly reports: FileReports;
  readonly stage: NamesStage;
}

/** Reports at each use of a name that it is defined in a bad file, until nothing new is found. */
export function spreadBadness({ files, guarding, reports, stage }: AllParts): Badness {
  const badFiles = new Set<FileHead>();
  for (const { head } of files) if (reports.hasErrors(head)) badFiles.add(head);
  const badGuardrails = new Set(guarding.filter(({ reporter }) => reporter.problems.some(isError)));
  const spread = (uses: Iterable<UsedName>, reporterOf: () => Reporter): boolean => {
    const problems = [...uses].flatMap((use) => {
      const culprit = stage.defined.definedIn(use).find((each) => isBad(each, badFiles, stage));
      return culprit === undefined ? [] : [{ use, path: culprit.file.path }];
    });
    if (problems.length === 0) return false;
    const reporter = reporterOf();
    const before = reporter.problems.length;
    for (const { use, path } of problems)
      reporter.errorAt(use.place, definedInBadFile(use.kind, use.name, path));
    return reporter.problems.length > before;
  };
  for (let before = -1; before !== badFiles.size + badGuardrails.size;) {
    before = badFiles.size + badGuardrails.size;
    if (before === 0) break;
    for (const file of files) {
      if (badFiles.has(file.head)) continue;
      if (spread(reports.usesOf(file), () => reports.of(file.head))) badFiles.add(file.head);
    }
    for (const context of guarding) {
      if (badGuardrails.has(context)) continue;
      if (spread(context.uses.values(), () => context.reporter)) badGuardrails.add(context);
    }
  }
  return { files: badFiles, guardrails: badGuardrails };
}

function isBad(context: FileContext, bad: ReadonlySet<FileHead>, stage: NamesStage): boolean {
  const head = stage.headOf(context.file);
  return head !== undefined && bad.has(head);
}
