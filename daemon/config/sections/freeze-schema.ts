// `reconcile.freeze` of the config: times in which changes wait.
import { Cron } from 'croner';
import { z } from 'zod';
import { groupScope } from '../../../reconciler/policy/schema/pattern/guardrail-schema.ts';

/** One freeze, again and again. */
export type Freeze = Readonly<z.output<typeof freeze>>;

const MAX_HOURS = 24 * 100;

const freeze = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'write up to 63 letters, digits or any of _ . -')
      .meta({ description: 'What `resume --freeze` calls it.' }),
    schedule: z.string().meta({
      description: 'When it begins: minute, hour, day of the month, month, day of the week (cron).',
      examples: ['0 18 * * 5'],
    }),
    durationHours: z.number().positive().max(MAX_HOURS).meta({ description: 'How long it lasts.' }),
    timeZone: z
      .string()
      .default('UTC')
      .meta({
        description: 'In which the schedule is meant.',
        examples: ['Asia/Shanghai'],
      }),
    allow: z.enum(['drift', 'none']).default('drift').meta({
      description:
        'drift: only changes of the policies wait, drift is repaired and rules expire; none: nothing is written.',
    }),
    groups: groupScope.optional().meta({ description: 'Which groups; every key must match. Absent: all.' }),
  })
  .superRefine((written, context) => {
    if (!isTimeZone(written.timeZone)) {
      context.addIssue({
        code: 'custom',
        path: ['timeZone'],
        message: 'write a time zone such as Asia/Shanghai',
      });
    } else if (!isSchedule(written)) {
      const message =
        'write five fields, minute to day of the week, such as 0 18 * * 5, that come true now and then';
      context.addIssue({ code: 'custom', path: ['schedule'], message });
    }
  });

export const freezeSchema = z
  .array(freeze)
  .superRefine((freezes, context) => {
    for (const [index, { name }] of freezes.entries()) {
      if (freezes.findIndex((each) => each.name === name) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'name'], message: 'another freeze has this name' });
    }
  })
  .default([])
  .meta({ description: 'Times in which changes wait.' });

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

function isSchedule(written: Pick<Freeze, 'schedule' | 'timeZone'>): boolean {
  try {
    return scheduleOf(written).nextRun() !== null;
  } catch {
    return false;
  }
}

/** Sets no timer: it is only asked for times. */
export const scheduleOf = ({ schedule, timeZone }: Pick<Freeze, 'schedule' | 'timeZone'>): Cron =>
  new Cron(schedule, { timezone: timeZone, mode: '5-part', paused: true });
