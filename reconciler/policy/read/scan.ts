// What a YAML text would cost to parse, found in one pass before anything is parsed: the library takes ten seconds and
// a gigabyte for 2 MB of `[` or `"`. The pass is a rough one and errs on the side of the text: no policy comes near its
// bounds, and what is well-formed and too deep is found exactly, later.
import type { OffsetComplaint } from './complaint.ts';

export interface ScanBounds {
  /** Brackets, commas, keys, list entries, quoted texts, comments, tags and anchors. */
  readonly tokens: number;
  readonly lines: number;
  /** Brackets open at once, or list entries and keys within each other on one line. */
  readonly nesting: number;
  /** Closing brackets that nothing opened, quotes that touch each other, directives. */
  readonly oddities: number;
}

/** 2 MB of single addresses, one a line or in brackets, have some 300,000 tokens and 200,000 lines. */
const SCAN_BOUNDS: ScanBounds = { tokens: 400_000, lines: 300_000, nesting: 1000, oddities: 1000 };

/** Why a text is not to be parsed; null if it may be. Linear in the text, and needs no memory. */
export function costComplaint(text: string, bounds = SCAN_BOUNDS): OffsetComplaint | null {
  const scan = new Scan(text);
  while (scan.step()) {
    const complaint = scan.beyond(bounds);
    if (complaint !== null) return complaint;
  }
  return null;
}

class Scan {
  readonly #text: string;
  #at = 0;
  #tokens = 0;
  #lines = 1;
  /** Flow brackets that are open. */
  #open = 0;
  /** List entries and keys that began on this line. */
  #onLine = 0;
  #oddities = 0;
  /** Whether the next character may begin a token; within plain text it may not. */
  #mayBegin = true;

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes the next character, or all of a quoted text or comment; false at the end. */
  step(): boolean {
    const char = this.#text[this.#at];
    if (char === undefined) return false;
    this.#at += 1;
    switch (char) {
      case '\n':
        this.#newLine();
        break;
      case ' ':
      case '\t':
      case '\r':
        this.#space();
        break;
      case '[':
      case '{':
        if (this.#isIndicator()) this.#bracket(1);
        break;
      case ']':
      case '}':
        if (this.#isIndicator()) this.#bracket(-1);
        break;
      default:
        this.#other(char);
    }
    return true;
  }

  beyond(bounds: ScanBounds): OffsetComplaint | null {
    if (this.#open > bounds.nesting || this.#onLine > bounds.nesting) return this.#tooDeep(bounds.nesting);
    if (this.#oddities > bounds.oddities) return this.#broken();
    if (this.#tokens > bounds.tokens) return this.#tooMany(`${bounds.tokens} keys, entries and texts`);
    return this.#lines > bounds.lines ? this.#tooMany(`${bounds.lines} lines`) : null;
  }

  #newLine(): void {
    this.#lines += 1;
    this.#onLine = 0;
    this.#mayBegin = true;
  }

  /** A `#` after it begins a comment also behind plain text. */
  #space(): void {
    if (this.#text[this.#at] === '#') this.#skipTo('\n', 0);
  }

  #other(char: string): void {
    if (char === ',') this.#comma();
    else if (':-?'.includes(char)) this.#mark();
    else if (!this.#mayBegin) return;
    else if (char === '"' || char === "'") this.#quoted(char);
    else if (char === '#') this.#skipTo('\n', 0);
    else if ('!&*%|>'.includes(char)) this.#property(char);
    else this.#mayBegin = false;
  }

  #comma(): void {
    if (this.#open === 0) this.#mayBegin = false;
    else this.#token();
  }

  /** Of a key or an entry, where a space follows; else a part of plain text. */
  #mark(): void {
    const next = this.#text[this.#at];
    const isMark =
      next === undefined || ' \t\r\n'.includes(next) || (this.#open > 0 && ',[]{}'.includes(next));
    if (isMark) {
      this.#token();
      if (this.#open === 0) this.#onLine += 1;
    } else this.#mayBegin = false;
  }

  #quoted(quote: string): void {
    this.#tokens += 1;
    this.#skipTo(quote, 1);
    const next = this.#text[this.#at];
    if (next !== undefined && !' \t\r\n,:]}'.includes(next)) this.#oddities += 1;
  }

  /** Past the next end of a comment or quoted text; an escaped quote does not end one. */
  #skipTo(end: string, length: number): void {
    if (length === 0) this.#tokens += 1;
    let found = this.#text.indexOf(end, this.#at);
    while (end === '"' && found >= 0 && this.#isEscaped(found)) found = this.#text.indexOf(end, found + 1);
    this.#at = found < 0 ? this.#text.length : found + length;
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.#text[at - 1 - backslashes] === '\\') backslashes += 1;
    return backslashes % 2 === 1;
  }

  /** Tags, anchors, aliases, directives, and the heads of block texts. */
  #property(char: string): void {
    this.#tokens += 1;
    const isDirective = char === '%' && (this.#at === 1 || this.#text[this.#at - 2] === '\n');
    if (isDirective) this.#oddities += 1;
    // Behind the name of a tag or anchor a token may begin.
    for (let next = this.#text[this.#at]; next !== undefined && !' \t\r\n,[]{}'.includes(next);) {
      next = this.#text[(this.#at += 1)];
    }
  }

  /** In plain text a bracket is a bracket only between other ones. */
  #isIndicator(): boolean {
    return this.#mayBegin || this.#open > 0;
  }

  #bracket(step: 1 | -1): void {
    this.#token();
    if (step < 0 && this.#open === 0) this.#oddities += 1;
    else this.#open += step;
  }

  #token(): void {
    this.#tokens += 1;
    this.#mayBegin = true;
  }

  #tooDeep(nesting: number): OffsetComplaint {
    const message = `the document nests deeper than ${nesting} levels`;
    return { offset: this.#at - 1, code: 'too-deep', message, hint: 'a bracket is probably missing' };
  }

  #broken(): OffsetComplaint {
    const message = 'the document is too broken to be read: a bracket or a quote is probably missing';
    return { offset: this.#at - 1, code: 'unreadable-yaml', message, hint: '' };
  }

  #tooMany(what: string): OffsetComplaint {
    const message = `the document has more than ${what}`;
    return { offset: this.#at - 1, code: 'document-too-large', message, hint: 'split the file' };
  }
}
