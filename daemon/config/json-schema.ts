import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The JSON Schema of config.schema.json: what an editor can check and complete while a person types. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
}
