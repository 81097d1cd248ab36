// `npm run mutate [-- WORD...]`: makes each mistake of scripts/mutations/ in a copy of the
// project and runs the tests of the engine there. A mistake that no test notices is a hole in the tests.
// Words choose the mutations whose name or file holds one of them. Exit code 1 if a mutation survives, or
// no longer fits the source.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { EXPOSURE_MUTATIONS } from './mutations/exposure.ts';
import type { Mutation } from './mutations/mutation.ts';
import { PLAN_MUTATIONS } from './mutations/plan.ts';

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
];
/** A mutation may make the tests run for ever: one that takes so many times as long as without it is killed. */
const PATIENCE = 5;

type Outcome = 'killed' | 'SURVIVED' | 'DOES NOT FIT' | 'DOES NOT RUN';

const copy = mkdtempSync(join(tmpdir(), 'rampart-mutants-'));
try {
  for (const entry of COPIED) cpSync(join(ROOT, entry), join(copy, entry), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  process.exitCode = runAll(process.argv.slice(2)) ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true });
}

function runAll(words: readonly string[]): boolean {
  let allKilled = true;
  for (const { mutations, tests } of SUITES) {
    const chosen = mutations.filter(
      ({ name, file }) =>
        words.length === 0 || words.some((word) => name.includes(word) || file.includes(word)),
    );
    if (chosen.length === 0) continue;
    const beganMs = performance.now();
    if (outcomeOf(tests) !== 'SURVIVED') {
      console.error(`without any mutation, the tests fail: ${tests.join(' ')}`);
      return false;
    }
    const timeoutMs = Math.ceil(PATIENCE * (performance.now() - beganMs));
    for (const mutation of chosen) {
      const outcome = tryOut(mutation, tests, timeoutMs);
      console.log(`${outcome.padEnd(12)} ${mutation.file}: ${mutation.name}`);
      allKilled &&= outcome === 'killed';
    }
  }
  return allKilled;
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

function outcomeOf(tests: readonly string[], timeoutMs?: number): Outcome {
  const vitest = relative(copy, join(copy, 'node_modules/vitest/vitest.mjs'));
  const run = spawnSync(process.execPath, [vitest, 'run', '--bail', '1', ...tests], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    timeout: timeoutMs,
  });
  if (run.status === 0) return 'SURVIVED';
  const isTimeout = run.error !== undefined && 'code' in run.error && run.error.code === 'ETIMEDOUT';
  return isTimeout || /Tests +\d+ failed/.test(run.stdout) ? 'killed' : 'DOES NOT RUN';
}
