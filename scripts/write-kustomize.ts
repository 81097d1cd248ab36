// `tsx scripts/write-kustomize.ts [--check]`: what kustomize makes of each overlay in deploy/kustomize, as files of the test that looks
// at them, since the gate has no time to build kustomize. The head of each tells which sources it was made of. With --check nothing is
// written: exit code 1 if kustomize makes something else.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { OVERLAYS, RENDERED, SOURCES, sourcesDigest } from './kustomize-sources.ts';

const KUSTOMIZE = 'sigs.k8s.io/kustomize/kustomize/v5@v5.8.1';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
for (const overlay of OVERLAYS) {
  const file = path.join(RENDERED, `${overlay}.yaml`);
  const yaml = execFileSync('go', ['run', KUSTOMIZE, 'build', path.join(SOURCES, 'overlays', overlay)], {
    encoding: 'utf8',
  });
  const text = `# Made by \`npx tsx scripts/write-kustomize.ts\` of sources ${sourcesDigest()}\n${yaml}`;
  if (!values.check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is not what kustomize makes: run npx tsx scripts/write-kustomize.ts`);
    process.exitCode = 1;
  }
}
