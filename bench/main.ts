// `npm run bench [-- NAME...]`: runs the named benches, or all but the next two, and prints what they measured.
// `npm run bench -- estate [--groups N] [--json]`: the built daemon on an estate; exit code 1 if a bound is broken.
// `npm run bench -- report [--groups N] [--json]`: that, plans and proofs, into docs/benchmarks.md, or as JSON to stdout.
import { parseArgs } from 'node:util';
import { benchCold } from './cold.ts';
import { benchEmulator } from './emulator.ts';
import { benchEstate } from './estate/estate.ts';
import { benchExposure } from './exposure.ts';
import { benchHistory } from './history.ts';
import { benchJudge } from './judge.ts';
import { benchLooks } from './looks.ts';
import { benchPlan } from './plan.ts';
import { benchReport } from './report/report.ts';

const BENCHES: Readonly<Record<string, () => void | Promise<void>>> = {
  cold: benchCold,
  emulator: benchEmulator,
  exposure: benchExposure,
  history: benchHistory,
  judge: benchJudge,
  looks: benchLooks,
  plan: benchPlan,
};
/** With options, and an exit code. */
const LARGE_BENCHES: Readonly<Record<string, (groups: number, json: boolean) => Promise<boolean>>> = {
  estate: benchEstate,
  report: benchReport,
};
const LEAST_GROUPS = 20;

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { groups: { type: 'string', default: '200' }, json: { type: 'boolean', default: false } },
});
const unknown = names.filter((name) => !(name in BENCHES) && !(name in LARGE_BENCHES));
if (unknown.length > 0) {
  console.error(
    `no such bench: ${unknown.join(', ')}; there are ${Object.keys({ ...BENCHES, ...LARGE_BENCHES }).join(', ')}`,
  );
  process.exit(1);
}
const groups = Number(values.groups);
if (!Number.isSafeInteger(groups) || groups < LEAST_GROUPS) {
  console.error(`--groups takes a whole number from ${LEAST_GROUPS} on`);
  process.exit(1);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n# ${name}`);
  await bench();
}
for (const [name, bench] of Object.entries(LARGE_BENCHES)) {
  if (names.includes(name) && !(await bench(groups, values.json))) process.exitCode = 1;
}
