// Writes what is made of the schemas: JSON Schemas for editors and for the log, reference pages and the index of errors for people: `npm run schema`.
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../daemon/config/schema.ts';
import { errorsPage } from './errors/errors-page.ts';
import { logJsonSchema } from './log-schema.ts';
import { policyJsonSchema } from '../reconciler/policy/schema/schema.ts';
import { formatted } from './reference/formatted.ts';
import { referencePages } from './reference/reference-pages.ts';

const FILES = {
  'policies/schema.json': JSON.stringify(policyJsonSchema()),
  'config.schema.json': JSON.stringify(configJsonSchema()),
  'docs/log-schema.json': JSON.stringify(logJsonSchema()),
  ...referencePages(),
  'docs/errors.md': errorsPage(),
};

for (const [path, text] of Object.entries(FILES)) writeFileSync(path, await formatted(path, text));
