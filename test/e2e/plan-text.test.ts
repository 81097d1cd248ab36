// The plan of the example policies against the drifted start of the emulator: what a newcomer sees first.
import { cpSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanReport } from '../../reconciler/report/document.ts';
import { Workspace } from '../support/rampart.ts';

const ESCAPE = '\u001b[';
const workspace = new Workspace();
let text: string;
let report: PlanReport;

const plan = async (...args: readonly string[]): Promise<string> =>
  (await workspace.run(['plan', '--config', 'config.example.yaml', ...args])).stdout;

beforeAll(async () => {
  for (const name of ['config.example.yaml', 'policies', 'emulator/example-state.json']) {
    const from = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    cpSync(from, path.join(workspace.folder, name), { recursive: true });
  }
  text = await plan();
  report = JSON.parse(await plan('--json')) as PlanReport;
});

afterAll(() => workspace.dispose());

describe('the example plan', () => {
  test('has at most 40 lines for its three groups', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    expect(text).toMatch(/^3 groups differ, \d+ calls, all hitless /);
  });

  test('names every policy rule that it changes once, with its file and line', () => {
    const places = report.groups.flatMap(({ diff }) =>
      [...diff.missing, ...diff.altered.map(({ to }) => to)].map(
        ({ source }) => `${source?.file ?? ''}:${source?.line ?? ''}`,
      ),
    );
    expect(new Set(places).size).toBeGreaterThan(10);
    for (const place of new Set(places)) {
      expect([place, text.split(`${place} `).length - 1]).toEqual([place, 1]);
    }
  });

  test('says first, marked, what is exposed to the internet', () => {
    const lines = text.split('\n');
    expect(lines[1]).toMatch(
      /^sg-bp1web {2}cn-hangzhou {2}\S+ \S+ \S+ {2}! closes internet exposure: tcp 22 /,
    );
    expect(lines[2]).toMatch(
      /^ {2}! closes {2}tcp 22 from the internet .* undeclared rule "temporary debug"$/,
    );
    expect(lines.slice(3).filter((line) => line.startsWith('  !'))).toEqual([]);
  });

  test('ends with the command that applies just that', () => {
    const last = text.trimEnd().split('\n').at(-1) ?? '';
    const [, command = ''] = /Apply exactly this: (.*)$/.exec(last) ?? [];
    expect(command).toMatch(
      new RegExp(` apply --config config\\.example\\.yaml --plan ${report.hash.slice(0, 12)}$`),
    );
  });

  test('lists calls only where they are asked for', async () => {
    expect(text).not.toContain('SecurityGroupRule');
    expect(await plan('--calls')).toContain('1. ModifySecurityGroupRule sgr-bp1web08 to ');
  });

  test('is in colour only where that is asked for', async () => {
    expect(text).not.toContain(ESCAPE);
    expect(await plan('--color', 'always')).toContain(`${ESCAPE}31m! closes`);
  });
});
