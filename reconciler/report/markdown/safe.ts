// Texts of strangers in a page that a platform renders: group names, rule descriptions and messages must not become
// markup, links, mentions of people, or another comment's marker.
import { visible } from '../../model/rule-text.ts';

/**
 * Inline code, in a paragraph or a cell of a table. A pipe would end the cell whatever stands before it, so it is shown by
 * its number, as other characters that are more than they look.
 */
export function codeSpan(text: string): string {
  const shown = withoutComments(visible(text)).replaceAll('|', '\\u{7c}');
  const ticks = ticksFor(shown, 1);
  const isBare = shown !== '' && !/^[` ]|[` ]$/.test(shown);
  return isBare ? `${ticks}${shown}${ticks}` : `${ticks} ${shown} ${ticks}`;
}

/** The same as HTML, where Markdown is not looked at: every character that could mean anything as a number. */
export const codeElement = (text: string): string =>
  `<code>${visible(text).replace(/[^\w ./:=,-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)}</code>`;

/** Lines in a fence that none of them closes. */
export function fenced(lines: readonly string[], language: 'text' | 'sh'): string[] {
  const shown = harmless(lines);
  const fence = ticksFor(shown.join('\n'), 3);
  return [`${fence}${language}`, ...shown, fence];
}

/** As they stand in a fence. */
export const harmless = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => line.split('\n')).map((line) => withoutComments(visible(line)));

/** More of them than stand together anywhere in the text. */
const ticksFor = (text: string, least: number): string =>
  '`'.repeat((text.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length + 1), least));

/** No text may look like the marker of a comment to whoever searches for it. */
const withoutComments = (text: string): string => text.replaceAll('<!--', '<!\\--');
