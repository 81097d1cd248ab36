import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withSourceLines } from '../../../../daemon/cli/source-lines.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rampart-lines-'));
const built = path.join(folder, 'dist/main.js');
const placeIn = (file: string, line: number, column: number): string =>
  `    at work (${pathToFileURL(file).href}:${line}:${column})`;

beforeAll(async () => {
  const source = path.join(folder, 'daemon/work.ts');
  const options = { bundle: true, format: 'esm', sourcemap: 'linked', outfile: built } as const;
  await build({
    ...options,
    stdin: {
      contents: 'interface Gone {\n  gone: 1;\n}\nexport const work = (gone: Gone) => {\n  throw gone;\n};\n',
      loader: 'ts',
      sourcefile: source,
      resolveDir: folder,
    },
  });
  writeFileSync(path.join(folder, 'dist/torn.js.map'), '{"version": 3, "mappi');
});

afterAll(() => rmSync(folder, { recursive: true }));

it('names the line of the source in the place of the line that was built from it', () => {
  // The second line of what is built throws; the first one has the name of the source.
  const stack = `Error: a bug\n${placeIn(built, 3, 3)}\n    at node:internal/main:1:2`;
  expect(withSourceLines(stack)).toBe(
    'Error: a bug\n    at work (daemon/work.ts:5:3)\n    at node:internal/main:1:2',
  );
});

it.each(['dist/torn.js', 'dist/nowhere.js'])(
  'leaves a place as it is in %s, of which no map can be read',
  (name) => {
    const place = placeIn(path.join(folder, name), 3, 3);
    expect(withSourceLines(place)).toBe(place);
  },
);

it('leaves a place as it is that the map does not know', () => {
  expect(withSourceLines(placeIn(built, 1, 1))).toBe(placeIn(built, 1, 1));
});
