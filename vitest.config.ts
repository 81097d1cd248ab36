import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    // Many tests wait for a process or a clock: the last core need not be left idle.
    maxWorkers: '100%',
    coverage: { provider: 'v8', include: ['daemon/**', 'reconciler/**', 'emulator/**'] },
  },
});
