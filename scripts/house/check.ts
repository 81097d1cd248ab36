// What the lint rules of single files cannot see: rooms, circles, full folders, words with two meanings.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { circles, readImports, type ImportGraph } from './imports.ts';
import { repeatedNames } from './names.ts';
import { mayImport, roomOf } from './rooms.ts';

const SHIPPED = ['reconciler', 'daemon', 'emulator'];
const NAMES_IN = /^(reconciler|daemon)\//;

export const LIMITS = {
  filesInFolder: 15,
  linesInFile: 300,
  /** Names of `reconciler/` and `daemon/` that more than one file declares. */
  repeatedNames: 24,
  /** Files there that know of the API of 2019. */
  filesOf2019: 6,
} as const;

export interface HouseReport {
  /** Figures, by what they count. */
  readonly figures: Readonly<Record<string, string | number>>;
  /** One sentence each; none if the house is in order. */
  readonly problems: readonly string[];
}

/** Reads the shipped code below a root. */
export function checkHouse(root: string): HouseReport {
  const files = SHIPPED.flatMap((folder) => sources(root, folder));
  const graph = readImports(root, files);
  const lines = new Map(files.map((file) => [file, lineCount(join(root, file))]));
  const named = files.filter((file) => NAMES_IN.test(file));
  const repeated = repeatedNames(root, named);
  const of2019 = named.filter((file) => readFileSync(join(root, file), 'utf8').includes('2019'));
  const folders = countByFolder(files);
  const long = [...lines].filter(([, count]) => count > LIMITS.linesInFile);
  const found = circles(graph);
  return {
    figures: {
      files: files.length,
      lines: [...lines.values()].reduce((sum, count) => sum + count, 0),
      'longest file': Math.max(0, ...lines.values()),
      'fullest folder': Math.max(0, ...folders.values()),
      circles: found.length,
      'names declared in more than one file of reconciler/ and daemon/': repeated.size,
      'files there that mention the API of 2019': of2019.length,
    },
    problems: [
      ...strayImports(graph),
      ...found.map((circle) => `imports in a circle: ${circle.join(', ')}`),
      ...[...folders]
        .filter(([, count]) => count > LIMITS.filesInFolder)
        .map(([folder, count]) => `${folder} has ${count} source files; at most ${LIMITS.filesInFolder}`),
      ...long.map(([file, count]) => `${file} has ${count} lines; at most ${LIMITS.linesInFile}`),
      ...tooMany('names are declared in more than one file', LIMITS.repeatedNames, [...repeated.keys()]),
      ...tooMany('files mention the API of 2019', LIMITS.filesOf2019, of2019),
    ],
  };
}

const tooMany = (what: string, limit: number, items: readonly string[]): string[] =>
  items.length > limit ? [`${items.length} ${what}; at most ${limit}: ${items.join(', ')}`] : [];

function strayImports(graph: ImportGraph): string[] {
  return [...graph].flatMap(([file, imported]) =>
    imported
      .filter((target) => !mayImport(roomOf(file), roomOf(target)))
      .map((target) => `${file} imports ${target}: ${roomOf(file)} may not import ${roomOf(target)}`),
  );
}

function sources(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort();
}

function countByFolder(files: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return counts;
}

const lineCount = (path: string): number => readFileSync(path, 'utf8').split('\n').length - 1;
