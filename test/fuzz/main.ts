// `npm run fuzz [-- --target NAME] [--seconds N] [--seed S] [--json]`: each target for so long, 60 s unless given, as many
// side by side as there are processors. What is found is written below test/fixtures/fuzz, where the suite runs it from then
// on. Exit code 1 if something was found.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import PQueue from 'p-queue';
import { writeFixture } from './engine/finding.ts';
import { huntWatched } from './engine/watch.ts';
import { TARGETS } from './target.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

interface Outcome {
  readonly target: string;
  readonly seed: number;
  readonly cases: number;
  readonly seen: number;
  readonly seconds: number;
  readonly findings: ReadonlyArray<{ readonly key: string; readonly file: string; readonly message: string }>;
}

const seconds = numberOf(values.seconds, 'seconds');
// Another one each time, and said, so that a run can be repeated.
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : numberOf(values.seed, 'seed');
const chosen = Object.entries(TARGETS).filter(
  ([name]) => values.target === undefined || name === values.target,
);
if (chosen.length === 0) throw new Error(`--target is one of ${Object.keys(TARGETS).join(', ')}`);

const progress = new Map<string, number>();
const queue = new PQueue({ concurrency: availableParallelism() });
const outcomes = await queue.addAll(
  chosen.map(
    ([name, module]) =>
      () =>
        fuzzed(name, module),
  ),
);
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
process.stdout.write(values.json ? `${JSON.stringify(outcomes)}\n` : outcomes.map(textOf).join(''));
process.exitCode = outcomes.every(({ findings }) => findings.length === 0) ? 0 : 1;

async function fuzzed(target: string, module: URL): Promise<Outcome> {
  const beganMs = performance.now();
  const findings: Array<Outcome['findings'][number]> = [];
  const watched = await huntWatched({
    module,
    seed,
    seconds,
    onProgress: (cases) => {
      progress.set(target, cases);
      sayProgress();
    },
    onFinding: (finding) => {
      const file = writeFixture(target, finding);
      findings.push({ key: finding.key, file, message: finding.message });
      process.stderr.write(`\n${target}: ${finding.message}\n  ${file}\n`);
    },
  });
  return { target, seed, ...watched, seconds: Math.round((performance.now() - beganMs) / 1000), findings };
}

function sayProgress(): void {
  if (!process.stderr.isTTY) return;
  const counts = [...progress].map(([target, cases]) => `${target} ${cases}`);
  process.stderr.write(`\r\u001b[K${counts.join(', ')}`);
}

function textOf({ target, cases, seen, findings, ...rest }: Outcome): string {
  const found = findings.length === 0 ? 'nothing found' : `${findings.length} found`;
  const files = findings.map(({ key, file }) => `  ${key}: ${file}\n`);
  return `${target}: ${cases} inputs in ${rest.seconds} s, seed ${rest.seed}, ${seen} ways to be answered, ${found}\n${files.join('')}`;
}

function numberOf(text: string, name: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`);
  return number;
}
