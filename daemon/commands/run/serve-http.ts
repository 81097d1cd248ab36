// What the daemon shows at its own port, put together: status, metrics, events, and the request to reconcile now.
import type { Attributor } from '../../attribution/attributor.ts';
import { UsageError } from '../../cli/io.ts';
import { packageVersion } from '../../cli/version.ts';
import type { Daemon } from '../../compose/daemon.ts';
import type { LiveConfig } from '../../compose/live-config.ts';
import type { HookServer } from '../../compose/open-hooks.ts';
import type { Secrets } from '../../compose/secrets.ts';
import type { Config } from '../../config/config.ts';
import { keyOfConfig, listenAdvice } from '../../config/listen.ts';
import type { HttpServer } from '../../http/listener.ts';
import type { EventStreams } from '../../http/local/event-streams.ts';
import { createPages } from '../../http/page/pages.ts';
import { startHttp, type HttpPorts } from '../../http/server.ts';
import type { GroupsView } from '../../http/status.ts';
import type { Journal } from '../../journal/journal.ts';
import { systemClock } from '../../clock.ts';
import type { Lanes } from '../../queue/lanes.ts';
import { groupStatus } from '../../schedule/group-record.ts';
import type { Telemetry } from '../../telemetry/events.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { createRedactor } from '../../telemetry/redact.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import { groupSamples } from './group-samples.ts';

/** The log as JSON lines for those who read `/api/events`; costs nothing while no one does. */
export function streamTelemetry(events: EventStreams, secrets: Secrets): Telemetry {
  const lines = createTelemetry({
    level: 'info',
    format: 'json',
    sink: events,
    redact: createRedactor(secrets.values),
    colors: false,
  });
  return {
    emit: (event, fields) => {
      if (events.hasReaders) lines.emit(event, fields);
    },
  };
}

/** Null if the config wants no HTTP. */
export async function openHttp(config: Config, ports: HttpPorts): Promise<HttpServer | null> {
  if (config.http.listen === null) return null;
  const http = await startHttp(config.http.listen, ports);
  if (http.ok) return http.value;
  throw new UsageError(`${http.error}; ${listenAdvice(http.error, keyOfConfig('http.listen'), ', or off,')}`);
}

/** What the port shows. */
interface Observed {
  readonly daemon: Daemon;
  readonly lanes: Lanes;
  readonly liveConfig: LiveConfig;
  readonly attributor: Attributor | null;
  readonly metrics: Metrics;
  readonly events: EventStreams;
  readonly hooks: HookServer | null;
  readonly journal: Journal;
}

export function httpPorts({
  daemon,
  lanes,
  liveConfig,
  attributor,
  metrics,
  events,
  hooks,
  journal,
}: Observed): HttpPorts {
  const rampart = packageVersion();
  const startedAt = new Date().toISOString();
  const { controller } = daemon;
  const statusOf: GroupsView['statusOf'] = (group) => {
    const record = controller.recordOf(group);
    return record === null ? null : { ...groupStatus(record), attribution: attributor?.of(group) ?? null };
  };
  const view: HttpPorts['view'] = () => ({
    version: 1,
    rampart,
    startedAt,
    ready: daemon.ready,
    config: liveConfig.summary,
    policies: daemon.policies,
    management: daemon.management,
    leases: daemon.leases,
    hooks: hooks?.status() ?? null,
    groups: { counts: controller.tally.counts, listed: () => controller.tally.listed(), statusOf },
    lanes: lanes.status(),
    resyncs: daemon.resyncs,
  });
  return {
    view,
    pages: createPages({
      view,
      record: (group) => controller.recordOf(group),
      desk: journal,
      nowMs: () => systemClock.nowMs(),
    }),
    ready: () => daemon.ready,
    events,
    reconcileNow: (group) => daemon.reconcileNow(group),
    metrics: async () => {
      const { policies, lanes, resyncs, leases } = view();
      const { tally } = controller;
      const groups = groupSamples(tally, liveConfig.settings.metrics.perGroup);
      const text = await metrics.render({ policies, groups, lanes, resyncs, leases });
      return { text, contentType: metrics.contentType };
    },
  };
}
