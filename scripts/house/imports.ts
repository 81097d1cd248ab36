// The imports of a source tree, type imports included, by the compiler's own reader of import lines.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/** Paths of a tree (from its root, with `/`) and what each imports of it. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads the imports of these files, as far as they name each other. */
export function readImports(root: string, files: readonly string[]): ImportGraph {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
      const named = importedFiles.map(({ fileName }) => normalize(join(dirname(file), fileName)));
      return [file, [...new Set(named)].filter((path) => known.has(path))];
    }),
  );
}

/** Groups of files that import each other in a circle, each sorted. Tarjan's strongly connected components. */
export function circles(graph: ImportGraph): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    let lowest = index;
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, order.get(next) ?? index);
    }
    low.set(file, lowest);
    if (lowest === index) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1) found.push(circle.sort());
    }
    return lowest;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}
