// `npm run mutate [-- WORD...] [--results FILE] [--part K/N]`: makes each mistake of scripts/mutations/ in a copy of the
// project and runs the tests of the engine there. A mistake that no test notices is a hole in the tests.
// Words choose the mutations whose name or file holds one of them; a part is every Nth of them, from the Kth, so that
// several processes or days can share them. What came of each is written to the end of FILE, and what was killed there
// already is not tried again. Exit code 1 if a mutation survives, or no longer fits the source.
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { COMPARE_MUTATIONS } from './mutations/compare.ts';
import { EXPOSURE_MUTATIONS } from './mutations/exposure.ts';
import type { Mutation } from './mutations/mutation.ts';
import { PLAN_MUTATIONS } from './mutations/plan.ts';
import { SAFETY_MUTATIONS } from './mutations/safety.ts';
import { SIMULATION_MUTATIONS } from './mutations/simulation.ts';

const ROOT = join(import.meta.dirname, '..');
const COPIED = [
  'reconciler',
  'daemon',
  'emulator',
  'bench',
  'test',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];
const SUITES = [
  {
    mutations: EXPOSURE_MUTATIONS,
    tests: ['test/unit/reconciler/exposure', 'test/unit/reconciler/judge', 'test/property/exposure'],
  },
  {
    mutations: PLAN_MUTATIONS,
    tests: ['test/unit/reconciler/plan', 'test/unit/reconciler/report', 'test/property/plan'],
  },
  {
    mutations: COMPARE_MUTATIONS,
    tests: [
      'test/unit/reconciler/plan/compare',
      'test/unit/reconciler/report',
      'test/property/plan-compare',
      'test/property/markdown-page',
    ],
  },
  {
    mutations: SAFETY_MUTATIONS,
    tests: [
      'test/unit/reconciler/judge',
      'test/unit/reconciler/plan/check',
      'test/unit/reconciler/plan/diff',
      'test/property/judge',
      'test/property/plan-brake',
      'test/property/plan-texts',
    ],
  },
  { mutations: SIMULATION_MUTATIONS, tests: ['test/simulation/simulation.test.ts'] },
];
/** A mutation may make the tests run for ever: so many times as long as they take without one is enough. */
const PATIENCE = 5;
const FIRST_TIMEOUT_MS = 20 * 60_000;

type Outcome = 'killed' | 'timed out' | 'SURVIVED' | 'DOES NOT FIT' | 'DOES NOT RUN';
const KILLED: readonly Outcome[] = ['killed', 'timed out'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { results: { type: 'string' }, part: { type: 'string', default: '1/1' } },
});
const [part = NaN, parts = NaN] = values.part.split('/').map(Number);
if (!(Number.isSafeInteger(parts) && part >= 1 && part <= parts))
  throw new Error('--part takes K/N, such as 1/4');
const known = new Set(
  values.results !== undefined && existsSync(values.results)
    ? readFileSync(values.results, 'utf8').split('\n').filter(isKilled)
    : [],
);

const copy = mkdtempSync(join(tmpdir(), 'rampart-mutants-'));
try {
  for (const entry of COPIED) cpSync(join(ROOT, entry), join(copy, entry), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  process.exitCode = runAll(positionals) ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true });
}

function runAll(words: readonly string[]): boolean {
  let allKilled = true;
  for (const { mutations, tests } of SUITES) {
    const chosen = mutations
      .filter(
        ({ name, file }) =>
          words.length === 0 || words.some((word) => name.includes(word) || file.includes(word)),
      )
      .filter((_, at) => at % parts === part - 1)
      .filter((mutation) => !KILLED.some((outcome) => known.has(lineOf(mutation, outcome))));
    if (chosen.length === 0) continue;
    const beganMs = performance.now();
    const clean = runTests(tests, FIRST_TIMEOUT_MS);
    if (clean.status !== 0) {
      console.error(`${clean.stdout}\nwithout any mutation, the tests fail: ${tests.join(' ')}`);
      return false;
    }
    const timeoutMs = Math.ceil(PATIENCE * (performance.now() - beganMs));
    for (const mutation of chosen) {
      const outcome = tryOut(mutation, tests, timeoutMs);
      const line = lineOf(mutation, outcome);
      console.log(line);
      if (values.results !== undefined) appendFileSync(values.results, `${line}\n`);
      allKilled &&= isKilled(line);
    }
  }
  return allKilled;
}

function lineOf({ file, name }: Mutation, outcome: Outcome): string {
  return `${outcome.padEnd(12)} ${file}: ${name}`;
}

function isKilled(line: string): boolean {
  return KILLED.some((outcome) => line.startsWith(outcome));
}

function tryOut(mutation: Mutation, tests: readonly string[], timeoutMs: number): Outcome {
  const path = join(copy, 'reconciler', mutation.file);
  const source = readFileSync(path, 'utf8');
  if (source.split(mutation.find).length !== 2) return 'DOES NOT FIT';
  writeFileSync(
    path,
    source.replace(mutation.find, () => mutation.replace),
  );
  try {
    return outcomeOf(tests, timeoutMs);
  } finally {
    writeFileSync(path, source);
  }
}

function outcomeOf(tests: readonly string[], timeoutMs: number): Outcome {
  const { status, stdout, error } = runTests(tests, timeoutMs);
  if (status === 0) return 'SURVIVED';
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return 'timed out';
  return /Tests +\d+ failed/.test(stdout) ? 'killed' : 'DOES NOT RUN';
}

/** No single test may time out before all of them do: a busy machine would kill mutations. */
function runTests(tests: readonly string[], timeoutMs: number): SpawnSyncReturns<string> {
  const vitest = relative(copy, join(copy, 'node_modules/vitest/vitest.mjs'));
  const options = ['--bail', '1', '--testTimeout', `${timeoutMs}`];
  return spawnSync(process.execPath, [vitest, 'run', ...options, ...tests], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    timeout: timeoutMs,
  });
}
