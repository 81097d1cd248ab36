// `npx tsx scripts/write-sbom.ts`: what the package ships with, as CycloneDX on stdout. `npm sbom --omit dev` leaves out each shipped package
// that one for development uses as well, so the lock is first cut down to what is shipped, in a folder of its own.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const repository = path.resolve(import.meta.dirname, '..');
const work = mkdtempSync(path.join(tmpdir(), 'rampart-sbom-'));
// The name of the folder stands in the document.
const folder = path.join(work, 'rampart');
try {
  mkdirSync(folder);
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(path.join(repository, file), path.join(folder, file));
  npm('pkg', 'delete', 'devDependencies', 'scripts');
  npm('install', '--package-lock-only', '--ignore-scripts', '--offline', '--no-audit');
  process.stdout.write(
    npm('sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'),
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}

function npm(...args: readonly string[]): string {
  return execFileSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
