import { createRequire } from 'node:module';

/** Version from package.json, two folders up from the built file and from the source alike. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url);
  for (const candidate of ['../../package.json', '../../../package.json']) {
    const found = tryRequire(require, candidate);
    if (found !== null) return found;
  }
  throw new Error('package.json of rampart is missing');
}

function tryRequire(require: NodeJS.Require, id: string): string | null {
  let json: unknown;
  try {
    json = require(id);
  } catch {
    return null;
  }
  // By hand: a schema library would take longer to load than all that `--version` needs.
  if (typeof json !== 'object' || json === null || !('name' in json && 'version' in json)) return null;
  return json.name === 'rampart' && typeof json.version === 'string' ? json.version : null;
}
