// One input, tried: what was seen, or what went wrong. Also what takes too long is wrong.
import type { FuzzTarget } from '../target.ts';
import { keyOf } from './finding.ts';

/**
 * Most milliseconds of processor time for one input. The slowest real one takes a tenth, on a slow machine too: time
 * that other processes take is not counted.
 */
export const MAX_CPU_MS = 4000;

export type Trial =
  | { readonly kind: 'good'; readonly seen: string }
  | { readonly kind: 'bad'; readonly key: string; readonly message: string };

const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

export async function tryInput(target: FuzzTarget, input: Buffer): Promise<Trial> {
  const first = await timed(target, input);
  if (first.trial.kind === 'bad' || first.tookMs <= MAX_CPU_MS) return first.trial;
  // Once more: the first time may have paid for something else.
  const second = await timed(target, input);
  if (second.trial.kind === 'bad' || second.tookMs <= MAX_CPU_MS) return second.trial;
  const message = `${input.length} bytes took ${Math.round(second.tookMs)} ms, ${MAX_CPU_MS} at most`;
  return { kind: 'bad', key: 'takes too long', message };
}

async function timed(target: FuzzTarget, input: Buffer): Promise<{ trial: Trial; tookMs: number }> {
  const before = process.cpuUsage();
  const trial = await attempt(target, input);
  return { trial, tookMs: cpuMs(before) };
}

async function attempt(target: FuzzTarget, input: Buffer): Promise<Trial> {
  try {
    return { kind: 'good', seen: await target.run(input) };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'bad', key: keyOf(error), message };
  }
}
