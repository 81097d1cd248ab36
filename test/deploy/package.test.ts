// What `npm pack` and the SBOM hold, and whose install scripts may run.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const npm = (...args: readonly string[]): string =>
  execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

const locked = Object.entries(
  (JSON.parse(textOf('package-lock.json')) as { packages: Readonly<Record<string, Locked>> }).packages,
).map(([place, entry]) => ({ ...entry, place, name: place.split('node_modules/').at(-1) ?? '' }));

test('the package holds the program, what its docs tell to copy, and nothing of the workshop', () => {
  const [pack] = JSON.parse(npm('pack', '--dry-run', '--ignore-scripts', '--json')) as [
    { files: ReadonlyArray<{ path: string }> },
  ];
  const files = pack.files.map((file) => file.path);
  expect(new Set(files.map((file) => file.split('/')[0]))).toEqual(
    new Set([
      'LICENSE',
      'README.md',
      'config.example.yaml',
      'deploy',
      'dist',
      'emulator',
      'examples',
      'package.json',
      'policies',
    ]),
  );
  expect(files).toContain('dist/daemon/main.js');
  expect(files.filter((file) => /\.ts$|buildinfo|\.db$|\.env|\.pem$|\.key$/.test(file))).toEqual([]);
  const known = execFileSync('git', ['ls-files', 'deploy'], { cwd: ROOT, encoding: 'utf8' }).trim();
  expect(files.filter((file) => file.startsWith('deploy/')).sort()).toEqual(known.split('\n').sort());
});

test('the SBOM names each package that is shipped, with a licence and a digest, and no other', () => {
  const sbom = JSON.parse(npm('run', '--silent', 'sbom')) as {
    bomFormat: string;
    components: ReadonlyArray<{ name: string; version: string; licenses?: unknown[]; hashes?: unknown[] }>;
  };
  expect(sbom.bomFormat).toBe('CycloneDX');
  const shipped = locked.filter(({ place, dev }) => place !== '' && dev !== true);
  const names = sbom.components.map(({ name, version }) => `${name}@${version}`);
  expect(new Set(names)).toEqual(new Set(shipped.map(({ name, version }) => `${name}@${version}`)));
  for (const { licenses = [], hashes = [] } of sbom.components)
    expect([licenses.length > 0, hashes.length > 0]).toEqual([true, true]);
});

test('each package with an install script is named in allowScripts, and none that is shipped needs it', () => {
  const { allowScripts } = JSON.parse(textOf('package.json')) as {
    allowScripts: Readonly<Record<string, boolean>>;
  };
  const withScript = locked.filter(({ hasInstallScript }) => hasInstallScript === true);
  const names = Object.keys(allowScripts);
  expect(names.filter((name) => !withScript.some((each) => each.name === name))).toEqual([]);
  // Of what is made for one kind of machine only that machine's is installed.
  const everywhere = withScript.filter(({ optional }) => optional !== true);
  expect(everywhere.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
  for (const { name, dev } of withScript) if (dev !== true) expect(allowScripts[name]).toBe(false);
});
