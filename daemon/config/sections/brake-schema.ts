// `reconcile.brake` of the config: how much a plan or a revision may take away or open before a person must approve it.
import { z } from 'zod';
import { DEFAULT_BRAKE, type BrakeSettings } from '../../../reconciler/plan/safety.ts';
import { wholeNumber } from '../schema-words.ts';

const brakeLimits = z
  .strictObject({
    rules: wholeNumber(0, 10_000, 'Most accept rules that one plan may make ineffective.').default(
      DEFAULT_BRAKE.rules,
    ),
    percent: wholeNumber(
      0,
      100,
      'The same in percent of the group’s accept rules; counts from three rules on.',
    ).default(DEFAULT_BRAKE.percent),
    groups: wholeNumber(
      0,
      10_000,
      'Most groups that one revision may make lose traffic, or release.',
    ).default(DEFAULT_BRAKE.groups),
    perHour: wholeNumber(
      0,
      100_000,
      'Most accept rules that a group may lose in any hour without approval. Absent: as `rules`.',
    ).optional(),
    opens: z.enum(['internet', 'off']).default(DEFAULT_BRAKE.opens).meta({
      description: 'internet: a port that the internet could not reach before waits for approval; off.',
    }),
    takeover: z.enum(['approve', 'auto']).default(DEFAULT_BRAKE.takeover).meta({
      description:
        'approve: the first plan of a group that a selector newly brings in waits, if it opens or closes anything; auto.',
    }),
  })
  .transform((written): BrakeSettings => ({ ...written, perHour: written.perHour ?? written.rules }));

/** A union, so that the limits can be lifted as a whole in one word that is seen. */
export const brakeSchema = z
  .union([brakeLimits, z.literal('off')])
  .prefault({})
  .meta({ description: 'What may go at once without approval; off: no such limit.' });
