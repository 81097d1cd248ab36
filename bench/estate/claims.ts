// What a bench of the estate found, beside what it must be: a count is held to its bound exactly; a time to ten times
// its goal, and to more where the calibration loop shows that the machine is slow or busy.

export interface Claim {
  readonly name: string;
  readonly value: number;
  readonly unit: '' | 'ms' | 'MiB' | 'x';
  /** Most that it may be; null: it is only told. */
  readonly most: number | null;
  readonly goal: number | null;
}

/** Of a time, its bound is so many goals, on a machine that takes so long for the calibration loop or less. */
const SLACK = 10;
const USUAL_LOOP_MS = 80;

export class Claims {
  readonly all: Claim[] = [];
  readonly #calibrationMs: number;

  constructor(calibrationMs: number) {
    this.#calibrationMs = calibrationMs;
  }

  count(name: string, value: number, most: number): void {
    this.#add({ name, value, unit: '', most, goal: null });
  }

  ratio(name: string, value: number, most: number | null): void {
    this.#add({ name, value, unit: 'x', most, goal: null });
  }

  time(name: string, value: number, goal: number | null): void {
    this.#add({ name, value, unit: 'ms', most: goal === null ? null : Math.round(goal * this.#slack), goal });
  }

  memory(name: string, bytes: number, most: number): void {
    this.#add({ name, value: bytes / 1024 ** 2, unit: 'MiB', most, goal: null });
  }

  get broken(): Claim[] {
    return this.all.filter(isBroken);
  }

  get #slack(): number {
    return SLACK * Math.max(1, this.#calibrationMs / USUAL_LOOP_MS);
  }

  /** Of a time, beside the time of the calibration loop on the same machine. */
  inLoops({ unit, value }: Claim): number | null {
    return unit === 'ms' ? value / this.#calibrationMs : null;
  }

  #add(claim: Claim): void {
    this.all.push(claim);
  }
}

const isBroken = ({ value, most }: Claim): boolean =>
  Number.isNaN(value) || (most !== null && value > most + 1e-9);

export function claimText(claim: Claim, loops: number | null): string {
  const { name, value, unit, most, goal } = claim;
  const digits = unit === 'x' ? 3 : Number.isInteger(value) ? 0 : 1;
  const bounds = [
    ...(loops === null ? [] : [`${loops.toFixed(2)} loops`]),
    ...(goal === null ? [] : [`goal ${goal}`]),
    ...(most === null ? [] : [`at most ${most}`]),
    ...(isBroken(claim) ? ['BROKEN'] : []),
  ];
  return `${name.padEnd(62)} ${value.toFixed(digits).padStart(9)} ${unit.padEnd(3)} ${bounds.join(', ')}`;
}

/** Milliseconds of a loop that does what parsing does, to compare machines by. */
export function calibrationLoop(): number {
  const text = JSON.stringify(Array.from({ length: 2000 }, (_, index) => ({ index, text: `rule ${index}` })));
  const beganMs = performance.now();
  let rules = 0;
  for (let round = 0; round < 100; round += 1) rules += (JSON.parse(text) as unknown[]).length;
  if (rules === 0) throw new Error('the loop did nothing');
  return performance.now() - beganMs;
}
