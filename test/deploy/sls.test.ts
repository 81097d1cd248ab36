// deploy/sls and the queries for SLS in docs/queries.md: there is no SLS here to ask, so fields, types, event names and what an alert
// means are held against the schema of the log and the alerts of Prometheus.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RULES } from '../support/prometheus.ts';

interface EventSchema {
  readonly properties?: Readonly<
    Record<string, { readonly type?: string; readonly enum?: readonly string[] }>
  >;
  readonly anyOf?: readonly EventSchema[];
}

interface SlsAlert {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly schedule: { readonly type: string; readonly interval: string };
  readonly configuration: {
    readonly threshold: number;
    readonly queryList: ReadonlyArray<{ readonly query: string; readonly start: string }>;
    readonly severityConfigurations: ReadonlyArray<{
      readonly severity: number;
      readonly evalCondition: { readonly condition: string };
    }>;
    readonly annotations: ReadonlyArray<{ readonly key: string; readonly value: string }>;
  };
}

interface PrometheusAlert {
  readonly alert: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly runbook: string };
}

const read = (file: string): string => readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');
const events = (JSON.parse(read('docs/log-schema.json')) as { $defs: Readonly<Record<string, EventSchema>> })
  .$defs;
const index = (
  JSON.parse(read('deploy/sls/index.json')) as {
    keys: Readonly<Record<string, { type: string; doc_value: boolean }>>;
  }
).keys;
const alerts = JSON.parse(read('deploy/sls/alerts.json')) as readonly SlsAlert[];
const prometheus = (
  parse(read(path.relative(process.cwd(), RULES))) as {
    groups: ReadonlyArray<{ rules: readonly PrometheusAlert[] }>;
  }
).groups.flatMap(({ rules }) => rules);

const documented = [...read('docs/queries.md').matchAll(/```sql\n([^]*?)```/g)].map(([, query = '']) =>
  query.trim(),
);
const queries = [
  ...documented,
  ...alerts.flatMap(({ configuration }) => configuration.queryList.map(({ query }) => query)),
];

/** The types of each field of the log. */
const types = new Map<string, Set<string | undefined>>();
for (const schema of Object.values(events).flatMap((event) => event.anyOf ?? [event])) {
  for (const [field, { type }] of Object.entries(schema.properties ?? {}))
    types.set(field, (types.get(field) ?? new Set()).add(type));
}

/** Names of SQL and of SLS that stand in the queries beside fields. */
const SQL = new Set(
  'select from log where group by order limit having in as and or count distinct sum max_by coalesce date_trunc __time__'.split(
    ' ',
  ),
);

/** What a query names that is neither a text nor one of its own columns. */
function fieldsOf(query: string): string[] {
  const bare = query.replace(/'[^']*'/g, "''").replace(/: ?[\w.*-]+/g, ':');
  const columns = new Set([...bare.matchAll(/\bAS (\w+)/gi)].map(([, name = '']) => name));
  return [...new Set(bare.replaceAll('"', ' ').match(/[A-Za-z_]\w*/g) ?? [])].filter(
    (word) =>
      (word === 'group' ? /"group"|\bgroup:/.test(bare) : !SQL.has(word.toLowerCase())) && !columns.has(word),
  );
}

/** Names of events, also such as `group.*`. */
const eventsOf = (query: string): string[] =>
  [...query.matchAll(/event: ?([\w.*]+)|'([a-z]+\.[a-z_]+)'/g)].map(
    ([, searched, quoted]) => searched ?? quoted ?? '',
  );

const isEvent = (name: string): boolean =>
  name.endsWith('*')
    ? Object.keys(events).some((each) => each.startsWith(name.slice(0, -1)))
    : name in events;

it('the index has fields of the log alone, each as what it is, and for statistics', () => {
  for (const [field, { type, doc_value: hasStatistics }] of Object.entries(index)) {
    const known = types.get(field) ?? new Set(['no field of the log']);
    const isNumber = [...known].every((each) => each === 'number' || each === 'integer');
    expect([field, type, hasStatistics]).toEqual([field, isNumber ? 'long' : 'text', true]);
    expect([field, [...known]]).not.toEqual([field, ['no field of the log']]);
  }
});

describe('queries', () => {
  it.each(queries)('name fields of the index and events of the log alone: %s', (query) => {
    expect(fieldsOf(query)).not.toEqual([]);
    expect(fieldsOf(query).filter((field) => !(field in index))).toEqual([]);
    expect(eventsOf(query)).not.toEqual([]);
    expect(eventsOf(query).filter((name) => !isEvent(name))).toEqual([]);
  });

  it('with an unknown field or event are seen', () => {
    expect(fieldsOf(`event: call.failed | SELECT grup FROM log`)).toEqual(['event', 'grup']);
    expect(
      eventsOf(`event: call.fail | SELECT 1 FROM log WHERE event = 'plan.block'`).filter(isEvent),
    ).toEqual([]);
  });
});

describe('alerts', () => {
  const SEVERITIES: Readonly<Record<string, number>> = { critical: 10, warning: 6, info: 2 };
  const minutes = (text: string): number =>
    Number(/^-?(\d+)[mh]$/.exec(text)?.[1]) * (text.endsWith('h') ? 60 : 1);

  it('are those of Prometheus, as severe, as patient, with the same block of the runbook', () => {
    const told = alerts.map(
      ({ displayName, schedule, configuration: { annotations, severityConfigurations, threshold } }) => ({
        alert: displayName,
        severity: severityConfigurations.map(({ severity }) => severity),
        runbook: annotations.find(({ key }) => key === 'runbook')?.value,
        checks: threshold * minutes(schedule.interval),
      }),
    );
    expect(told).toEqual(
      prometheus.map(({ alert, labels, annotations: { runbook }, for: patience }) => ({
        alert,
        severity: [SEVERITIES[labels.severity]],
        runbook,
        // At once is at the next check; of the daemon that is down the query waits by itself.
        checks: Math.max(5, minutes(patience)),
      })),
    );
  });

  it.each(alerts)('$displayName has a condition on a column of its query', ({ configuration }) => {
    const [query = { query: '' }] = configuration.queryList;
    for (const { evalCondition } of configuration.severityConfigurations) {
      const [, column = ''] = /^(\w+) (?:>|==) \d+$/.exec(evalCondition.condition) ?? [];
      expect(query.query).toContain(` AS ${column} `);
    }
    for (const { key, value } of configuration.annotations)
      for (const [, column = ''] of value.matchAll(/\$\{(\w+)\}/g))
        expect([key, query.query.includes(` AS ${column} `)]).toEqual([key, true]);
  });
});
