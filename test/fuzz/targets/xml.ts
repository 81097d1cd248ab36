// Whether a text is an XML document as the gateway writes one: elements and texts, nothing else. Answers with its leaves.

const PIECE = /<(\/?)([A-Za-z_][\w.-]*)>|([^<]+)|(<)/g;
/** The characters of XML 1.0, and entities of five names. */
const TEXT =
  /^(?:[\t\n\r\u{20}-\u{25}\u{27}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]|&(?:amp|lt|gt|quot|apos);)*$/u;

/** Null if it is none. By name: the last text of that name. */
export function xmlLeaves(document: string): ReadonlyMap<string, string> | null {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  if (!document.startsWith(declaration)) return null;
  const open: string[] = [];
  const leaves = new Map<string, string>();
  let roots = 0;
  for (const [, slash, name, text] of document.slice(declaration.length).matchAll(PIECE)) {
    if (text !== undefined) {
      const inside = open.at(-1);
      if (inside === undefined || !TEXT.test(text)) return null;
      leaves.set(inside, text);
    } else if (name === undefined) return null;
    else if (slash !== '') {
      if (open.pop() !== name) return null;
    } else {
      if (open.length === 0) roots += 1;
      open.push(name);
    }
  }
  return open.length === 0 && roots === 1 ? leaves : null;
}
