// Whether what a process logged is what docs/log-schema.json says.
import { readFileSync } from 'node:fs';
import { fitsSchema } from './json-schema.ts';

type Schemas = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const { $defs: SCHEMAS } = JSON.parse(
  readFileSync(new URL('../../docs/log-schema.json', import.meta.url), 'utf8'),
) as { readonly $defs: Schemas };

/** A few of the lines of the log in this output that the schema does not have. */
export function strangeLines(output: string): string[] {
  return output.split('\n').filter(isStrange).slice(0, 5);
}

function isStrange(text: string): boolean {
  if (!text.startsWith('{"level":')) return false;
  const json = parsed(text);
  // A line that a kill cut off.
  if (json === null) return false;
  const schema = SCHEMAS[String(json.event)];
  return schema === undefined || !fitsSchema(schema, json);
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
