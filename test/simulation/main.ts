// `npm run test:simulation -- --seeds N [--from S] [--sqlite] [--brake]`: many seeds.
// `npm run test:simulation -- --seed S [--sqlite] [--brake]`: one seed, with its whole story.
// `npm run test:simulation -- --soak [--hours H] [--groups G] [--seed S]`: one process over many virtual hours.
import { parseArgs } from 'node:util';
import { simulate, type Report } from './simulation.ts';
import { MIN_HOURS, soak, type Sample } from './soak.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    sqlite: { type: 'boolean', default: false },
    brake: { type: 'boolean', default: false },
    from: { type: 'string', default: '1' },
    soak: { type: 'boolean', default: false },
    hours: { type: 'string', default: '12' },
    groups: { type: 'string', default: '200' },
  },
});

const isGood = values.soak
  ? await soakOnce()
  : values.seed === undefined
    ? await manySeeds()
    : await oneSeed();
process.exitCode = isGood ? 0 : 1;

async function oneSeed(): Promise<boolean> {
  const report = await simulate(numberOf('seed'), { sqlite: values.sqlite, brake: values.brake });
  process.stdout.write(`${report.trace.join('\n')}\n${failureText(report)}`);
  return report.violation === null;
}

async function manySeeds(): Promise<boolean> {
  const from = numberOf('from');
  const count = numberOf('seeds');
  const beganMs = performance.now();
  const failed: number[] = [];
  const totals: Record<string, number> = {};
  for (let seed = from; seed < from + count; seed += 1) {
    const report = await simulate(seed, { sqlite: values.sqlite, brake: values.brake });
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
  return failed.length === 0;
}

function failureText(report: Report): string {
  const { violation, seed, digest } = report;
  return `seed ${seed}: ${violation === null ? 'no violation' : `${violation.invariant}: ${violation.message}`}; trace ${digest}\n`;
}

async function soakOnce(): Promise<boolean> {
  const hours = numberOf('hours');
  const groups = numberOf('groups');
  const seed = values.seed === undefined ? 1 : numberOf('seed');
  if (hours < MIN_HOURS)
    throw new Error(`--hours must be at least ${MIN_HOURS}, or there is nothing to compare`);
  const beganMs = performance.now();
  process.stdout.write(
    'hour  heap MiB  resident MiB  journal KiB    rows  drifts   calls  writes  unsettled\n',
  );
  const { problems } = await soak({ hours, groups, seed }, (sample) =>
    process.stdout.write(sampleText(sample)),
  );
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  process.stdout.write(`${hours} hours of ${groups} groups in ${seconds} s, ${problems.length} problems\n`);
  return problems.length === 0;
}

function sampleText(sample: Sample): string {
  const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  const cells: Array<[string, number]> = [
    [String(sample.hour), 4],
    [mebibytes(sample.heapBytes), 10],
    [mebibytes(sample.residentBytes), 14],
    [String(Math.round(sample.journalBytes / 1024)), 13],
    [String(sample.journalRows), 8],
    [String(sample.drifts), 8],
    [String(sample.calls), 8],
    [String(sample.writes), 8],
    [String(sample.unsettled), 11],
  ];
  return `${cells.map(([text, width]) => text.padStart(width)).join('')}\n`;
}

function numberOf(name: 'seeds' | 'seed' | 'from' | 'hours' | 'groups'): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`);
  return number;
}
