// `npm run build`: the program as dist/, each command's own code and what commands share in few files. A start reads these
// instead of some six hundred modules, which took longer than what most commands do. Packages stay in node_modules.
// Types are looked at by `npm run types`.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = path.join(ROOT, 'dist');

/** What takes a third of a start and is seldom called: these functions of packages are loaded by the first call. */
const LATE = {
  '@bufbuild/cel': ['celEnv', 'isCelError', 'parse', 'plan'],
  'pino-pretty': ['prettyFactory'],
};

const late = {
  name: 'late',
  /** @param {import('esbuild').PluginBuild} build */
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^/ }, ({ path: id }) => (id in LATE ? { path: id, namespace: 'late' } : null));
    onLoad({ filter: /^/, namespace: 'late' }, ({ path: id }) => ({ contents: stubOf(id, LATE[id]) }));
  },
};

/** @param {string} id @param {readonly string[]} names */
function stubOf(id, names) {
  const call = (name) => `export const ${name} = (...given) => (loaded ??= load('${id}')).${name}(...given);`;
  const head = [
    "import { createRequire } from 'node:module';",
    'const load = createRequire(import.meta.url);',
    'let loaded;',
  ];
  return [...head, ...names.map(call)].join('\n');
}

const { outputFiles } = await build({
  absWorkingDir: ROOT,
  // All code lies in one folder, so that what is named beside the code (the worker, package.json) lies where it is looked for.
  entryPoints: [
    { in: 'daemon/main.ts', out: 'daemon/main' },
    { in: 'daemon/source/compile/policy-worker.ts', out: 'daemon/policy-worker' },
  ],
  chunkNames: 'daemon/[name]-[hash]',
  outdir: 'dist',
  write: false,
  bundle: true,
  splitting: true,
  packages: 'external',
  plugins: [late],
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // For stacks: the sources themselves are not part of the package.
  sourcemap: 'linked',
  sourcesContent: false,
});

// A program that runs from here may yet load the rest of itself: what stays the same is not touched, and what is gone goes last.
for (const { path: file, contents } of outputFiles) {
  if (isSame(file, contents)) continue;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, contents);
}
const isBuilt = (place) =>
  outputFiles.some(({ path: file }) => file === place || file.startsWith(place + path.sep));
for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
  const place = path.join(DIST, name);
  if (!isBuilt(place)) rmSync(place, { recursive: true, force: true });
}

/** @param {string} file @param {Uint8Array} contents */
function isSame(file, contents) {
  try {
    return readFileSync(file).equals(contents);
  } catch {
    return false;
  }
}
