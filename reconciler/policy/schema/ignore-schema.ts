// The shape of an ignore pattern, in the words of a rule.
import { z } from 'zod';
import { DIRECTIONS } from '../../model/rule.ts';
import { countOf, failsWith, oneOrMore, peers, portItem, protocol } from './schema-words.ts';

export const ignorePatternSchema = z
  .strictObject({
    description: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "A rule's description; * stands for any run of characters. Alone it is believed only of rules that open nothing.",
        examples: ['managed-by-acs/*'],
      }),
    protocol: protocol.optional(),
    ports: oneOrMore(portItem, {
      description: 'Rules with ports within one of these.',
      examples: ['30000-32767', [80, 443]],
    }).optional(),
    peer: peers('Rules whose peer is within one of these.').optional(),
    action: z.enum(['accept', 'drop']).optional().meta({ description: 'Rules of this action.' }),
    priority: z.int().min(1).max(110).optional().meta({ description: 'Rules of this priority.' }),
    direction: z.enum(DIRECTIONS).optional().meta({ description: 'Rules of this direction.' }),
  })
  .refine(
    (pattern) => countOf(...Object.values(pattern)) > 0,
    failsWith({
      code: 'ignore-empty',
      message: 'the pattern names nothing, so it would leave everything alone',
      hint: 'write for example {description: "managed-by-acs/*", protocol: tcp, ports: 30000-32767, peer: 10.0.0.0/8}',
    }),
  )
  .refine(
    ({ protocol: named, ports }) => ports === undefined || named === undefined || takesPorts(named),
    failsWith({
      code: 'ports-not-allowed',
      message: 'only rules of tcp and udp have ports',
      hint: 'remove the ports, or name tcp or udp',
    }),
  )
  .meta({ minProperties: 1 });

/** Words of any other kind have been complained of already. */
const takesPorts = (named: unknown): boolean => named === 'tcp' || named === 'udp' || named === 'all';
