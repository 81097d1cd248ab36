// A policy file as it was read: from bytes to a document and the places of everything in it.
import type { Problem, SourcePlace } from '../../model/problem.ts';
import { decodePolicyText } from './decode.ts';
import { documentOf, type PolicyDocument } from '../schema/document.ts';
import { createReporter, type Locate, type Reporter } from './reporter.ts';
import { checkShape } from '../schema/schema-issues.ts';
import { policySchema } from '../schema/schema.ts';
import { parseYamlTree } from './yaml-tree.ts';
import { readYamlTree } from './yaml-value.ts';

export interface PolicyFile {
  readonly path: string;
  /** Empty if the bytes could not be read as text. */
  readonly text: string;
  /** Holds nulls for what is broken. Null if the file is so broken that not even its keys are certain. */
  readonly document: PolicyDocument | null;
  /** Names that the file defines or, as far as can be seen, tries to define. */
  readonly declares: { readonly networks: ReadonlySet<string>; readonly services: ReadonlySet<string> };
  /** What is wrong with this file as far as it can be judged by itself. */
  readonly problems: readonly Problem[];
  readonly locate: Locate;
}

/** Reads a file's bytes. Never throws; whatever is wrong is in `problems`. */
export function readPolicyFile(path: string, bytes: Uint8Array): PolicyFile {
  const text = decodePolicyText(path, bytes);
  return text.ok ? parsePolicyFile({ path, text: text.value }) : unreadablePolicyFile(text.error);
}

/** A file that is there but cannot be read: its groups stay as they were, its names are unknown. */
export function unreadablePolicyFile(problem: Problem): PolicyFile {
  return {
    path: problem.file,
    text: '',
    document: null,
    declares: { networks: new Set(), services: new Set() },
    problems: [problem],
    locate: () => ({ file: problem.file, line: 1, column: 1 }),
  };
}

/** Reads a file's text: YAML, shape, and single values. Never throws. */
export function parsePolicyFile({ path, text }: { path: string; text: string }): PolicyFile {
  const tree = parseYamlTree(text);
  const { value, complaints, offsetOf } = readYamlTree(tree.document?.contents ?? null);
  const placeAt = (offset: number): SourcePlace => {
    const { line, col } = tree.lines.linePos(offset);
    return { file: path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const locate: Locate = (keys, part) => placeAt(offsetOf(keys, part));
  const reporter = createReporter(locate);
  const isWellFormed = tree.complaints.length === 0;
  for (const complaint of isWellFormed ? complaints : tree.complaints) {
    reporter.errorAt(placeAt(complaint.offset), complaint);
  }
  if (isWellFormed) reportShape(value, locate, reporter);
  const document = documentOf(value);
  return {
    path,
    text,
    document: isWellFormed ? document : null,
    declares: { networks: new Set(document.networks.keys()), services: new Set(document.services.keys()) },
    problems: reporter.problems,
    locate,
  };
}

function reportShape(value: unknown, locate: Locate, reporter: Reporter): void {
  if (value === null) {
    const message = 'the file is empty, which never means "no rules"';
    const hint = 'write `version: 1` and `groups: []` if it declares nothing, or remove the file';
    reporter.error([], { code: 'empty-file', message, hint });
    return;
  }
  const refused = new Set(reporter.problems.map(({ line, column }) => `${line}:${column}`));
  for (const complaint of checkShape(policySchema, value)) {
    const place = locate(complaint.path, complaint.part);
    // What was made of a value that YAML's rules refuse already is no news.
    if (!refused.has(`${place.line}:${place.column}`)) reporter.errorAt(place, complaint);
  }
}
