// The order of the test files: without a cache vitest starts the largest ones first, and a small one that takes two
// minutes would be left for the end, where the other workers have nothing to do.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that took more than forty seconds on two cores, slowest first. */
export const SLOW_FILES: readonly string[] = [
  'e2e/kill.test.ts',
  'e2e/accidents/git-https.test.ts',
  'e2e/git-source.test.ts',
  'e2e/accidents/git-remote.test.ts',
  'e2e/accidents/git-mirror.test.ts',
  'e2e/journal-trouble.test.ts',
  'simulation/simulation.test.ts',
  'e2e/held-plan.test.ts',
  'e2e/accidents/git-signatures.test.ts',
  'e2e/commands.test.ts',
  'e2e/git-source-approve.test.ts',
  'e2e/accidents/git-ssh.test.ts',
  'e2e/examples.test.ts',
  'e2e/rollback.test.ts',
  'e2e/stop.test.ts',
  'e2e/verified-source.test.ts',
  'property/verified-commits.test.ts',
];

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = SLOW_FILES.findIndex((name) => moduleId.endsWith(`/test/${name}`));
      return place === -1 ? SLOW_FILES.length : place;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}
