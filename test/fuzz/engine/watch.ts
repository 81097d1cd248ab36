// One target, hunted in a process of its own that is watched: an input that hangs or takes all memory is a finding too,
// and the hunt goes on without it.
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from './finding.ts';
import type { HunterMessage, HuntOrder } from './hunter.ts';
import { reduced } from './reduce.ts';

export interface WatchOptions {
  /** Of the target. */
  readonly module: URL;
  readonly seed: number;
  readonly seconds: number;
  /** Longest silence, in milliseconds of real time; default 60,000. A hunter tells of itself twice a second. */
  readonly silenceMs?: number;
  /** Most memory of the hunter, in MiB; default 768. */
  readonly heapMiB?: number;
  readonly onProgress: (cases: number) => void;
  readonly onFinding: (finding: Finding) => void;
}

export interface Watched {
  readonly cases: number;
  /** Different things that were seen; of the last process, if one had to be ended. */
  readonly seen: number;
}

const SILENCE_MS = 60_000;
const HEAP_MIB = 768;
/** A process each, and each may take as long as the silence. */
const MAX_REDUCE_TRIES = 12;
const HUNTER = fileURLToPath(new URL('./hunter.ts', import.meta.url));

export async function huntWatched(options: WatchOptions): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-fuzz-'));
  const inputFile = join(folder, 'input');
  const endMs = performance.now() + options.seconds * 1000;
  const known = new Set<string>();
  let cases = 0;
  let seen = 0;
  const found = (finding: Finding): void => {
    known.add(finding.key);
    options.onFinding(finding);
  };
  try {
    for (let round = 0; ; round += 1) {
      const secondsLeft = (endMs - performance.now()) / 1000;
      if (round > 0 && secondsLeft <= 0) return { cases, seen };
      const order = orderOf(options, {
        inputFile,
        known,
        seconds: secondsLeft,
        seed: options.seed + round * 1_000_000,
      });
      const before = cases;
      const end = await runHunter(order, options, (message) => {
        if (message.kind === 'finding') found({ ...message, input: Buffer.from(message.input, 'base64') });
        else {
          cases = before + message.cases;
          options.onProgress(cases);
          if (message.kind === 'done') ({ seen } = message);
        }
      });
      if (end === 'done') return { cases, seen };
      if (known.has(end)) continue;
      known.add(end);
      found(await reducedDeath(end, readFileSync(inputFile), { order, options }));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type OrderParts = Pick<HuntOrder, 'inputFile' | 'seconds' | 'seed'> & { readonly known: ReadonlySet<string> };

const orderOf = ({ module }: WatchOptions, { known, ...parts }: OrderParts): HuntOrder => ({
  module: module.href,
  once: false,
  known: [...known],
  ...parts,
});

/** How it ended: `done`, or as the key of a finding. */
type End = 'done' | 'hangs' | 'ends the process';

function runHunter(
  order: HuntOrder,
  { silenceMs = SILENCE_MS, heapMiB = HEAP_MIB }: WatchOptions,
  take: (message: HunterMessage) => void,
): Promise<End> {
  const child = fork(HUNTER, [JSON.stringify(order)], {
    execArgv: [
      ...process.execArgv.filter((flag) => !flag.includes('eval')),
      '--import',
      'tsx',
      `--max-old-space-size=${heapMiB}`,
    ],
    // What Node.js says of a full heap is long, and known.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let isDone = false;
    let hangs = false;
    let timer = startTimer(child, silenceMs, () => (hangs = true));
    child.on('message', (message: HunterMessage) => {
      clearTimeout(timer);
      timer = startTimer(child, silenceMs, () => (hangs = true));
      isDone = message.kind === 'done';
      take(message);
    });
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(timer);
      resolve(isDone ? 'done' : hangs ? 'hangs' : 'ends the process');
    });
  });
}

function startTimer(child: ChildProcess, afterMs: number, onHang: () => void): NodeJS.Timeout {
  return setTimeout(() => {
    onHang();
    child.kill('SIGKILL');
  }, afterMs);
}

async function reducedDeath(
  end: End,
  input: Buffer,
  { order, options }: { readonly order: HuntOrder; readonly options: WatchOptions },
): Promise<Finding> {
  const fails = async (shorter: Buffer): Promise<boolean> => {
    writeFileSync(order.inputFile, shorter);
    return (await runHunter({ ...order, once: true }, options, () => undefined)) === end;
  };
  const message = `${input.length} bytes: ${end}`;
  return { key: end, message, input: await reduced(input, { tries: MAX_REDUCE_TRIES, fails }) };
}
