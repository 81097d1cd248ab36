// What is said of each file in the end: what was found in its parts, told again in one order, and what only all files
// together show. Costs nothing for a file of which nothing is said.
import type { Problem } from '../../../model/problem.ts';
import { createReporter, type Reporter } from '../../read/reporter.ts';
import type { UsedNames } from '../definitions.ts';
import type { UsedName } from '../file-context.ts';
import type { FileBody } from './body.ts';
import { isError, type FileHead } from './head.ts';
import type { NamesStage } from './names-stage.ts';

/** A file in its two parts. */
export interface FileParts {
  readonly head: FileHead;
  readonly body: FileBody;
}

export class FileReports {
  readonly #stage: NamesStage;
  readonly #reporters = new Map<FileHead, Reporter>();

  /** @param uses to which the uses of the files are added */
  constructor(files: readonly FileParts[], stage: NamesStage, uses: UsedNames) {
    this.#stage = stage;
    for (const { reporter, file } of stage.contexts.values()) {
      const head = stage.headOf(file);
      if (head !== undefined && reporter.problems.length > 0) this.#repeat(head, reporter.problems);
    }
    for (const { head, body } of files) {
      for (const { kind, name } of body.uses) uses[kind].note(name);
      if (body.problems.length > 0) this.#repeat(head, problemsIn(body, uses));
    }
  }

  of(head: FileHead): Reporter {
    const known = this.#reporters.get(head);
    if (known !== undefined) return known;
    const reporter = createReporter(() => ({ file: head.path, line: 1, column: 1 }));
    this.#reporters.set(head, reporter);
    return reporter;
  }

  /** What was found beyond the file by itself. */
  problemsOf(head: FileHead): readonly Problem[] {
    return this.#reporters.get(head)?.problems ?? [];
  }

  hasErrors(head: FileHead): boolean {
    return head.hasErrors || this.problemsOf(head).some(isError);
  }

  /** What the file takes from definitions, those of its own definitions first; each name once. */
  usesOf({ head, body }: FileParts): readonly UsedName[] {
    const inDefinitions = this.#stage.contexts.get(head)?.uses ?? new Map<string, UsedName>();
    if (inDefinitions.size === 0) return body.uses;
    const own = body.uses.filter(({ kind, name }) => !inDefinitions.has(`${kind} ${name}`));
    return [...inDefinitions.values(), ...own];
  }

  #repeat(head: FileHead, problems: readonly Problem[]): void {
    const reporter = this.of(head);
    for (const problem of problems) {
      if (problem.severity === 'error') reporter.errorAt(problem, problem);
      else reporter.warningAt(problem, problem);
    }
  }
}

/** In words that say what the other files have. */
function problemsIn({ problems, unknown }: FileBody, uses: UsedNames): readonly Problem[] {
  if (unknown.length === 0) return problems;
  const said = [...problems];
  for (const { kind, name, problem } of unknown) {
    const placed = problems[problem];
    if (placed !== undefined) said[problem] = { ...placed, ...uses[kind].unknown(name) };
  }
  return said;
}
