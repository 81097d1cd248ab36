import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { runsFactor } from './test/support/runs.ts';
import { retriesIn, SecondTry } from './test/support/second-try.ts';
import { SlowFirst } from './test/support/slow-first.ts';

/** One kind of tests, that `vitest run --project NAME` runs alone; a test that takes longer than its seconds hangs. */
const project = (name: string, seconds: number, { isolate = false, retry = 0 } = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: seconds * 1000,
    // A hook does for all tests of its file what each of them would take its seconds for.
    hookTimeout: Math.max(seconds, 120) * 1000,
    // Most of what a hundred small files cost is to import the same modules; they leave no state behind.
    isolate,
    retry,
  },
});

/** Of what talks to processes, sockets and disks; the rest does the same each time. */
const retry = retriesIn(process.env);

export default defineConfig({
  test: {
    reporters: ['default', new SecondTry()],
    restoreMocks: true,
    sequence: { sequencer: SlowFirst },
    // Many tests wait for a process: twice as many as there are cores keep the cores at work.
    maxWorkers: availableParallelism() * 2,
    // Processes side by side in one file; more of them would only make each slower.
    maxConcurrency: 3,
    coverage: { provider: 'v8', include: ['daemon/**', 'reconciler/**', 'emulator/**'] },
    projects: [
      project('unit', 60, { retry }),
      project('property', 60 * runsFactor()),
      project('contract', 60, { retry }),
      project('e2e', 120, { retry }),
      project('deploy', 120, { retry }),
      project('browser', 120, { retry }),
      // Some put broken modules in the place of others.
      project('simulation', 60, { isolate: true }),
    ],
  },
});
