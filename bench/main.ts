// `npm run bench [-- NAME...]`: runs the named benches, or all of them, and prints what they measured.
import { benchCold } from './cold.ts';
import { benchEmulator } from './emulator.ts';
import { benchExposure } from './exposure.ts';
import { benchJudge } from './judge.ts';
import { benchPlan } from './plan.ts';

const BENCHES: Readonly<Record<string, () => void | Promise<void>>> = {
  cold: benchCold,
  emulator: benchEmulator,
  exposure: benchExposure,
  judge: benchJudge,
  plan: benchPlan,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(1);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n# ${name}`);
  await bench();
}
