// The fenced blocks of a page, and those among them that a script writes: they have a line `<!-- transcript: NAME -->`
// above.
import { readdirSync } from 'node:fs';

export interface PageBlock {
  /** Behind the fence; '' if there is none. */
  readonly language: string;
  /** Null: a person wrote it. */
  readonly transcript: string | null;
  readonly text: string;
}

export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

const FENCED = /(?:<!-- transcript: ([\w-]+) -->\n\n?)?^( *)```(\w*)\n([^]*?)^ *```$/gm;

export const blocksOf = (page: string): PageBlock[] =>
  [...page.matchAll(FENCED)].map(([, name, , language = '', text = '']) => ({
    language,
    transcript: name ?? null,
    text,
  }));

/** The page with these texts in the place of its transcripts. Throws if one of them is not there. */
export const withTranscripts = (page: string, texts: ReadonlyMap<string, string>): string =>
  page.replaceAll(FENCED, (...match: readonly string[]) => {
    const [whole = '', name, , , text = ''] = match;
    if (name === undefined) return whole;
    const made = texts.get(name);
    if (made === undefined) throw new Error(`no script makes the transcript ${name}`);
    return isSameTranscript(made, text) ? whole : whole.replace(text, () => `${made.trimEnd()}\n`);
  });

/** Whether two runs said the same: times, durations, ports, ids and commits are another matter. */
export const isSameTranscript = (one: string, other: string): boolean => steady(one) === steady(other);

const VARYING: ReadonlyArray<readonly [pattern: RegExp, name: string | ((found: string) => string)]> = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\b\d\d:\d\d:\d\d\b/g, 'CLOCK'],
  [/\b\d+\.\d s\b/g, 'SECONDS'],
  [/"durationMs":\d+/g, '"durationMs":MS'],
  [/\b[0-9A-F]{8}-(?:[0-9A-F-]{27}\b|[0-9A-F-]*…)/g, 'REQUEST'],
  [/"(?:clientToken|reconcileId)":"[\w-]+"/g, 'ID'],
  [/\b[0-9a-f]{7,64}\b/g, (hash) => '#'.repeat(hash.length)],
  [/127\.0\.0\.1:\d{4,5}\b/g, 'HERE'],
  [/\bcurl\/[\d.]+/g, 'CURL'],
  [/\S*\/rampart-emulator-\w+\//g, 'FOLDER/'],
];

export const steady = (text: string): string =>
  VARYING.reduce(
    (shown, [pattern, name]) =>
      shown.replaceAll(pattern, (found) => (typeof name === 'string' ? name : name(found))),
    text.trimEnd(),
  );
