// Where the Kubernetes files stand, and what they hold, as one digest.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const REPOSITORY = path.resolve(import.meta.dirname, '..');
export const SOURCES = path.join(REPOSITORY, 'deploy/kustomize');
export const RENDERED = path.join(REPOSITORY, 'test/fixtures/kustomize');
export const OVERLAYS: readonly string[] = readdirSync(path.join(SOURCES, 'overlays')).sort();

export function sourcesDigest(): string {
  const entries = readdirSync(SOURCES, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash.update(`${path.relative(SOURCES, file)}\0${readFileSync(file, 'utf8')}\0`);
  return hash.digest('hex');
}
