// Writes the JSON Schemas for editors from the schemas that check policy files and config: `npm run schema`.
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { configJsonSchema } from '../daemon/config/schema.ts';
import { logJsonSchema } from './log-schema.ts';
import { policyJsonSchema } from '../reconciler/policy/schema/schema.ts';

const SCHEMAS = {
  'policies/schema.json': policyJsonSchema(),
  'config.schema.json': configJsonSchema(),
  'docs/log-schema.json': logJsonSchema(),
};

for (const [name, schema] of Object.entries(SCHEMAS)) {
  const path = new URL(`../${name}`, import.meta.url).pathname;
  const options = await resolveConfig(path);
  writeFileSync(path, await format(JSON.stringify(schema), { ...options, parser: 'json' }));
}
