// Which packets are meant, in the words of a rule: the schema of the patterns of expectations and guardrails.
import { z } from 'zod';
import { countOf, failsWith, groupId, oneOrMore, ownSide, peers, trafficKeys } from '../schema-words.ts';

/** Bounds a list of which each entry costs a look at all rules of its groups. */
export const MAX_EXPECTATIONS = 1000;

/** Bounds a name: it stands in reports and test results. */
const MAX_NAME_LENGTH = 100;

const ownSides = oneOrMore(ownSide, {
  description: 'Own side: only packets from or to such addresses of members. Absent: every member.',
});

type PatternKeys = Partial<Record<'protocol' | 'ports' | 'services', unknown>>;

const checkPatternKeys = <Schema extends z.ZodType<PatternKeys>>(schema: Schema): Schema =>
  schema
    .refine(
      (pattern) => countOf(pattern.protocol, pattern.services) === 1,
      failsWith({
        code: 'protocol-or-services',
        message: 'a pattern needs either a protocol or services',
        hint: 'write protocol and ports, services alone, or `protocol: all`',
      }),
    )
    .refine(
      (pattern) => countOf(pattern.services, pattern.ports) <= 1,
      failsWith({
        code: 'services-and-ports',
        message: 'services say their ports themselves',
        hint: 'remove ports, or write protocol instead of services',
      }),
    );

export const ingressPatternSchema = checkPatternKeys(
  z.strictObject({
    direction: z.literal('ingress').meta({ description: 'Packets to members of the group.' }),
    ...trafficKeys,
    from: peers('Where the packets come from: one or a list; `internet` and `anywhere` are built in.'),
    to: ownSides.optional(),
  }),
);

const egressPatternSchema = checkPatternKeys(
  z.strictObject({
    direction: z.literal('egress').meta({ description: 'Packets from members of the group.' }),
    ...trafficKeys,
    to: peers('Where the packets go: one or a list; `internet` and `anywhere` are built in.'),
    from: ownSides.optional(),
  }),
);

/** A set of packets: every combination of a service and a peer. Without ports every port of tcp or udp is meant. */
export const patternSchema = z
  .discriminatedUnion('direction', [ingressPatternSchema, egressPatternSchema])
  .meta({ description: 'A set of packets, in the words of a rule.' });

export const whenUnknown = z.enum(['report', 'block']).default('report').meta({
  description: 'What becomes of a verdict that cannot be given, as where a prefix list could not be read.',
});

export const expectSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(MAX_NAME_LENGTH)
      .meta({ description: 'What is expected, in a few words.', examples: ['people reach the bastion'] }),
    group: oneOrMore(groupId, { description: 'The groups that it is expected of, by id: one or a list.' }),
    accept: patternSchema.optional().meta({ description: 'Every packet of this set is accepted.' }),
    drop: patternSchema.optional().meta({ description: 'No packet of this set is accepted.' }),
    unknown: whenUnknown,
  })
  .refine(
    ({ accept, drop }) => countOf(accept, drop) === 1,
    failsWith({
      code: 'accept-or-drop',
      message: 'an expectation needs either accept or drop',
      hint: 'keep one of them; for both, write two expectations',
    }),
  )
  .meta({ oneOf: [{ required: ['accept'] }, { required: ['drop'] }] });
