// 88 mistakes as people make them, in policies, the config and the cloud: here those in policies. Each is told once, by
// what is wrong, its value and what to write; and who follows the hint to the letter, as a machine does, is done.
import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../../reconciler/policy/report/text.ts';
import { cured } from '../../support/mistakes/cure.ts';
import { compileTexts } from '../../support/policy-text.ts';
import { FOREIGN_WORDS } from './foreign-words.ts';
import { PEERS } from './peers.ts';
import { THE_REST } from './the-rest.ts';
import { TRAFFIC } from './traffic.ts';
import { YAML_TEXTS } from './yaml-texts.ts';

describe.each([
  ['in the words of other tools', FOREIGN_WORDS],
  ['that YAML refuses', YAML_TEXTS],
  ['in who the far side is', PEERS],
  ['in what passes', TRAFFIC],
  ['in the rest of a rule and in groups', THE_REST],
])('mistakes %s', (_title, rows) => {
  it.each(rows.map((row) => [row.title, row] as const))('%s', (_name, { text, at, names, hint }) => {
    const { problems } = compileTexts({ 'a.yaml': text });
    expect(problems.map(({ line, column, hint: said }) => `${line}:${column} ${said}`)).toEqual([
      `${at} ${hint}`,
    ]);
    const [problem] = problems;
    if (problem === undefined) throw new Error('nothing is told');
    const said = formatProblems([problem], new Map());
    for (const name of names) expect(said).toContain(name);
    const after = compileTexts({ 'a.yaml': cured(text, problem) });
    expect(after.problems).toEqual([]);
    expect(after.groups).not.toEqual([]);
  });
});
