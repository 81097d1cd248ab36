// A daemon lives for months and shares its machine: V8 lets a heap grow to about twice what is in use before it collects,
// which made a thousand groups of a hundred rules take 490 MB instead of 360. The processor time was the same.
import { setFlagsFromString } from 'node:v8';

const GROWTH_PERCENT = 30;

/** V8 looks at this flag at each collection, so that it works in a process that runs already (Node.js 20 to 24). */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
