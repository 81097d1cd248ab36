// The fuzz targets, shortly: `npm run fuzz` tries them for long. Their invariants stand at their heads. Here:
// 1. what was found once is not found again: every input below test/fixtures/fuzz holds;
// 2. each target's own seeds hold, and a few hundred inputs made of them;
// 3. a target that throws, hangs or takes all memory is found out, and the input that it takes is made short.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fixturesOf, writeFixture, type Finding } from '../fuzz/engine/finding.ts';
import { hunt } from '../fuzz/engine/hunt.ts';
import { tryInput } from '../fuzz/engine/trial.ts';
import { huntWatched } from '../fuzz/engine/watch.ts';
import { loadTarget, TARGETS, type FuzzTarget } from '../fuzz/target.ts';
import { runsFactor } from '../support/runs.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function huntFor(target: FuzzTarget, cases: number): Promise<{ findings: Finding[]; seen: number }> {
  const findings: Finding[] = [];
  const { seen } = await hunt(target, {
    seed: 1,
    isOver: (sofar) => sofar >= cases || findings.length > 0,
    known: new Set(),
    onInput: () => undefined,
    onFinding: (finding) => findings.push(finding),
  });
  return { findings, seen };
}

describe.each(Object.entries(TARGETS))('the fuzz target %s', (name, module) => {
  it('holds for everything that was found once, and for a few hundred inputs more', async () => {
    const target = await loadTarget(module);
    try {
      for (const { file, input } of fixturesOf(name)) {
        expect({ file, ...(await tryInput(target, input)) }).toMatchObject({ file, kind: 'good' });
      }
      const { findings, seen } = await huntFor(target, 300 * runsFactor());
      expect(findings).toEqual([]);
      // Inputs that come to nothing would all be answered in one way.
      expect(seen).toBeGreaterThan(20);
    } finally {
      await target.close();
    }
  });
});

const toy = (run: (text: string) => void): FuzzTarget => ({
  seeds: [Buffer.from('{"list": [1, 2, 3], "word": "plain"}')],
  codec: 'json',
  words: ['odd', 'even'],
  run: (input) => {
    run(input.toString());
    return 'seen';
  },
  close: () => Promise.resolve(),
});

describe('a hunt', () => {
  it('makes the input short that a target throws at, and writes it as a fixture', async () => {
    const { findings } = await huntFor(
      toy((text) => {
        if (text.includes('odd')) throw new Error('odd');
      }),
      20_000,
    );
    const [finding] = findings;
    expect(finding?.input.toString()).toBe('odd');
    const root = await tempFolder();
    if (finding !== undefined) writeFixture('toy', finding, root);
    expect(fixturesOf('toy', root).map(({ input }) => input.toString())).toEqual(['odd']);
  });

  it('of one seed tries the same inputs again', async () => {
    const tried = async (): Promise<string[]> => {
      const inputs: string[] = [];
      await huntFor(
        toy((text) => void inputs.push(text)),
        300,
      );
      return inputs;
    };
    expect(await tried()).toEqual(await tried());
  });

  it.each([
    ['hangs', 'hangs', 8000],
    ['eats', 'ends the process', 50_000],
  ])('finds out a target that %s', async (kind, key, silenceMs) => {
    const findings: Finding[] = [];
    await huntWatched({
      module: new URL(`../support/fuzz/${kind}.ts`, import.meta.url),
      seed: 1,
      seconds: 1,
      silenceMs,
      heapMiB: 128,
      onProgress: () => undefined,
      onFinding: (finding) => findings.push(finding),
    });
    expect(findings.map(({ key: found }) => found)).toEqual([key]);
    expect(findings[0]?.input.toString()).toContain('bad');
  });
});

describe('release:check', () => {
  it('runs every fuzz target', () => {
    expect(readFileSync('scripts/release-check.ts', 'utf8')).toContain("command: 'npm run fuzz'");
  });
});
