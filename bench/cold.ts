// How long the first plan of a process takes, with nothing compiled yet: traffic, order, proof. Each
// measurement is a process of its own (cold-process.ts); loading the modules does not count.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROUNDS = 9;
const EDITS = 20;
/** Milliseconds that a median should stay under, by number of rules. */
const TARGETS = new Map([
  [200, 150],
  [1000, 300],
]);

export function benchCold(): void {
  console.log(`medians of ${ROUNDS} processes: the first plan of a grown group, ${EDITS} edits`);
  for (const [size, target] of TARGETS) {
    const times = Array.from({ length: ROUNDS }, (_, round) => coldMs(size, round)).sort((a, b) => a - b);
    const [median, max] = [times[Math.floor(ROUNDS / 2)], times.at(-1)];
    console.log(
      `${String(size).padStart(5)} rules ${median?.toFixed(0)} ms, max ${max?.toFixed(0)} (target ${target})`,
    );
  }
}

function coldMs(size: number, round: number): number {
  const script = fileURLToPath(new URL('cold-process.ts', import.meta.url));
  const args = ['--import', 'tsx', script, String(size), String(EDITS), String(round)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}
