// Answers as XML, the vendor's default for V1: a list becomes one element per entry, all with the list's name.

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

export function xmlDocument(root: string, content: Readonly<Record<string, unknown>>): string {
  return `${DECLARATION}${element(root, content)}`;
}

function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((entry: unknown) => element(name, entry)).join('');
  return `<${name}>${inner(value)}</${name}>`;
}

function inner(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escaped(String(value));
  return Object.entries(value)
    .map(([name, entry]) => element(name, entry))
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters cannot stand in XML 1.0, not even escaped; they become U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter)
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
}
