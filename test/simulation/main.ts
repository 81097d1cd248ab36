// `npm run test:simulation -- --seeds N [--seed S]`: many seeds, or one seed with its whole story.
import { parseArgs } from 'node:util';
import { simulate, type Report } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    sqlite: { type: 'boolean', default: false },
    from: { type: 'string', default: '1' },
  },
});

function failureText(report: Report): string {
  const { violation, seed, digest } = report;
  return `seed ${seed}: ${violation === null ? 'no violation' : `${violation.invariant}: ${violation.message}`}; trace ${digest}\n`;
}

if (values.seed !== undefined) {
  const report = await simulate(Number(values.seed), { sqlite: values.sqlite });
  process.stdout.write(`${report.trace.join('\n')}\n${failureText(report)}`);
  process.exitCode = report.violation === null ? 0 : 1;
} else {
  const from = Number(values.from);
  const count = Number(values.seeds);
  const beganMs = performance.now();
  const failed: number[] = [];
  const totals: Record<string, number> = {};
  for (let seed = from; seed < from + count; seed += 1) {
    const report = await simulate(seed, { sqlite: values.sqlite });
    for (const [name, value] of Object.entries(report.counts)) totals[name] = (totals[name] ?? 0) + value;
    if (report.violation !== null) {
      failed.push(seed);
      process.stderr.write(failureText(report));
    }
    const done = seed - from + 1;
    if (done % 100 === 0 || done === count) {
      const seconds = (performance.now() - beganMs) / 1000;
      process.stderr.write(
        `${done} of ${count} seeds, ${(done / seconds).toFixed(1)} a second, ${failed.length} failed\n`,
      );
    }
  }
  process.stdout.write(`${JSON.stringify({ seeds: count, failed, totals })}\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
