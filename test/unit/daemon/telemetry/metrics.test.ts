import { beforeEach, describe, expect, it } from 'vitest';
import { hasSeries, Metrics, type MetricsView } from '../../../../daemon/telemetry/metrics.ts';
import { COMMON, EVENT_NAMES, SAMPLE_EVENTS } from '../../../support/sample-events.ts';

const NOTHING: MetricsView = {
  policies: { problems: 0, held: null, remote: null },
  groups: { counts: new Map(), oldestAttemptMs: Infinity, own: [] },
  lanes: [],
  resyncs: [],
  leases: null,
};
const RESYNC = {
  account: 'default',
  region: 'cn-hangzhou',
  tookMs: 600_000,
  operation: 'AuthorizeSecurityGroup',
  neededPerMinute: 620,
};
const GROUP = {
  account: 'default',
  region: 'cn-hangzhou',
  id: 'sg-1',
  outcome: 'converged',
  lastAttemptMs: 1_700_000_000_500,
  lastConvergedMs: 1_700_000_000_000,
  blockedBy: [{ kind: 'brake' }],
};
const LANE = {
  account: 'default',
  region: 'cn-hangzhou',
  operation: 'AuthorizeSecurityGroup',
  waiting: 3,
  mode: 'closed',
  callsPerMinute: 20,
};

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics();
});

/** Series of our own as `name{labels}` to value. */
async function scrape(view = NOTHING): Promise<Record<string, number>> {
  const lines = (await metrics.render(view)).split('\n').filter((line) => line.startsWith('rampart_'));
  return Object.fromEntries(
    lines.map((line) => [line.replace(/ [^ ]+$/, ''), Number(line.split(' ').at(-1))]),
  );
}

describe('counters', () => {
  it('are all there from the start, at zero', async () => {
    const series = await scrape();
    expect(new Set(Object.values(series))).toEqual(new Set([0]));
    for (const event of EVENT_NAMES)
      expect(series).toHaveProperty([`rampart_events_total{event="${event}"}`]);
    expect(series).toHaveProperty([
      'rampart_calls_total{operation="ModifySecurityGroupRule",outcome="throttled"}',
    ]);
    expect(series).toHaveProperty(['rampart_reconciles_total{outcome="blocked"}']);
    expect(series).toHaveProperty(['rampart_differences_total{cause="drift"}']);
  });

  it('count violations by the id of the guardrail', async () => {
    for (let reconcile = 0; reconcile < 2; reconcile += 1) {
      metrics.telemetry.emit('guardrail.violated', {
        guardrail: 'no-ssh',
        severity: 'error',
        reason: 'because',
      });
    }
    const series = await scrape();
    expect(series['rampart_guardrail_violations_total{guardrail="no-ssh",severity="error"}']).toBe(2);
  });

  it('count every event by name, and no event makes a new series but that of its guardrail', async () => {
    const before = Object.keys(await scrape());
    for (const event of EVENT_NAMES) metrics.telemetry.emit(event, SAMPLE_EVENTS[event]);
    const after = await scrape();
    expect(Object.keys(after).filter((name) => !name.startsWith('rampart_guardrail_'))).toEqual(before);
    for (const event of EVENT_NAMES) expect(after[`rampart_events_total{event="${event}"}`]).toBe(1);
  });

  it.each([
    ['call.succeeded', 'succeeded'],
    ['call.retried', 'retried'],
    ['call.throttled', 'throttled'],
    ['call.unknown', 'unknown'],
    ['call.failed', 'failed'],
  ] as const)('count %s as a call that %s, with its duration', async (event, outcome) => {
    metrics.telemetry.emit(event, SAMPLE_EVENTS[event]);
    const series = await scrape();
    expect(series[`rampart_calls_total{operation="${COMMON.operation}",outcome="${outcome}"}`]).toBe(1);
    expect(series[`rampart_call_duration_seconds_sum{operation="${COMMON.operation}"}`]).toBe(0.12);
  });

  it.each([
    ['group.converged', 'converged'],
    ['group.not_converged', 'not_converged'],
    ['group.describe_failed', 'describe_failed'],
    ['plan.blocked', 'blocked'],
  ] as const)('count %s as a look that ended %s', async (event, outcome) => {
    metrics.telemetry.emit(event, SAMPLE_EVENTS[event]);
    const series = await scrape();
    expect(series[`rampart_reconciles_total{outcome="${outcome}"}`]).toBe(1);
    expect(series.rampart_reconcile_duration_seconds_count).toBe(1);
  });

  it('count messages to receivers, and what these were told', async () => {
    const told = SAMPLE_EVENTS['notify.delivered'];
    for (const times of [1, 2, 3]) metrics.telemetry.emit('notify.delivered', { ...told, shown: times });
    const failed = { ...SAMPLE_EVENTS['notify.failed'], type: 'slack' } as const;
    for (const givesUp of [false, true]) metrics.telemetry.emit('notify.failed', { ...failed, givesUp });
    metrics.telemetry.emit('notify.lost', { ...SAMPLE_EVENTS['notify.lost'], events: 7 });
    expect(await scrape()).toMatchObject({
      'rampart_notifications_total{type="slack",outcome="delivered"}': 3,
      'rampart_notifications_total{type="slack",outcome="failed"}': 2,
      'rampart_notifications_given_up_total{type="slack"}': 1,
      'rampart_notifications_given_up_total{type="wecom"}': 0,
      'rampart_notification_events_total{type="slack",outcome="shown"}': 6,
      'rampart_notification_events_total{type="slack",outcome="counted"}': 6,
      'rampart_notification_events_total{type="slack",outcome="lost"}': 7,
      'rampart_notification_events_total{type="wecom",outcome="lost"}': 0,
    });
  });

  it('of two daemons in one process are apart', async () => {
    new Metrics().telemetry.emit('daemon.ready', { groups: 1 });
    expect((await scrape())['rampart_events_total{event="daemon.ready"}']).toBe(0);
  });
});

describe('gauges', () => {
  const group = '{account="default",region="cn-hangzhou",group="sg-1"}';
  const lane = '{account="default",region="cn-hangzhou",operation="AuthorizeSecurityGroup"}';

  it('show what is so at the moment', async () => {
    const series = await scrape({
      policies: { problems: 2, remote: { answeredAtMs: 4000, error: 'gone' }, held: { hash: 'f00' } },
      groups: { counts: new Map([['converged', 1]]), oldestAttemptMs: 4000, own: [GROUP] },
      lanes: [LANE],
      resyncs: [RESYNC],
      leases: { shards: [{ isOurs: true }, { isOurs: false }], ageMs: 1500 },
    });
    expect(series).toMatchObject({
      rampart_policy_problems: 2,
      'rampart_resync_duration_seconds{account="default",region="cn-hangzhou"}': 600,
      [`rampart_resync_needed_calls_per_minute${lane}`]: 620,
      rampart_policies_held: 1,
      'rampart_groups{outcome="converged"}': 1,
      rampart_groups_oldest_attempt_timestamp_seconds: 4,
      rampart_policies_remote_up: 0,
      rampart_policies_remote_last_answer_timestamp_seconds: 4,
      'rampart_group_blocked{account="default",region="cn-hangzhou",group="sg-1",kind="brake"}': 1,
      [`rampart_group_converged${group}`]: 1,
      [`rampart_group_last_attempt_timestamp_seconds${group}`]: 1_700_000_000.5,
      [`rampart_group_last_success_timestamp_seconds${group}`]: 1_700_000_000,
      [`rampart_lane_open${lane}`]: 0,
      [`rampart_lane_calls_per_minute${lane}`]: 20,
      [`rampart_lane_waiting${lane}`]: 3,
      rampart_leases_held: 1,
      rampart_lease_age_seconds: 1.5,
    });
  });

  it.each([
    ['all', ['blocked', 'not-tried', 'converged']],
    ['problems', ['blocked']],
    ['none', []],
  ] as const)('of single groups are shown of %s', (perGroup, shown) => {
    const outcomes = ['blocked', 'not-tried', 'converged'];
    expect(outcomes.filter((outcome) => hasSeries(outcome, perGroup))).toEqual(shown);
  });

  it('count only outcomes that groups have', async () => {
    const counts = new Map([
      ['converged', 2],
      ['blocked', 0],
    ]);
    const series = await scrape({ ...NOTHING, groups: { ...NOTHING.groups, counts } });
    expect(Object.keys(series).filter((name) => name.startsWith('rampart_groups'))).toEqual([
      'rampart_groups{outcome="converged"}',
    ]);
  });

  it('claim no success that never was', async () => {
    const untried = { ...GROUP, outcome: 'not-tried', lastAttemptMs: null, lastConvergedMs: null };
    const series = await scrape({ ...NOTHING, groups: { ...NOTHING.groups, own: [untried] } });
    expect(series[`rampart_group_converged${group}`]).toBe(0);
    expect(Object.keys(series).filter((name) => name.includes('timestamp'))).toEqual([]);
  });

  it('leave nothing behind of a group that is no longer in the policies', async () => {
    await scrape({ ...NOTHING, groups: { ...NOTHING.groups, own: [GROUP] }, lanes: [LANE] });
    expect(Object.keys(await scrape()).filter((name) => name.includes('sg-1'))).toEqual([]);
  });
});

it('also tells of the process, for those who watch its memory', async () => {
  expect(await metrics.withProcess().render(NOTHING)).toContain('process_resident_memory_bytes');
  expect(metrics.contentType).toContain('text/plain');
});
