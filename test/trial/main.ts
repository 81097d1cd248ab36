// `npm run test:trial -- owners|database [--moments N] [--seed S] [--reads A_MINUTE] [--json]`: three replicas of the
// built daemon, a real PostgreSQL and the emulator, each a process of its own, 200 groups whose policies are edited all
// the while, and N moments at which something happens to them (docs/scale-out.md). Exit code 1 if anything did not hold.
// `npm run test:trial -- throughput [--json]`: what one replica, two and three of them read and carry out.
import { parseArgs } from 'node:util';
import { troubleDatabase } from './database-moments.ts';
import { strikeOwner } from './owner-moments.ts';
import { Trial, type TrialResult } from './trial.ts';
import { measureThroughput } from './throughput.ts';
import { failoverTooSlow, resultText, throughputText } from './trial-report.ts';

const KINDS = { owners: strikeOwner, database: troubleDatabase } as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    moments: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    reads: { type: 'string', default: '2400' },
    json: { type: 'boolean', default: false },
  },
});
const THROUGHPUT = 'throughput';
const [kind = ''] = positionals;
if (!(kind in KINDS) && kind !== THROUGHPUT)
  throw new Error(`name a trial: ${Object.keys(KINDS).join(', ')} or ${THROUGHPUT}`);
const plan = {
  ...{ seed: Number(values.seed), moments: Number(values.moments) },
  readsPerMinute: Number(values.reads),
};
if (!Object.values(plan).every((number) => Number.isSafeInteger(number) && number > 0))
  throw new Error('--moments, --seed and --reads take whole numbers from 1');

process.exitCode = (kind === THROUGHPUT ? await throughput() : await moments()) ? 0 : 1;

async function throughput(): Promise<boolean> {
  const measured = await measureThroughput();
  console.log(values.json ? JSON.stringify(measured) : throughputText(measured));
  return true;
}

async function moments(): Promise<boolean> {
  const beganMs = performance.now();
  const measured = await Trial.run(plan, KINDS[kind as keyof typeof KINDS]);
  const violations = [...measured.violations, ...failoverTooSlow(measured)];
  const result: TrialResult = { ...measured, violations };
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  const named = { kind, ...plan, seconds };
  console.log(values.json ? JSON.stringify({ ...named, ...result }) : resultText(named, result));
  return violations.length === 0;
}
