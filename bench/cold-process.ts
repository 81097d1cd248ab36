// One process of cold.ts: `cold-process.ts RULES EDITS SEED` prints how many milliseconds its first plan took.
import { compareRuleSets } from '../reconciler/exposure/ask/comparison.ts';
import { changedTraffic } from '../reconciler/exposure/ask/delta.ts';
import { DEFAULT_MAX_WORK } from '../reconciler/exposure/engine/meter.ts';
import { proofOf } from '../reconciler/plan/proof/proof.ts';
import { described, groupOf, OPTIONS } from '../test/support/plan-inputs.ts';
import { Random } from '../test/support/random.ts';
import { PLENTY, stepsFor } from './plan.ts';
import { BENCH_CONTEXT, editGroup, makeGroup } from './shapes.ts';

const [size = 0, edits = 0, seed = 0] = process.argv.slice(2).map(Number);
const random = new Random(seed);
const before = makeGroup('grown', size, random);
const after = editGroup('grown', before, edits, random);
const group = groupOf(described(before));

const start = performance.now();
changedTraffic(compareRuleSets(before, after, BENCH_CONTEXT), DEFAULT_MAX_WORK);
const steps = stepsFor(before, after, { ...OPTIONS, ...PLENTY });
proofOf(group, steps, { promised: 'hitless', batchesAtomic: false, alone: false });
console.log(performance.now() - start);
