// Texts of strangers in a page that a platform renders: group names, rule descriptions and messages must not become
// markup, links, mentions of people, or another comment's marker.
import { visible } from '../../model/rule-text.ts';

const PLAIN = /^[\w./:=,-]+$/;

/** Inline code, in a paragraph or a cell of a table. */
export const codeSpan = (text: string): string => (PLAIN.test(text) ? `\`${text}\`` : codeElement(text));

/** The same as HTML, where Markdown is not looked at. */
export const codeElement = (text: string): string => `<code>${escapedText(text)}</code>`;

/** Every character that could mean anything as a number. */
const escapedText = (text: string): string =>
  visible(text).replace(/[^\w ./:=,-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);

/** Lines in a fence that none of them closes. */
export function fenced(lines: readonly string[], language: 'text' | 'sh'): string[] {
  const shown = harmless(lines);
  const runs = shown.join('\n').match(/`+/g) ?? [];
  const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length + 1), 3));
  return [`${fence}${language}`, ...shown, fence];
}

/** As they stand in a fence. No text of a rule may look like the marker of a comment to whoever searches for it. */
export const harmless = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => line.split('\n')).map((line) => visible(line).replaceAll('<!--', '<!\\--'));
