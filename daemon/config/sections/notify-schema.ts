// `notify` of the config: who is told of which events, without being asked.
import { z } from 'zod';
import { err, ok, type Result } from '../../../reconciler/model/result.ts';
import { matchesGlob } from '../../../reconciler/model/glob.ts';
import { groupScope } from '../../../reconciler/policy/schema/pattern/guardrail-schema.ts';
import { textParsedBy } from '../../../reconciler/policy/schema/schema-words.ts';
import { didYouMean } from '../../../reconciler/policy/schema/suggest.ts';
import { CATALOG } from '../../telemetry/catalog.ts';
import { LOG_LEVELS } from '../../telemetry/event-row.ts';
import { RECEIVER_TYPES, type ReceiverType } from '../../telemetry/events.ts';
import { envNameSuchAs, parsedText, refuseInline, secretFile } from '../schema-words.ts';

export type ReceiverSettings = Readonly<z.output<typeof receiver>>;

/** Each has a queue of its own, of a megabyte. */
const MOST_RECEIVERS = 20;
const MAX_LINK_LENGTH = 200;

/** Messages about messages would be endless. */
const OWN_EVENTS = 'notify.';

/** What a person wants to know who does not read the log. */
const DEFAULT_EVENTS = [
  'daemon.started',
  'daemon.stopping',
  'config.rejected',
  'policies.*',
  'group.managed',
  'group.released',
  'group.describe_failed',
  'group.not_converged',
  'group.flapping',
  'drift.*',
  'plan.blocked',
  'plan.approved',
  'call.succeeded',
  'call.failed',
  'step.quarantined',
  'ignored.opens',
  'guardrail.violated',
  'rule.*',
  'breakglass.*',
  'resync.late',
  'journal.*',
];

const TAKES_SECRET: Readonly<Record<ReceiverType, 'always' | 'maybe' | 'never'>> = {
  webhook: 'always',
  slack: 'never',
  dingtalk: 'maybe',
  feishu: 'maybe',
  wecom: 'never',
};

const knownEvents = (): string[] => Object.keys(CATALOG).filter((event) => !event.startsWith(OWN_EVENTS));

const eventGlob = textParsedBy(
  (glob) =>
    knownEvents().some((event) => matchesGlob(glob, event))
      ? ok(glob)
      : err({
          code: 'unknown-event',
          message: 'no event is called so',
          hint:
            didYouMean(glob, knownEvents()) || 'docs/log-events.md lists them; * stands for any characters',
        }),
  { description: 'Name of an event; * stands for any run of characters.', examples: ['plan.*'] },
);

const receiver = z
  .strictObject(
    {
      type: z.enum(RECEIVER_TYPES).meta({
        description: 'webhook: CloudEvents 1.0, signed as Standard Webhooks; or a robot of a chat group.',
      }),
      urlEnv: envNameSuchAs('RAMPART_NOTIFY_URL')
        .optional()
        .meta({ description: 'Variable that holds the URL of the receiver. This, or urlFile.' }),
      urlFile: secretFile.optional().meta({ description: 'File that holds the URL of the receiver.' }),
      secretEnv: envNameSuchAs('RAMPART_NOTIFY_SECRET').optional().meta({
        description:
          'Variable that holds what signs. This, or secretFile: required for webhook; slack and wecom have none.',
      }),
      secretFile: secretFile.optional().meta({ description: 'File that holds what signs.' }),
      events: z
        .array(eventGlob)
        .min(1)
        .max(100)
        .default(DEFAULT_EVENTS)
        .meta({ description: 'Which events. Absent: those that a person who reads no log wants to know.' }),
      groups: groupScope.optional().meta({
        description: 'Of which groups; every key must match. Events about no group come anyway. Absent: all.',
      }),
      minSeverity: z.enum(LOG_LEVELS).default('info').meta({ description: 'Quieter events are left out.' }),
      link: parsedText(
        parseLink,
        'Where people reach the status page, for links. Absent: the address of `http.listen`.',
      ).optional(),
    },
    {
      error: refuseInline(
        ['url', 'secret', 'token', 'webhook'],
        'name an environment variable (urlEnv, secretEnv) or a file (urlFile, secretFile)',
      ),
    },
  )
  .superRefine(({ type, urlEnv, urlFile, secretEnv, secretFile: file }, context) => {
    const say = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((urlEnv === undefined) === (urlFile === undefined)) say('urlEnv', 'write one of urlEnv and urlFile');
    const secrets = [secretEnv, file].filter((place) => place !== undefined).length;
    const key = secretEnv === undefined ? 'secretFile' : 'secretEnv';
    const takes = TAKES_SECRET[type];
    if (secrets > 1) say('secretEnv', 'write one of secretEnv and secretFile');
    if (secrets > 0 && takes === 'never')
      say(key, `${type} signs nothing: its URL is the secret; remove ${key}`);
    if (secrets === 0 && takes === 'always')
      say('secretEnv', `a ${type} is signed: write secretEnv or secretFile`);
  });

export const notifySchema = z
  .array(receiver)
  .max(MOST_RECEIVERS)
  .default([])
  .meta({ description: 'Who is told of what happens, in one message a batch.' });

function parseLink(text: string): Result<string, string> {
  const isGood =
    text.length <= MAX_LINK_LENGTH && /^https?:\/\/[^\s<>|()[\]`]+$/.test(text) && URL.canParse(text);
  return isGood ? ok(text) : err('write the address of the status page, such as https://rampart.example.com');
}
