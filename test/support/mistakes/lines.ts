// The hints that speak of whole lines.

/** Null for a hint that speaks of none. */
export function withLines(text: string, hint: string): string | null {
  const lines = text.split('\n');
  const move = /move lines? (\d+)(?: to (\d+))? by (\d+) columns? to the (left|right)/.exec(hint);
  if (move !== null) {
    const [, first = '', last = first, by = '', side] = move;
    return changed(lines, [Number(first), Number(last)], (line) =>
      side === 'right' ? ' '.repeat(Number(by)) + line : line.slice(Number(by)),
    );
  }
  const tabs = /write 2 spaces for each tab of lines? (\d+)(?: to (\d+))?/.exec(hint);
  if (tabs !== null) {
    const [, first = '', last = first] = tabs;
    return changed(lines, [Number(first), Number(last)], (line) =>
      line.replace(/^[ \t]*/, (space) => space.replaceAll('\t', '  ')),
    );
  }
  const removed = /remove lines? (\d+(?: to \d+)?(?: and \d+(?: to \d+)?)*)/.exec(hint)?.[1];
  if (removed === undefined) return null;
  const spans = removed.split(' and ').map((span) => span.split(' to ').map(Number));
  const isRemoved = (number: number): boolean =>
    spans.some(([first = 0, last = first]) => number >= first && number <= last);
  return lines.filter((_, index) => !isRemoved(index + 1)).join('\n');
}

const changed = (
  lines: readonly string[],
  [first, last]: readonly [number, number],
  change: (line: string) => string,
): string =>
  lines.map((line, index) => (index + 1 >= first && index + 1 <= last ? change(line) : line)).join('\n');
