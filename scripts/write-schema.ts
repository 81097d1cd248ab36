// Writes policies/schema.json from the schema that checks policy files: `npm run schema`.
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { policyJsonSchema } from '../reconciler/policy/schema.ts';

const path = new URL('../policies/schema.json', import.meta.url).pathname;
const options = await resolveConfig(path);
writeFileSync(path, await format(JSON.stringify(policyJsonSchema()), { ...options, parser: 'json' }));
