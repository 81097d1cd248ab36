// `guardrails` and `privateNetworks` of the config: what may be exposed, and which addresses count as ours.
import { z } from 'zod';
import { readRuleExpression } from '../../../reconciler/judge/cel/rule-expression.ts';
import type { SourcePlace } from '../../../reconciler/model/problem.ts';
import { ok, err } from '../../../reconciler/model/result.ts';
import {
  NO_GUARDRAILS,
  placeKeyOf,
  type WrittenGuardrails,
} from '../../../reconciler/policy/compile/compile-guardrails.ts';
import type { Locate, Path } from '../../../reconciler/policy/read/reporter.ts';
import { parsePrefixText } from '../../../reconciler/policy/schema/peer-text.ts';
import { guardrailsSchema } from '../../../reconciler/policy/schema/pattern/guardrail-schema.ts';
import { textParsedBy } from '../../../reconciler/policy/schema/schema-words.ts';

/** Where the guardrails stand, from the top of the config. */
const GUARDRAILS_PATH: Path = ['guardrails'];

const expression = textParsedBy(
  (text) => {
    const read = readRuleExpression(text);
    return read.ok ? ok(text) : err({ code: 'bad-expression', ...read.error });
  },
  { description: 'A CEL expression.', examples: ['rule.action == "drop" || rule.description != ""'] },
);

export const guardrailsConfig = guardrailsSchema(expression).default([]).meta({
  description: 'What no group may expose, and what every rule must fulfil.',
});

export const privateNetworksConfig = z
  .array(textParsedBy(parsePrefixText, { examples: ['10.0.0.0/8'] }))
  .min(1)
  .prefault(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'])
  .meta({ description: 'Where members of security groups may be, for verdicts on rules that name groups.' });

/** The checked entries with the places of all that is written in them. */
export function placedGuardrails(
  entries: z.output<typeof guardrailsConfig>,
  written: { readonly file: string; readonly value: unknown; readonly locate: Locate },
): WrittenGuardrails {
  if (entries.length === 0) return NO_GUARDRAILS;
  const places: Record<string, SourcePlace> = {};
  for (const path of pathsIn(fieldOf(written.value, 'guardrails'), GUARDRAILS_PATH)) {
    places[placeKeyOf(path)] = written.locate(path, 'value');
  }
  return { file: written.file, entries, places };
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && key in value
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

/** The path of the value and of each value in it. */
function pathsIn(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: ReadonlyArray<readonly [string | number, unknown]> = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];
}
