// The alerts and the dashboard in deploy/: by promtool, and against what /metrics really has.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CATALOG } from '../../daemon/telemetry/catalog.ts';
import { Metrics } from '../../daemon/telemetry/metrics.ts';
import { onlyWith } from '../support/optional-tool.ts';
import { RULES } from '../support/prometheus.ts';

interface Dashboard {
  readonly panels: ReadonlyArray<{
    readonly id: number;
    readonly title: string;
    readonly description: string;
    readonly targets: ReadonlyArray<{ readonly expr: string }>;
  }>;
  readonly templating: { readonly list: ReadonlyArray<{ readonly query: string }> };
}

const DASHBOARD = path.resolve(import.meta.dirname, '../../deploy/grafana/rampart.json');
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const rules = parse(readFileSync(RULES, 'utf8')) as {
  groups: ReadonlyArray<{ rules: ReadonlyArray<{ expr: string; alert: string }> }>;
};
const alertExpressions = rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr));

const samples = await new Metrics().withProcess().render({
  policies: { problems: 0, held: null, remote: { answeredAtMs: 1, error: null } },
  groups: { counts: new Map(), oldestAttemptMs: Infinity, own: [] },
  leases: null,
  lanes: [],
  resyncs: [],
});

/** Each metric with its kind; a histogram has series of three names. */
const kinds = new Map(
  [...samples.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', kind]) => [name, kind]),
);
const baseOf = (name: string): string => (kinds.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));

onlyWith('promtool', test)('promtool takes the rules, and finds a broken one', () => {
  const check = (input: string) => spawnSync('promtool', ['check', 'rules'], { input, encoding: 'utf8' });
  const text = readFileSync(RULES, 'utf8');
  expect(execFileSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' })).toContain('SUCCESS');
  expect(check(text.replace("'up{job", "'up{{job")).status).not.toBe(0);
});

test('every metric that an alert or a panel names exists, and a rate is taken of counters alone', () => {
  const named = [...expressions, ...alertExpressions, ...dashboard.templating.list.map(({ query }) => query)];
  const names = named.flatMap((text) => text.match(/\brampart_\w+/g) ?? []);
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !kinds.has(baseOf(name)))).toEqual([]);
  for (const text of named) {
    for (const [, name = ''] of text.matchAll(/(?:increase|rate)\((rampart_\w+)/g))
      expect(kinds.get(baseOf(name)), name).toMatch(/counter|histogram/);
  }
});

test('every event that an alert counts is in the catalogue', () => {
  const events = alertExpressions.flatMap((text) =>
    [...text.matchAll(/event="([^"]+)"/g)].map(([, name]) => name),
  );
  expect(events.length).toBeGreaterThan(0);
  expect(events.filter((name) => name === undefined || !Object.hasOwn(CATALOG, name))).toEqual([]);
});

test('the dashboard shows each metric of ours, each panel says what it is for, and none has the id of another', () => {
  const shown = new Set(expressions.flatMap((text) => text.match(/\brampart_\w+/g) ?? []).map(baseOf));
  const ours = [...kinds.keys()].filter((name) => name.startsWith('rampart_'));
  const NOT_DRAWN = [
    'rampart_events_total', // the log has them
    'rampart_group_last_attempt_timestamp_seconds', // the oldest of all is drawn
    'rampart_group_last_success_timestamp_seconds',
    'rampart_resync_needed_calls_per_minute', // resync.late says it
  ];
  expect(ours.filter((name) => !shown.has(name)).sort()).toEqual(NOT_DRAWN);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  for (const { title, description } of dashboard.panels) expect([title, description]).not.toContain('');
});
