// What a fuzz target found: an input, and what went wrong with it. Two findings of one key are taken for one fault.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Broken } from '../target.ts';

export interface Finding {
  /** Same for the same fault, as far as can be told. */
  readonly key: string;
  readonly message: string;
  readonly input: Buffer;
}

export const FIXTURES = 'test/fixtures/fuzz';

/** By the invariant, or by what was thrown and where. */
export function keyOf(error: unknown): string {
  if (error instanceof Broken) return error.invariant;
  if (!(error instanceof Error)) return `threw ${typeof error}`;
  // Only what the target called: who called the target is another one while an input is made short.
  const [own = ''] = (error.stack ?? '').split(/\n.*\/test\//, 1);
  const frame = /at (\S+) .*?([\w.@-]+):\d+:\d+/.exec(own);
  return `threw ${error.name} in ${frame?.[1] ?? 'unknown'} of ${frame?.[2] ?? 'unknown'}`;
}

export interface Fixture {
  readonly file: string;
  readonly input: Buffer;
}

export function fixturesOf(target: string, root = FIXTURES): Fixture[] {
  const folder = join(root, target);
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder).sort();
  return names.map((name) => ({ file: join(folder, name), input: readFileSync(join(folder, name)) }));
}

/** Answers with the path. */
export function writeFixture(target: string, { key, input }: Finding, root = FIXTURES): string {
  const folder = join(root, target);
  mkdirSync(folder, { recursive: true });
  const words = key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 8);
  const file = join(folder, `${words}-${hash}.txt`);
  writeFileSync(file, input);
  return file;
}
