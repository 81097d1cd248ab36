// Changes of bytes, words and lines. A text here is one character a byte, so that what is not UTF-8 is a text as well.
import type { Material, Mutation } from './material.ts';

/** What has surprised readers of texts before: bytes that are no characters, ends of lines, brackets without their other half. */
const TOKENS: readonly string[] = [
  ...[
    '\0',
    '\t',
    '\r',
    '\n',
    '\r\n',
    '\u0085',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\u200b',
    '\u0007',
    '\u001b[31m',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '\\',
    ':',
    ': ',
    '- ',
    '? ',
    ',',
    '#',
    ' #',
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '%',
    '@',
  ],
  ...[
    '---\n',
    '...\n',
    '<<: ',
    '__proto__',
    'constructor',
    'toString',
    'null',
    '~',
    'true',
    'yes',
    '0x1f',
    '1e9',
    '-0',
  ],
  ...[
    '9007199254740993',
    '00',
    '-1',
    '65536',
    '1/65535',
    '::/0',
    '0.0.0.0/0',
    '010.0.0.0/8',
    '2001:db8::',
    'é',
    '😀',
  ],
];

export const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

export function changeText(text: string, mutation: Mutation, { words }: Material): string {
  const from = Math.floor(mutation.at * (text.length + 1));
  const to = Math.floor(mutation.to * (text.length + 1));
  const { way, size } = mutation;
  const all = [...TOKENS, ...words];
  const word = asBytes(all[mutation.word % all.length] ?? '');
  const ways: ReadonlyArray<() => string> = [
    () => text.slice(0, from) + word + text.slice(from),
    () => text.slice(0, from) + word + text.slice(from + word.length),
    () => text.slice(0, from) + text.slice(from + size + 1),
    () => text.slice(0, from) + String.fromCharCode(mutation.word & 0xff) + text.slice(from + 1),
    () => text.slice(0, from) + flipped(text.charCodeAt(from), mutation.word) + text.slice(from + 1),
    () => text.slice(0, from) + text.slice(to, to + size + 1) + text.slice(from),
    () => text.slice(0, from),
    () => text.slice(0, from) + word.repeat(size + 1) + text.slice(from),
    () => changeToken(text, from, word),
    () => changeLines(text, mutation),
    () => text.slice(0, from) + text.slice(from, from + 40).repeat(size + 1) + text.slice(from + 40),
  ];
  return ways[way % ways.length]?.() ?? text;
}

const flipped = (code: number, bit: number): string =>
  Number.isNaN(code) ? '' : String.fromCharCode((code ^ (1 << (bit % 8))) & 0xff);

/** Puts the word in place of the one at this place. */
function changeToken(text: string, from: number, word: string): string {
  const token = /[\w./-]+/g;
  token.lastIndex = from;
  const found = token.exec(text);
  return found === null ? text : text.slice(0, found.index) + word + text.slice(token.lastIndex);
}

function changeLines(text: string, { at, to, size, word }: Mutation): string {
  const lines = text.split('\n');
  const from = Math.floor(at * lines.length);
  const other = Math.floor(to * lines.length);
  const line = lines[from] ?? '';
  switch (word % 5) {
    case 0:
      return lines.toSpliced(from, 1).join('\n');
    case 1:
      return lines.toSpliced(other, 0, line).join('\n');
    case 2:
      return lines.with(from, lines[other] ?? '').join('\n');
    case 3:
      return lines.with(from, `${' '.repeat(size % 13)}${line.trimStart()}`).join('\n');
    default:
      return lines.toSpliced(from, 0, ...Array.from({ length: size + 1 }, () => line)).join('\n');
  }
}
