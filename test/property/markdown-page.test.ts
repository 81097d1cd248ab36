// Pages for pull requests, of any text that strangers may write: descriptions, names of groups, messages.
//
// 1. Outside of its fences a page is made of what Rampart writes: no character of a stranger's that Markdown or HTML
//    knows is in sight, so there are no mentions, links, images, comments or elements of theirs.
// 2. No fence is closed by what stands in it, and every fence and every folded part ends.
// 3. A marker is the first line, and stands nowhere else, whatever the texts say.
// 4. A comment is never longer than every platform takes, and says so where it is cut.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_COMMENT_BYTES, renderPage, type MarkdownPage } from '../../reconciler/report/markdown/page.ts';
import { codeElement, codeSpan } from '../../reconciler/report/markdown/safe.ts';
import { runs } from '../support/runs.ts';

const MARKER = '<!-- rampart: pr-7 -->';

/** What breaks out of Markdown, and plain words between. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '`',
        '```',
        '~~~',
        '\n',
        '\r\n',
        '</details>',
        '<!--',
        '-->',
        '@all',
        '#1',
        '|',
        '\\',
        '\t',
      ),
      fc.constantFrom(
        MARKER,
        '<img src=x onerror=alert(1)>',
        '[a](javascript:b)',
        '![](http://x)',
        '&lt;',
        '\u202e',
      ),
      fc.constantFrom('```text\n', '\n# loud\n', '    code', '> quote', '<script>', '🙂', 'sg-bp1web', 'ä'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const texts = fc.array(hostile, { maxLength: 6 });

const page: fc.Arbitrary<MarkdownPage> = fc.record({
  title: hostile.map((text) => `## Rampart plan for ${codeSpan(text)}`),
  summary: fc.constant('1 call: add 1, modify 0, remove 0'),
  notes: texts,
  traffic: texts,
  columns: fc.constant(['group', 'status']),
  rows: fc.array(
    hostile.map((text) => [codeSpan(text), 'pending']),
    { maxLength: 4 },
  ),
  sections: fc.array(
    fc.record({
      summary: hostile.map((text) => `${codeElement(text)}: pending`),
      isOpen: fc.boolean(),
      lines: texts,
      after: hostile.map((text) => ['', `${codeSpan(text)} waits for an approval (**brake**):`]),
    }),
    { maxLength: 4 },
  ),
});

/** Pages that are far too long for a comment, by one part or another. */
const longPage = fc
  .tuple(
    page,
    fc.integer({ min: 1, max: 30_000 }),
    fc.constantFrom('notes', 'traffic', 'rows', 'sections', 'lines'),
  )
  .map(([some, count, part]): MarkdownPage => {
    const many = Array.from({ length: count }, (_, at) => `line ${at} \`\`\` ☂`);
    const section = { summary: 'x', isOpen: false, lines: many, after: [] };
    switch (part) {
      case 'rows':
        return { ...some, rows: many.map((line) => [codeSpan(line), 'pending']) };
      case 'sections':
        return { ...some, sections: many.slice(0, 3_000).map((line) => ({ ...section, lines: [line] })) };
      case 'lines':
        return { ...some, sections: [section, section] };
      default:
        return { ...some, [part]: many };
    }
  });

/** What is left without fences, after CommonMark's rule: a fence ends at a line of as many backticks or more. */
function outsideOfFences(text: string): string[] {
  const outside: string[] = [];
  let fence: string | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [, run = ''] = /^ {0,3}(`{3,})[^`]*$/.exec(line) ?? [];
    if (fence === null && run !== '') fence = run;
    else if (fence === null) outside.push(line);
    else if (run.length >= fence.length && line.trim() === run) fence = null;
  }
  expect(fence).toBe(null);
  return outside;
}

const CODE_ELEMENT = /<code>(?:[\w ./:=,-]|&#\d+;)*<\/code>/g;

/** Without code spans, after CommonMark's rule: one ends at the next run of as many backticks. */
function withoutSpans(line: string): string {
  const runs = [...line.matchAll(/`+/g)];
  const first = runs[0];
  if (first === undefined) return line;
  const end = runs.find(({ 0: run, index }) => index > first.index && run.length === first[0].length);
  if (end === undefined) return line;
  return line.slice(0, first.index) + withoutSpans(line.slice(end.index + end[0].length));
}

/** Lines as Rampart writes them, their code taken out. */
const OURS =
  /^(?:|## Rampart plan for |1 call: add 1, modify 0, remove 0|\| group \| status \||\|---\|---\||\| {2}\| pending \||<details(?: open)?><summary>(?:x|: pending)<\/summary>|<\/details>| waits for an approval \(\*\*brake\*\*\):|… [\d,]+ (?:lines?|groups?) more|This comment is cut to 60000 bytes\. .*)$/;

function check(some: MarkdownPage): string {
  const text = renderPage(some, 'pr-7');
  const [first, ...rest] = text.split('\n');
  expect(first).toBe(MARKER);
  expect(rest.join('\n')).not.toContain('<!--');
  // A row has as many cells as the table, however a stranger's text ends.
  for (const line of rest.filter((each) => each.endsWith('| pending |'))) {
    expect(line.match(/(?:\\.|[^|\\])*\|/g)).toHaveLength(3);
  }
  const outside = outsideOfFences(rest.join('\n')).map((line) =>
    withoutSpans(line.replace(CODE_ELEMENT, '')),
  );
  expect(outside.filter((line) => !OURS.test(line))).toEqual([]);
  const count = (start: string): number => outside.filter((line) => line.startsWith(start)).length;
  expect(count('</details>')).toBe(count('<details'));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_COMMENT_BYTES);
  return text;
}

test('a page holds every text of strangers, and is left by none', () => {
  fc.assert(
    fc.property(page, (some) => {
      check(some);
      const whole = renderPage(some, null);
      expect(whole).not.toContain('<!--');
      outsideOfFences(whole);
    }),
    runs(1_000),
  );
});

test('a page that is too long for a comment is cut where nothing breaks, and says so', () => {
  fc.assert(
    fc.property(longPage, (some) => {
      const isCut = check(some).includes('This comment is cut to 60000 bytes.');
      const whole = Buffer.byteLength(renderPage(some, null));
      expect(isCut || whole < MAX_COMMENT_BYTES).toBe(true);
    }),
    runs(60),
  );
});
