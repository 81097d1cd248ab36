// `npm run test:simulation -- --seeds N [--from S] [--workers W] [--sqlite] [--brake] [--json]`: many seeds.
// `npm run test:simulation -- --seed S [--sqlite] [--brake]`: one seed, with its whole story.
// With --replicas N: N processes side by side on a journal that they share by the rules of PostgreSQL.
// With --estate: hundreds of groups, some of which hang.
// `npm run test:simulation -- --soak [--hours H] [--groups G] [--seed S]`: one process over many virtual hours.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runMany } from './many/run-many.ts';
import { failureText, resultOf, type Tally } from './many/tally.ts';
import type { SimulationOptions } from './options.ts';
import { simulate } from './simulation.ts';
import { MIN_HOURS, soak, type Sample } from './soak.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    sqlite: { type: 'boolean', default: false },
    brake: { type: 'boolean', default: false },
    estate: { type: 'boolean', default: false },
    replicas: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
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

function optionsOf(): SimulationOptions {
  const { sqlite, brake, estate } = values;
  const replicas = numberOf('replicas');
  if (replicas < 1 || (replicas > 1 && (sqlite || brake || estate)))
    throw new Error(
      '--replicas takes a number from 1, and more than 1 only without --sqlite, --brake, --estate',
    );
  return { sqlite, brake, estate, replicas };
}

async function oneSeed(): Promise<boolean> {
  const report = await simulate(numberOf('seed'), optionsOf());
  process.stdout.write(`${report.trace.join('\n')}\n${failureText(resultOf(report))}`);
  return report.violation === null;
}

async function manySeeds(): Promise<boolean> {
  const tally = await runMany({
    from: numberOf('from'),
    count: numberOf('seeds'),
    workers: numberOf('workers'),
    options: optionsOf(),
    say: (text) => process.stderr.write(text),
  });
  process.stdout.write(values.json ? `${jsonText(tally)}\n` : summaryText(tally));
  return tally.failed.length === 0;
}

function jsonText({ done, failed, totals, seconds }: Tally): string {
  return JSON.stringify({ seeds: done, failed, totals, seconds: Math.round(seconds) });
}

function summaryText({ done, failed, totals, seconds }: Tally): string {
  const counts = Object.entries(totals).map(([name, total]) => `${name} ${total}`);
  return [
    `${done} seeds in ${Math.round(seconds)} s: ${counts.join(', ')}`,
    failed.length === 0 ? 'no violation' : `${failed.length} failed; --seed N tells the story of one:`,
    ...failed.map(({ seed, invariant }) => `  ${seed} ${invariant}`),
    '',
  ].join('\n');
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

function numberOf(name: 'seeds' | 'seed' | 'from' | 'workers' | 'hours' | 'groups' | 'replicas'): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`);
  return number;
}
