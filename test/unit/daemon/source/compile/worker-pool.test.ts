import { readFile, readdir } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { compileHere } from '../../../../support/compile-here.ts';
import type { CompileInput } from '../../../../../daemon/source/compile/compile-answer.ts';
import { PolicyCompiler } from '../../../../../daemon/source/compile/policy-compiler.ts';
import { WorkerPool } from '../../../../../daemon/source/compile/worker-pool.ts';
import { unreadable } from '../../../../../daemon/source/source.ts';

const options = { accounts: ['default'] };
const NOTHING = { groups: [], expectations: [], guardrails: [] };

const compilers: PolicyCompiler[] = [];
afterEach(async () => {
  await Promise.all(compilers.splice(0).map((compiler) => compiler.close()));
});

async function compileInWorkers(folder: CompileInput) {
  const compiler = new PolicyCompiler(new WorkerPool());
  compilers.push(compiler);
  return compiler.compile(folder, options, NOTHING);
}

describe('workers that compile policies', () => {
  it('answer what this thread would, good files, bad files and unreadable ones together', async () => {
    const names = (await readdir('policies')).filter((name) => name.endsWith('.yaml'));
    const files = await Promise.all(
      names.map(async (name) => ({
        path: name,
        file: `policies/${name}`,
        bytes: new Uint8Array(await readFile(`policies/${name}`)),
      })),
    );
    const bad = { path: 'bad.yaml', file: 'policies/bad.yaml', bytes: Buffer.from('groups: [') };
    const trouble = { file: 'policies/x.yaml', code: 'policy-unreadable', message: 'no' } as const;
    const folder = { files: [...files, bad], unreadable: [unreadable('x.yaml', trouble)] };
    const { groupsCompiled, ...compiled } = await compileInWorkers(folder);
    expect(compiled).toEqual({ ...compileHere(folder, options), groupsCompiled: undefined });
    expect(groupsCompiled).toBeGreaterThan(0);
  });

  it('leave this thread free while they work', async () => {
    const rule = '      - {protocol: tcp, ports: 443, from: 203.0.113.0/24, description: "a web server"}\n';
    const text = `version: 1\ngroups:\n  - id: sg-a\n    region: cn-hangzhou\n    ingress:\n${rule.repeat(2000)}`;
    const files = [{ path: 'a.yaml', file: 'a.yaml', bytes: Buffer.from(text) }];
    let turns = 0;
    const ticker = setInterval(() => (turns += 1), 1);
    const compiled = await compileInWorkers({ files, unreadable: [] });
    clearInterval(ticker);
    expect(turns).toBeGreaterThan(10);
    expect(compiled.badFiles).toEqual(new Set(['a.yaml']));
  });
});
