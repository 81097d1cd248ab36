// The `expect` entries of one file.
import type { Expectation } from '../../model/packets/pattern.ts';
import { quote } from '../read/complaint.ts';
import { formatPlace, type Reporter } from '../read/reporter.ts';
import type { ExpectEntry } from '../schema/pattern/pattern-entry.ts';
import { didYouMean } from '../schema/suggest.ts';
import { compilePattern, type PatternSite } from './compile-pattern.ts';
import type { Definitions } from './definitions.ts';
import type { FileContext } from './file-context.ts';

/** Those that are whole. What is wrong with the others has been reported. */
export function compileExpectations(context: FileContext, definitions: Definitions): Expectation[] {
  const firstOf = new Map<string, number>();
  return (context.file.document?.expect ?? []).flatMap((entry, index) => {
    const site: PatternSite = { context, definitions, path: ['expect', index] };
    const { name } = entry;
    if (name !== undefined) {
      const first = firstOf.get(name);
      if (first === undefined) firstOf.set(name, index);
      else reportSecondName(name, first, site);
    }
    const expectation = compileExpectation(entry, site);
    return expectation === null ? [] : [expectation];
  });
}

/** A report names an expectation by its file and its name. */
function reportSecondName(name: string, first: number, { context, path }: PatternSite): void {
  const place = formatPlace(context.file.locate(['expect', first, 'name'], 'value'));
  const message = `the name ${quote(name)} is also at ${place}`;
  const hint = 'the expectations of a file have different names';
  context.reporter.error([...path, 'name'], { code: 'duplicate-name', message, hint });
}

function compileExpectation(entry: ExpectEntry, site: PatternSite): Expectation | null {
  const { accept, drop, name, groups, unknown } = entry;
  const kind = accept === null ? 'drop' : 'accept';
  const written = accept ?? drop;
  if (written === null) return null;
  const pattern = compilePattern(written, { ...site, path: [...site.path, kind] });
  const ids = groups.filter((id) => id !== undefined);
  if (pattern === null || !entry.isWhole || name === undefined || unknown === undefined) return null;
  const source = site.context.file.locate(site.path, 'value');
  return { name, groups: [...new Set(ids)], kind, pattern, unknown, source };
}

/** Of groups that no policy declares nothing can be expected, and a slip in an id would pass every test. */
export function warnOfStrangers(
  reporter: () => Reporter,
  expectations: readonly Expectation[],
  ids: ReadonlySet<string>,
): void {
  for (const { groups: expected, source } of expectations) {
    for (const id of expected) {
      if (ids.has(id)) continue;
      const message = `no policy declares the group ${id} by its id: this is not judged without the cloud`;
      const hint = didYouMean(id, ids) || 'name a group that a policy declares by its id';
      reporter().warningAt(source, { code: 'expect-unknown-group', message, hint });
    }
  }
}
