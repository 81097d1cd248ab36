// A YAML text as a plain value, with everything that is wrong with it in its place. Policies and the config are read
// here alike.
import type { SourcePlace } from '../../model/problem.ts';
import type { PlacedComplaint } from '../schema/shape-complaints.ts';
import { lineStepsOf, type PlaceTable } from './place-table.ts';
import type { Quoting } from './complaint.ts';
import { createReporter, type Locate } from './reporter.ts';
import { parseYamlTree } from './yaml-tree.ts';
import { readYamlTree } from './yaml-value.ts';

export type YamlDocument = ReturnType<typeof readYamlDocument>;

/** The reporter has what YAML's rules and ours for YAML refuse. Where not well-formed, the value may lack what the text has. */
export function readYamlDocument(path: string, text: string, quoting: Quoting) {
  const tree = parseYamlTree(text, quoting);
  const { value, complaints, offsetOf, places } = readYamlTree(tree.document?.contents ?? null, quoting);
  const placeAt = (offset: number): SourcePlace => {
    const { line, col } = tree.lines.linePos(offset);
    return { file: path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const locate: Locate = (keys, part) => placeAt(offsetOf(keys, part));
  const reporter = createReporter(locate);
  const isWellFormed = tree.complaints.length === 0;
  // Half a tree gives rise to complaints about what is not there.
  for (const complaint of isWellFormed ? complaints : tree.complaints) {
    reporter.errorAt(placeAt(complaint.offset), complaint);
  }
  const placeTable = (): PlaceTable => ({ lineSteps: lineStepsOf(tree.lines.lineStarts), root: places() });
  return { value, isWellFormed, locate, placeTable, reporter };
}

/** Reports what a schema refuses, but for values that YAML's rules refuse already: what was made of them is no news. */
export function reportShape(
  { locate, reporter }: YamlDocument,
  complaints: readonly PlacedComplaint[],
): void {
  const refused = new Set(reporter.problems.map(({ line, column }) => `${line}:${column}`));
  for (const complaint of complaints) {
    const place = locate(complaint.path, complaint.part);
    if (!refused.has(`${place.line}:${place.column}`)) reporter.errorAt(place, complaint);
  }
}
