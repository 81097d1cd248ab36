// Names the tests that failed once and passed when they were tried again, as only the gate does (`.ci/run`): each is a
// fault of the test or of the program, to be mended.
import type { Reporter, TestModule } from 'vitest/node';

/** How often a test that fails is tried again: once in the gate, never elsewhere. */
export const retriesIn = (environment: NodeJS.ProcessEnv): number =>
  environment.RAMPART_SECOND_TRY === undefined ? 0 : 1;

export class SecondTry implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (test.diagnostic()?.flaky !== true) continue;
        console.log(`passed only when tried again: ${module.relativeModuleId} > ${test.fullName}`);
        for (const { message } of test.result().errors ?? []) console.log(`  ${message}`);
      }
    }
  }
}
