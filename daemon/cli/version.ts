import { createRequire } from 'node:module';
import { z } from 'zod';

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
  const parsed = z.object({ name: z.literal('rampart'), version: z.string() }).safeParse(json);
  return parsed.success ? parsed.data.version : null;
}
