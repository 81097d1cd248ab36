// The shortest input that still shows a fault, as far as leaving pieces out leads to it.

export interface ReduceOptions {
  /** Most inputs that are tried. */
  readonly tries: number;
  /** Whether an input still shows the fault. */
  readonly fails: (input: Buffer) => Promise<boolean>;
}

/** Leaves out halves, quarters, eighths, … as long as one can be left out. */
export async function reduced(input: Buffer, { tries, fails }: ReduceOptions): Promise<Buffer> {
  let best = input;
  let left = tries;
  for (let piece = Math.ceil(best.length / 2); piece >= 1 && left > 0;) {
    let shorter = false;
    for (let at = 0; at < best.length && left > 0;) {
      const rest = Buffer.concat([best.subarray(0, at), best.subarray(at + piece)]);
      left -= 1;
      if (await fails(rest)) {
        best = rest;
        shorter = true;
      } else at += piece;
    }
    if (!shorter || piece > best.length) piece = piece === 1 ? 0 : Math.ceil(piece / 2);
  }
  return best;
}
