// The process that hunts: what hangs or takes all memory ends it and not its parent, which finds the input in a file.
import { ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { loadTarget } from '../target.ts';
import { hunt } from './hunt.ts';
import { tryInput } from './trial.ts';

export interface HuntOrder {
  /** URL of the target's module. */
  readonly module: string;
  readonly seed: number;
  readonly seconds: number;
  /** Of findings that the parent has already. */
  readonly known: readonly string[];
  /** Where each input is written before it is tried. */
  readonly inputFile: string;
  /** Only the input that is in the file, once. */
  readonly once: boolean;
}

export type HunterMessage =
  | { readonly kind: 'progress'; readonly cases: number }
  | { readonly kind: 'finding'; readonly key: string; readonly message: string; readonly input: string }
  | { readonly kind: 'done'; readonly cases: number; readonly seen: number };

const SAY_EVERY_MS = 500;

const order = JSON.parse(process.argv[2] ?? '') as HuntOrder;
const target = await loadTarget(new URL(order.module));
const say = (message: HunterMessage): void => void process.send?.(message);
const endMs = performance.now() + order.seconds * 1000;
if (order.once) {
  const trial = await tryInput(target, readFileSync(order.inputFile));
  if (trial.kind === 'bad') say({ ...trial, kind: 'finding', input: '' });
  say({ kind: 'done', cases: 1, seen: 0 });
} else await huntOn();
await target.close();
process.disconnect();

async function huntOn(): Promise<void> {
  const file = openSync(order.inputFile, 'w');
  let cases = 0;
  let saidMs = 0;
  const onInput = (input: Buffer): void => {
    ftruncateSync(file, input.length);
    writeSync(file, input, 0, input.length, 0);
    cases += 1;
    const nowMs = performance.now();
    if (nowMs - saidMs < SAY_EVERY_MS) return;
    saidMs = nowMs;
    say({ kind: 'progress', cases });
  };
  const hunted = await hunt(target, {
    seed: order.seed,
    isOver: () => performance.now() >= endMs,
    known: new Set(order.known),
    onInput,
    onFinding: ({ key, message, input }) =>
      say({ kind: 'finding', key, message, input: input.toString('base64') }),
  });
  say({ kind: 'done', ...hunted });
}
