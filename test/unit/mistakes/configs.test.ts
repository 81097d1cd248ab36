// The mistakes of policies.test.ts, in a config.
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../daemon/config/load.ts';
import { formatProblems } from '../../../reconciler/policy/report/text.ts';
import { cured } from '../../support/mistakes/cure.ts';
import { CONFIGS } from './config-rows.ts';

describe('mistakes in a config', () => {
  it.each(CONFIGS.map((row) => [row.title, row] as const))('%s', (_name, { text, at, names, hint }) => {
    const config = parseConfig(text, 'config.yaml');
    const problems = config.ok ? [] : config.error;
    expect(problems.map(({ line, column, hint: said }) => `${line}:${column} ${said}`)).toEqual([
      `${at} ${hint}`,
    ]);
    const [problem] = problems;
    if (problem === undefined) throw new Error('nothing is told');
    const said = formatProblems([problem], new Map());
    for (const name of names) expect(said).toContain(name);
    expect(parseConfig(cured(text, problem), 'config.yaml')).toMatchObject({ ok: true });
  });
});
