// Tries mutated inputs until its time is up. What shows something new joins the seeds, in steps: the inputs of a step
// hang on nothing but the seed, the step and the seeds there were, so that a run can be repeated.
import fc from 'fast-check';
import { MAX_INPUT_BYTES } from '../mutate/material.ts';
import { mutated, mutations } from '../mutate/mutation.ts';
import type { FuzzTarget } from '../target.ts';
import type { Finding } from './finding.ts';
import { reduced } from './reduce.ts';
import { tryInput } from './trial.ts';

export interface HuntOptions {
  readonly seed: number;
  /** Asked after each step. */
  readonly isOver: (cases: number) => boolean;
  /** Keys of findings that are not reported again. */
  readonly known: ReadonlySet<string>;
  /** Called with each input before it is tried. */
  readonly onInput: (input: Buffer) => void;
  readonly onFinding: (finding: Finding) => void;
}

export interface Hunted {
  readonly cases: number;
  /** Different things that were seen. */
  readonly seen: number;
}

const CASES_A_STEP = 100;
const MAX_CORPUS = 2000;
const MAX_REDUCE_TRIES = 2000;

export async function hunt(target: FuzzTarget, options: HuntOptions): Promise<Hunted> {
  const known = new Set(options.known);
  const seen = new Set<string>();
  const corpus = [...target.seeds];
  let cases = 0;
  const attempt = async (input: Buffer) => {
    options.onInput(input);
    cases += 1;
    return tryInput(target, input);
  };
  const report = async ({ key, message, input }: Finding): Promise<void> => {
    known.add(key);
    const fails = async (shorter: Buffer): Promise<boolean> => {
      const trial = await attempt(shorter);
      return trial.kind === 'bad' && trial.key === key;
    };
    const tries = key === 'takes too long' ? 20 : MAX_REDUCE_TRIES;
    options.onFinding({ key, message, input: await reduced(input, { tries, fails }) });
  };
  for (const input of target.seeds) {
    const trial = await attempt(input);
    if (trial.kind === 'good') seen.add(trial.seen);
    else if (!known.has(trial.key)) await report({ ...trial, input });
  }
  for (let step = 0; !options.isOver(cases); step += 1) {
    const fresh: Buffer[] = [];
    const from = fc.constantFrom(...corpus);
    const inputs = fc.tuple(from, mutations).map(([seed, changes]) => mutated(seed, changes, target));
    const failed: Finding[] = [];
    const property = fc.asyncProperty(inputs, async (input) => {
      const trial = await attempt(input);
      if (trial.kind === 'good') {
        if (failed.length === 0 && !seen.has(trial.seen)) fresh.push(input);
        seen.add(trial.seen);
        return;
      }
      if (known.has(trial.key) || trial.key !== (failed[0]?.key ?? trial.key)) return;
      failed.unshift({ key: trial.key, message: trial.message, input });
      throw new Error(trial.key);
    });
    await fc.check(property, { seed: options.seed + step, numRuns: CASES_A_STEP });
    const [found] = failed;
    if (found !== undefined) await report(found);
    corpus.push(...fresh.filter(({ length }) => length <= MAX_INPUT_BYTES / 4));
    if (corpus.length > MAX_CORPUS) corpus.splice(target.seeds.length, corpus.length - MAX_CORPUS);
  }
  return { cases, seen: seen.size };
}
