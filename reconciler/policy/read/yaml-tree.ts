// YAML text -> syntax tree. The library's composer recurses, and a text of a few kilobytes that nests
// deeper than the stack takes the whole process down. Its parser does not recurse, so the tree of
// tokens is built first, its depth is measured, and only a shallow one is composed.
import { Composer, LineCounter, Parser, type CST, type Document } from 'yaml';
import type { OffsetComplaint, Quoting } from './complaint.ts';
import { costComplaint } from './scan.ts';
import { syntaxComplaints } from './syntax/syntax-complaints.ts';

/** A policy needs 7 levels. */
const MAX_NESTING = 24;

export interface YamlTree {
  /** Null if the text nests too deeply to be looked at. May be partial if there are complaints. */
  readonly document: Document.Parsed | null;
  readonly lines: LineCounter;
  /** Why the tree is not to be trusted; empty for a well-formed document. */
  readonly complaints: readonly OffsetComplaint[];
}

/** Reads YAML 1.2 strictly: one document, no directives. Never throws, whatever the text. */
export function parseYamlTree(text: string, quoting: Quoting): YamlTree {
  const lines = countedLines(text);
  const costly = costComplaint(text);
  if (costly !== null) return { document: null, lines, complaints: [costly] };
  const tokens = tokensOf(text);
  if (tokens === null) {
    const message = 'the document is too broken to be read: a bracket is probably missing';
    return { document: null, lines, complaints: [{ offset: 0, code: 'unreadable-yaml', message, hint: '' }] };
  }
  const deep = firstTokenBelow(tokens, MAX_NESTING);
  if (deep !== null) {
    const message = `the document nests deeper than ${MAX_NESTING} levels`;
    return { document: null, lines, complaints: [{ offset: deep, code: 'too-deep', message, hint: '' }] };
  }
  const [document, second] = compose(tokens, text.length);
  const complaints = tokens.filter((token) => token.type === 'directive').map(directiveComplaint);
  if (second !== undefined) complaints.push(secondDocumentComplaint(second));
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) complaints.push(...syntaxComplaints(text, errors, quoting));
  return { document, lines, complaints };
}

/** Counted here: the parser counts no lines behind a token that it does not take, and so places what follows wrongly. */
function countedLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

/** Null where the parser runs out of stack: it recurses once for each line that is out of place. */
function tokensOf(text: string): CST.Token[] | null {
  try {
    return Array.from(new Parser().parse(text));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The first document and, if there is one, the second. */
function compose(tokens: readonly CST.Token[], length: number): [Document.Parsed, Document.Parsed?] {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // The library compares every key with every other; yaml-value.ts looks for twins in linear time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: Document.Parsed[] = [];
  for (const document of composer.compose(tokens, true, length)) {
    documents.push(document);
    if (documents.length === 2) break;
  }
  const [first, second] = documents;
  if (first === undefined) throw new Error('the YAML composer made no document although it was asked to');
  return second === undefined ? [first] : [first, second];
}

/** Offset of a collection more than `maxDepth` levels down. With a stack of our own: no recursion. */
function firstTokenBelow(tokens: readonly CST.Token[], maxDepth: number): number | null {
  const open: Array<{ token: CST.Token; depth: number }> = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return token.offset;
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return null;
}

function directiveComplaint({ offset }: CST.Token): OffsetComplaint {
  const message = 'YAML directives are not used here';
  return { offset, code: 'yaml-directive', message, hint: 'remove the line that begins with %' };
}

function secondDocumentComplaint({ range: [offset] }: Document.Parsed): OffsetComplaint {
  const message = 'the file holds one YAML document, and here begins a second one';
  return { offset, code: 'several-documents', message, hint: 'move it to a file of its own' };
}
