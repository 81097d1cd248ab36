import { createRequire } from 'node:module';

/** Version from package.json, two folders up from the built file and from the source alike. */
export function packageVersion(): string {
  const json: unknown = createRequire(import.meta.url)('../../package.json');
  // By hand: a schema library would take longer to load than all that `--version` needs.
  if (typeof json === 'object' && json !== null && 'version' in json && typeof json.version === 'string')
    return json.version;
  throw new Error('package.json of rampart names no version');
}
