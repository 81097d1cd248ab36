/** The words of some texts, each once: keys, names, addresses, whatever stands between spaces and brackets. */
export function wordsOf(texts: readonly string[]): string[] {
  const words = texts
    .flatMap((text) => text.match(/[\w./:*-]+/g) ?? [])
    .map((word) => word.replace(/:$/, ''));
  return [...new Set(words)].filter(({ length }) => length <= 60).sort();
}
