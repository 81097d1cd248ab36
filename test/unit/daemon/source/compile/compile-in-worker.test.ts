import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { compileHere } from '../../../../../daemon/source/compile/compile-files.ts';
import { compileInWorker } from '../../../../../daemon/source/compile/compile-in-worker.ts';
import { unreadable } from '../../../../../daemon/source/source.ts';

const options = { accounts: ['default'] };

describe('a worker that compiles policies', () => {
  it('answers what this thread would, good files, bad files and unreadable ones together', async () => {
    const names = (await readdir('policies')).filter((name) => name.endsWith('.yaml'));
    const files = await Promise.all(
      names.map(async (name) => ({
        path: name,
        file: `policies/${name}`,
        bytes: new Uint8Array(await readFile(`policies/${name}`)),
      })),
    );
    const bad = { path: 'bad.yaml', file: 'policies/bad.yaml', bytes: Buffer.from('groups: [') };
    const trouble = { file: 'policies/x.yaml', code: 'policy-unreadable', message: 'no' };
    const folder = { files: [...files, bad], unreadable: [unreadable('x.yaml', trouble)] };
    expect(await compileInWorker(folder, options)).toEqual(compileHere(folder, options));
  });

  it('leaves this thread free while it works', async () => {
    const rule = '      - {protocol: tcp, ports: 443, from: 203.0.113.0/24, description: "a web server"}\n';
    const text = `version: 1\ngroups:\n  - id: sg-a\n    region: cn-hangzhou\n    ingress:\n${rule.repeat(2000)}`;
    const files = [{ path: 'a.yaml', file: 'a.yaml', bytes: Buffer.from(text) }];
    let turns = 0;
    const ticker = setInterval(() => (turns += 1), 1);
    const compiled = await compileInWorker({ files, unreadable: [] }, options);
    clearInterval(ticker);
    expect(turns).toBeGreaterThan(10);
    expect(compiled.badFiles).toEqual(new Set(['a.yaml']));
  });
});
