// The stack of a bug with the lines of the sources: the built program holds many of them in one file. Node would read all
// maps at each start for that; here only those that a stack names are read.
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

const PLACE = /file:\/\/[^\s()]+\.js:\d+:\d+/g;

/** Each place in a file that has a map beside it becomes the one in the sources; others stay as they are. */
export function withSourceLines(stack: string): string {
  return stack.replace(PLACE, (place) => sourceOf(place) ?? place);
}

function sourceOf(place: string): string | null {
  const [, url = '', line, column] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
  const found = mapOf(url)?.findEntry(Number(line) - 1, Number(column) - 1);
  if (found === undefined || !('originalSource' in found)) return null;
  const source = found.originalSource.replace(/^(\.\.\/)+/, '');
  return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`;
}

/** Null if there is none that can be read: then the place is told as it is. */
function mapOf(url: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')) as SourceMapPayload);
  } catch {
    return null;
  }
}
