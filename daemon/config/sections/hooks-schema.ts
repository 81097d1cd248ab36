// `http.hooks` of the config: who may ask the daemon to fetch the policies, or to reconcile a group, at once.
import { z } from 'zod';
import { ok, err, type Result } from '../../../reconciler/model/result.ts';
import { isLoopbackHost } from '../accounts/endpoint.ts';
import { hostInUrl, parseListen } from '../listen.ts';
import { envNameSuchAs, parsedText, refuseInline, secretFile } from '../schema-words.ts';

const GIT_HOSTS = ['github', 'gitea', 'forgejo', 'gitlab', 'gitee', 'codeup', 'generic'] as const;

/** A kind of git host, by how its hooks prove where they come from. */
export type GitHost = (typeof GIT_HOSTS)[number];

export type HooksConfig = Readonly<z.output<typeof hooks>>;

/** The header in which EventBridge sends the token of an HTTP target. */
const EVENTS_HEADER = 'x-eventbridge-signature-token';

const MOST_HOSTS = 20;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'write the name of a header, such as X-Hook-Token')
  .transform((name) => name.toLowerCase());

const gitHooks = z
  .strictObject(
    {
      provider: z.enum(GIT_HOSTS).optional().meta({
        description: 'Which host sends the hooks. Absent: any of them but generic, told by its headers.',
      }),
      secretEnv: envNameSuchAs('RAMPART_GIT_HOOK_SECRET')
        .optional()
        .meta({ description: 'Variable that holds the secret of the hook. This, or secretFile.' }),
      secretFile: secretFile.optional().meta({ description: 'File that holds the secret of the hook.' }),
      header: headerName.optional().meta({ description: 'Of a generic host: where the proof stands.' }),
      proof: z.enum(['token', 'hmac']).default('token').meta({
        description:
          'Of a generic host. token: the header holds the secret; hmac: the hex HMAC-SHA256 of the body.',
      }),
    },
    { error: refuseInline(['secret'], 'name an environment variable (secretEnv) or a file (secretFile)') },
  )
  .superRefine(({ provider, header, secretEnv, secretFile }, context) => {
    const say = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (isNotOne(secretEnv, secretFile)) say('secretEnv', 'write one of secretEnv and secretFile');
    if (provider === 'generic' && header === undefined) say('header', 'a generic host needs a header');
    if (provider !== 'generic' && header !== undefined) say('header', 'only a generic host takes a header');
  })
  .meta({ description: '`POST /hooks/git`: the policies are fetched now.' });

const eventHooks = z
  .strictObject(
    {
      tokenEnv: envNameSuchAs('RAMPART_EVENTS_TOKEN')
        .optional()
        .meta({ description: 'Variable that holds the token of the events. This, or tokenFile.' }),
      tokenFile: secretFile.optional().meta({ description: 'File that holds the token of the events.' }),
      header: headerName
        .default(EVENTS_HEADER)
        .meta({ description: 'Which header holds the token. Absent: the one that EventBridge sends.' }),
    },
    { error: refuseInline(['token'], 'name an environment variable (tokenEnv) or a file (tokenFile)') },
  )
  .superRefine(({ tokenEnv, tokenFile }, context) => {
    if (!isNotOne(tokenEnv, tokenFile)) return;
    context.addIssue({
      code: 'custom',
      path: ['tokenEnv'],
      message: 'write one of tokenEnv and tokenFile',
    });
  })
  .meta({ description: '`POST /hooks/events`: the groups of an event are reconciled now.' });

const hooks = z
  .strictObject({
    listen: parsedText(parseListen, 'ADDRESS:PORT of the hooks alone; must differ from `http.listen`.'),
    hosts: z
      .array(parsedText(parseHostName, 'A name or address, without a port.'))
      .max(MOST_HOSTS)
      .default([])
      .meta({
        description: 'Names under which it is called. On a loopback address those of the machine count too.',
      }),
    git: gitHooks.optional(),
    events: eventHooks.optional(),
  })
  .superRefine(({ listen, hosts, ...doors }, context) => {
    const say = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (doors.git === undefined && doors.events === undefined) {
      say('git', 'write git, events, or both: without them nothing is answered');
    }
    if (hosts.length === 0 && !isLoopbackHost(hostInUrl(listen.host))) {
      say('hosts', 'name the hosts under which hooks arrive, such as [rampart.example.com]');
    }
  });

/** A union, so that the section stands in the example and can be turned off in one word. */
export const hooksSchema = z
  .union([hooks, z.literal('off')])
  .default('off')
  .meta({ description: 'Where git hosts and EventBridge may ask for a look at once; off: nowhere.' });

const isNotOne = (...places: ReadonlyArray<string | undefined>): boolean =>
  places.filter((place) => place !== undefined).length !== 1;

/** As it stands in a `Host` header before the port, in lower case. */
function parseHostName(text: string): Result<string, string> {
  const host = text.toLowerCase();
  const isName = /^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){0,20}$/.test(host);
  const isAddress = /^\[[0-9a-f:.]{2,45}\]$/.test(host);
  return isName || isAddress
    ? ok(host)
    : err('write a name or address without scheme or port, such as rampart.example.com or [::1]');
}
