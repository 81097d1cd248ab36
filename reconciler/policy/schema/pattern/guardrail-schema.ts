// `guardrails` of the config: what may be exposed. Their patterns use the names of the policies, so they are
// compiled together with these; here is only their shape.
import { z } from 'zod';
import { err, ok } from '../../../model/result.ts';
import { quoted } from '../../../model/rule-text.ts';
import { BUILT_IN_GUARDRAIL_IDS, builtInGuardrail } from '../../built-in/guardrails.ts';
import { parseInstant } from '../instant.ts';
import { countOf, failsWith, groupId, oneOrMore, textParsedBy } from '../schema-words.ts';
import { didYouMean } from '../suggest.ts';
import { patternSchema } from './pattern-schema.ts';

/** Bounds lists of which each entry costs a look at all rules. */
const MAX_GUARDRAILS = 200;
const MAX_EXEMPTIONS = 1000;
const MAX_TEXT_LENGTH = 500;

const GUARDRAIL_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const DAY_MS = 86_400_000;

const builtInId = textParsedBy(
  (text) =>
    builtInGuardrail(text) === null
      ? err({
          code: 'unknown-guardrail',
          message: `there is no built-in guardrail ${quoted(text)}`,
          hint: didYouMean(text, BUILT_IN_GUARDRAIL_IDS) || 'docs/guardrails.md lists them',
        })
      : ok(text),
  { description: 'Id of a built-in guardrail; the other keys tune it.', enum: [...BUILT_IN_GUARDRAIL_IDS] },
);

const ownId = textParsedBy(
  (text) => {
    if (builtInGuardrail(text) !== null) {
      const message = 'this is the id of a built-in guardrail';
      return err({ code: 'guardrail-id', message, hint: 'write it under use, or choose another id' });
    }
    if (GUARDRAIL_ID.test(text)) return ok(text);
    const hint = 'write up to 100 letters, digits or any of _ . - after the first';
    return err({ code: 'guardrail-id', message: 'this cannot be the id of a guardrail', hint });
  },
  {
    description: 'Unique; it names the guardrail in findings, SARIF and metrics.',
    pattern: GUARDRAIL_ID.source,
  },
);

/** A day ends with itself, in UTC. */
const end = textParsedBy(
  (text) => {
    if (!/^\d{4}-\d\d-\d\d$/.test(text)) return parseInstant(text);
    const start = parseInstant(`${text}T00:00:00Z`);
    return start.ok ? ok(start.value + DAY_MS) : err(start.error);
  },
  {
    description: 'The last day of the exemption (UTC), or an instant with its zone. Absent: without an end.',
    examples: ['2027-03-31'],
  },
);

const exemption = z.strictObject({
  group: groupId,
  reason: z.string().min(1).max(MAX_TEXT_LENGTH).meta({ description: 'Why; it is shown in reports.' }),
  until: end.optional(),
});

const length = (bits: number) =>
  z
    .union([z.int().min(0).max(bits), z.literal('none')])
    .transform((value) => (value === 'none' ? null : value))
    .optional()
    .meta({ description: 'Length of a prefix that holds as many addresses; none: not one.' });

const tolerance = z.union([
  z.literal('none').transform(() => ({ ipv4: null, ipv6: null })),
  z.strictObject({ ipv4: length(32), ipv6: length(128) }),
]);

const words = (description: string) => oneOrMore(z.string().min(1), { description }).optional();

/** Which groups are meant, in the config. */
export const groupScope = z
  .strictObject({
    ids: oneOrMore(groupId, { description: 'Ids of groups.' }).optional(),
    names: words('Names of groups; * stands for any run of characters.'),
    tags: z.record(z.string(), z.string()).optional().meta({ description: 'Tags that a group must have.' }),
    accounts: words('Accounts of the config, by name.'),
    regions: words('Ids of regions.'),
  })
  .refine(
    (keys) => Object.values(keys).some((value) => value !== undefined),
    failsWith({
      code: 'empty-scope',
      message: 'groups names nothing, which could mean all or none',
      hint: 'name ids, names, tags, accounts or regions, or remove the key for all groups',
    }),
  );

const tuning = (expression: z.ZodType<string>) => ({
  deny: patternSchema.optional().meta({ description: 'Packets that no group may accept.' }),
  rule: expression
    .optional()
    .meta({ description: 'A CEL expression over `rule` and `group` that is true of every desired rule.' }),
  tolerate: tolerance.optional().meta({
    description:
      'As many exposed addresses as prefixes of these lengths hold are tolerated, or none. Default: 16 and 32 where `internet` is meant, else none.',
  }),
  severity: z.enum(['error', 'warning']).optional().meta({
    description: 'error (default) blocks a plan; warning reports.',
  }),
  groups: groupScope.optional().meta({ description: 'Which groups; every key must match. Absent: all.' }),
  message: z.string().min(1).max(MAX_TEXT_LENGTH).optional().meta({ description: 'What to do instead.' }),
  exempt: z
    .array(exemption)
    .max(MAX_EXEMPTIONS)
    .optional()
    .meta({ description: 'Groups left out, and why.' }),
  unknown: z.enum(['report', 'block']).optional().meta({
    description: 'What becomes of a verdict that cannot be given. Default: report.',
  }),
});

/** `expression` is the schema of a CEL text: whoever can evaluate one knows what is wrong with it. */
export const guardrailsSchema = (expression: z.ZodType<string>) =>
  z
    .array(
      z
        .strictObject({ use: builtInId.optional(), id: ownId.optional(), ...tuning(expression) })
        .refine(
          ({ use, id }) => countOf(use, id) > 0,
          failsWith({
            code: 'guardrail-without-id',
            message: 'a guardrail needs an id, or the id of a built-in one under use',
            hint: 'write `id: NAME`, or `use: cis-alibaba-4.3`',
          }),
        )
        .refine(
          ({ use, deny, rule }) => countOf(deny, rule) <= 1 && countOf(use, deny, rule) > 0,
          failsWith({
            code: 'deny-or-rule',
            message: 'a guardrail needs either deny or rule',
            hint: 'keep one of them; for both, write two guardrails',
          }),
        )
        .refine(
          ({ rule, tolerate }) => countOf(rule, tolerate) <= 1,
          failsWith({
            code: 'tolerate-without-deny',
            message: 'only deny counts addresses: a rule tolerates none',
            hint: 'remove tolerate',
          }),
        ),
    )
    .max(MAX_GUARDRAILS)
    .superRefine((entries, context) => {
      const ids = entries.map(idOfGuardrail);
      for (const [index, id] of ids.entries()) {
        const first = ids.indexOf(id);
        if (first === index) continue;
        const params = { code: 'duplicate-guardrail', hint: 'give one of the two another id' };
        const message = `this guardrail has the id of number ${first + 1} of the list`;
        context.addIssue({ code: 'custom', path: [index], message, params });
      }
    });

export const idOfGuardrail = ({ id, use = '' }: { readonly id?: unknown; readonly use?: unknown }): string =>
  String(id ?? use);

/** Each as the config has it, checked. */
export type GuardrailEntry = z.output<ReturnType<typeof guardrailsSchema>>[number];
