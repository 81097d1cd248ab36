// Whether status and metrics are true, at a moment when all is at rest: they agree with each other, with what the process
// logged and sent, and with the cloud.
import type { GroupStatus } from '../../../daemon/schedule/group-record.ts';
import type { OwnAccount } from '../life/own-account.ts';
import type { EndWorld } from '../settled.ts';
import { differencesOf } from '../settled.ts';

const OUTCOME_OF_CALL: Readonly<Record<string, string>> = {
  'call.succeeded': 'succeeded',
  'call.retried': 'retried',
  'call.throttled': 'throttled',
  'call.unknown': 'unknown',
  'call.failed': 'failed',
};
const OUTCOME_OF_RECONCILE: Readonly<Record<string, string>> = {
  'group.converged': 'converged',
  'group.not_converged': 'not_converged',
  'group.describe_failed': 'describe_failed',
  'plan.blocked': 'blocked',
};

/** What it says that is not so. `losesCalls`: whether a call that a lane has started may come to nothing before it is sent. */
export function untruthsIn(account: OwnAccount, world: EndWorld, losesCalls: boolean): string[] {
  return [
    ...ofGroups(account, world),
    ...ofCounters(account),
    ...(losesCalls ? [] : ofLanes(account)),
    ...ofAnswers(account),
  ];
}

/** Groups that no process looks after, or one that no policy names. */
export function wrongNames(accounts: readonly OwnAccount[], world: EndWorld): string[] {
  const named = new Set(
    [...world.version.files.values()].flatMap((file) =>
      file.kind === 'good' ? file.groups.map(({ group }) => group.id) : [],
    ),
  );
  const told = new Set(accounts.flatMap(({ groups }) => groups.map(({ id }) => id)));
  return [
    ...[...named].filter((id) => !told.has(id)).map((id) => `the status lacks ${id}`),
    ...[...told].filter((id) => !named.has(id)).map((id) => `the status has ${id}, which no policy names`),
  ];
}

function ofGroups({ groups, counts, problems, samples }: OwnAccount, world: EndWorld): string[] {
  const standing = countsBy(groups.map(({ outcome }) => outcome));
  const files = [...world.version.files.values()];
  return [
    ...differing('status', positive(counts), standing),
    ...differing('rampart_groups', byLabel(samples, 'rampart_groups', 'outcome'), standing),
    ...differing(
      'rampart_group_converged',
      byLabel(samples, 'rampart_group_converged', 'group'),
      new Map(groups.map(({ id, outcome }) => [id, outcome === 'converged' ? 1 : 0])),
    ),
    ...same('rampart_policy_problems', samples.get('rampart_policy_problems'), problems),
    ...same(
      'problems',
      problems > 0,
      files.some(({ kind }) => kind === 'broken'),
    ),
    ...groups.flatMap((group) => (isAsWanted(group) ? wrongIn(group.id, world) : [])),
  ];
}

/** While a group is looked at, the outcome told is that of the look before. */
const isAsWanted = ({ outcome, nextAttemptMs }: GroupStatus): boolean =>
  outcome === 'converged' && nextAttemptMs !== null;

const wrongIn = (id: string, world: EndWorld): string[] =>
  differencesOf(id, world).map((text) => `${id} is called converged: ${text}`);

function ofCounters({ samples, seen }: OwnAccount): string[] {
  const events = byLabel(samples, 'rampart_events_total', 'event');
  const causes = byLabel(samples, 'rampart_differences_total', 'cause');
  const reconciles = byLabel(samples, 'rampart_reconciles_total', 'outcome');
  const calls = new Map(
    [...samples].flatMap(([name, value]) => {
      const [, operation, outcome] =
        /^rampart_calls_total\{operation="(\w+)",outcome="(\w+)"\}$/.exec(name) ?? [];
      return value > 0 && operation !== undefined ? [[`${operation} ${outcome}`, value] as const] : [];
    }),
  );
  return [
    ...differing('rampart_events_total', positive(events), seen.events),
    ...differing('rampart_differences_total', positive(causes), seen.causes),
    ...differing(
      'rampart_reconciles_total',
      positive(reconciles),
      renamed(seen.events, (event) => OUTCOME_OF_RECONCILE[event]),
    ),
    ...differing(
      'rampart_calls_total',
      calls,
      renamed(seen.calls, (key) => {
        const [operation, event = ''] = key.split(' ');
        return OUTCOME_OF_CALL[event] === undefined ? undefined : `${operation} ${OUTCOME_OF_CALL[event]}`;
      }),
    ),
  ];
}

/** What a lane says that it has started was sent. */
const ofLanes = ({ lanes, seen }: OwnAccount): string[] =>
  differing(
    'the lane of',
    positive(new Map(lanes.map(({ operation, started }) => [operation, started]))),
    seen.sent,
  );

/** Each answer to a call that changes something led to one event. */
const ofAnswers = ({ seen }: OwnAccount): string[] =>
  [...seen.answers].flatMap(([operation, answers]) => {
    const told = Object.keys(OUTCOME_OF_CALL).reduce(
      (sum, event) => sum + (seen.calls.get(`${operation} ${event}`) ?? 0),
      0,
    );
    return same(`attempts of ${operation} in the log`, told, answers);
  });

function differing(
  what: string,
  told: ReadonlyMap<string, number>,
  is: ReadonlyMap<string, number>,
): string[] {
  const names = new Set([...told.keys(), ...is.keys()]);
  return [...names].flatMap((name) => same(`${what} ${name}`, told.get(name) ?? 0, is.get(name) ?? 0));
}

const same = <T>(what: string, told: T, is: T): string[] =>
  told === is ? [] : [`${what}: ${String(told)} is told, ${String(is)} is so`];

const positive = (counts: ReadonlyMap<string, number>): Map<string, number> =>
  new Map([...counts].filter(([, value]) => value > 0));

function countsBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What has no name is left out. */
const renamed = (
  counts: ReadonlyMap<string, number>,
  nameOf: (key: string) => string | undefined,
): Map<string, number> =>
  new Map(
    [...counts].flatMap(([key, value]) => {
      const name = nameOf(key);
      return name === undefined ? [] : [[name, value]];
    }),
  );

/** Of all series of a metric, by the value of one label. */
const byLabel = (samples: ReadonlyMap<string, number>, metric: string, label: string): Map<string, number> =>
  new Map(
    [...samples].flatMap(([name, value]) => {
      const text = name.startsWith(`${metric}{`)
        ? new RegExp(`[{,]${label}="([^"]*)"`).exec(name)?.[1]
        : undefined;
      return text === undefined ? [] : [[text, value]];
    }),
  );
