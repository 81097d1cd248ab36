// `rampart run`: the daemon.
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import type { ConfigSummary } from '../config/summary.ts';
import { JournalError } from '../journal/journal.ts';
import { patientJournal } from '../journal/patient-journal.ts';
import { Daemon } from '../compose/daemon.ts';
import { LiveConfig } from '../compose/live-config.ts';
import { TargetResolver } from '../schedule/selectors.ts';
import type { HttpServer } from '../http/listener.ts';
import { EventStreams } from '../http/local/event-streams.ts';
import { createSystemd } from '../telemetry/systemd.ts';
import { fanOut, type EventFields, type Telemetry } from '../telemetry/events.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { assemble, trailTransportOf, type AssemblyPorts } from '../compose/assemble.ts';
import { openAttribution } from '../compose/attribution.ts';
import { embeddedEmulator } from './embedded-emulator.ts';
import { keepHeapSmall } from './run/small-heap.ts';
import { httpPorts, openHttp, streamTelemetry } from './run/serve-http.ts';
import { invocationOf } from '../cli/invocation.ts';
import type { Notifier } from '../notify/notifier.ts';
import { UsageError, type ExitCode, type Io } from '../cli/io.ts';
import { checkReceivers, createNotifier, NOTIFY_GRACE_MS } from './run/open-notifier.ts';
import { openHooks, type HookServer } from '../compose/open-hooks.ts';
import { journalFailed, openDaemonJournal } from '../compose/open-journal.ts';
import { mirrorBeside, openSource } from '../compose/open-source.ts';
import { RemoteWatch } from '../compose/remote-watch.ts';
import { Secrets } from '../compose/secrets.ts';
import {
  addCommonFlags,
  openDaemonKeeper,
  openTelemetry,
  readConfig,
  type CommonFlags,
} from '../compose/setup.ts';
import { systemClock } from '../clock.ts';
import type { DesiredKeeper } from '../source/desired.ts';
import { PolicyCompiler } from '../source/compile/policy-compiler.ts';
import { WorkerPool } from '../source/compile/worker-pool.ts';
import { packageVersion } from '../cli/version.ts';

/** First wait after a reconcile that failed. */
const RETRY_MS = 2000;

export function addRunCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  addCommonFlags(program.command('run'))
    .description(
      'Run the daemon: enforce the policies, and go on watching. Logs to stdout. SIGHUP reads policies and config again. Exit code: 0 clean stop, 1 start-up error, or journal or log failed.',
    )
    .action((flags: CommonFlags) => runDaemon(flags, io).then(done));
}

async function runDaemon(flags: CommonFlags, io: Io): Promise<ExitCode> {
  const onReload = reloadsFrom(io);
  keepHeapSmall();
  const config = readConfig(flags);
  const secrets = new Secrets();
  const metrics = new Metrics().withProcess();
  const events = new EventStreams();
  const systemd = createSystemd({
    env: io.env,
    pid: process.pid,
    onFailure: (state, err) => telemetry.emit('systemd.notify_failed', { state, err }),
  });
  const invocation = invocationOf(flags.config ?? null, io);
  const notifier = createNotifier({
    ...{ io, secrets, invocation },
    report: { emit: (event, fields) => telemetry.emit(event, fields) },
  });
  const telemetry: Telemetry = fanOut([
    openTelemetry(config, flags, { fd: 1, io, secrets }),
    metrics.telemetry,
    streamTelemetry(events, secrets),
    notifier,
    ...(systemd === null ? [] : [systemd.telemetry]),
  ]);
  const emulator = await embeddedEmulator(config);
  try {
    await checkReceivers(config, { io, secrets });
    notifier.configure(config.notify, NOTIFY_GRACE_MS);
    const parts = {
      telemetry,
      metrics,
      events,
      notifier,
      secrets,
      invocation,
      emulatorUrl: emulator?.url ?? null,
    };
    const emulatorCa = emulator?.ca ?? null;
    const exitCode = await serve(config, { ...parts, emulatorCa }, { ...io, onReload });
    await notifier.close(NOTIFY_GRACE_MS);
    telemetry.emit('daemon.stopped', { exitCode });
    return exitCode;
  } catch (error) {
    await notifier.close(NOTIFY_GRACE_MS);
    // Also for those who only collect the log; the message itself goes to stderr.
    if (error instanceof UsageError) telemetry.emit('daemon.stopped', { exitCode: 1, err: error.message });
    throw error;
  } finally {
    systemd?.close();
    await emulator?.close();
  }
}

/**
 * SIGHUP ends a process that does not ask for it, and one may come while the daemon starts: so it is asked for first of
 * all. What the daemon reads when it is ready is new anyway.
 */
function reloadsFrom(io: Io): Io['onReload'] {
  let reload = (): void => undefined;
  io.onReload(() => reload());
  return (listener) => (reload = listener);
}

interface ServedParts extends Omit<AssemblyPorts, 'journal' | 'env'> {
  readonly metrics: Metrics;
  readonly events: EventStreams;
  readonly notifier: Notifier;
  readonly emulatorCa: string | null;
}

async function serve(config: Config, parts: ServedParts, io: Io): Promise<ExitCode> {
  const liveConfig = new LiveConfig(config, io.cwd, parts.telemetry);
  const wait = { telemetry: parts.telemetry, signal: io.stopSignal };
  const { journal, leases, shares } = await openDaemonJournal(config, wait);
  const patient = patientJournal(journal, systemClock, io.stopSignal);
  const compiler = new PolicyCompiler(new WorkerPool());
  let http: HttpServer | null = null;
  let hooks: HookServer | null = null;
  try {
    const ports = { ...parts, env: io.env };
    const { attributor, telemetry } = openAttribution(config, {
      ...{ telemetry: parts.telemetry, journal: patient, clock: systemClock },
      trailOf: (account) => trailTransportOf(account, { ...ports, endpoint: config.attribution.endpoint }),
    });
    const { engine, lanes } = assemble(config, {
      ...ports,
      telemetry,
      journal,
      shares,
      ownership: leases,
      live: () => liveConfig.settings,
    });
    parts.notifier.seeGroups((group) => engine.heads.known(group));
    const remoteWatch = new RemoteWatch(telemetry, systemClock);
    const keeper = openDaemonKeeper(config, { clock: systemClock, compile: compiler.compile });
    const daemon = new Daemon({
      engine,
      lanes,
      source: openSource(config, {
        io,
        desk: patient,
        folder: mirrorBeside(config, io.cwd),
        onSecret: (secret) => parts.secrets.add(secret),
        onAnswer: (remote) => remoteWatch.note(remote),
      }),
      keeper,
      leases,
      resolver: new TargetResolver(engine, config.reconcile.mode),
      attributor,
      probeMs: config.reconcile.probeSeconds * 1000,
      controller: {
        concurrency: config.reconcile.concurrency,
        retryMs: RETRY_MS,
        random: Math.random,
      },
      onReload: (listener) =>
        io.onReload(() => {
          takeUp(liveConfig, { file: config.file, keeper, notifier: parts.notifier });
          listener();
        }),
      onFirstRead: (revision) => {
        const { emulatorUrl, emulatorCa } = parts;
        const urls = { emulatorUrl, emulatorCa, httpUrl: http?.url ?? null, hooksUrl: hooks?.url ?? null };
        telemetry.emit('daemon.started', { ...startedFields(liveConfig.summary, urls), revision });
      },
      stopSignal: io.stopSignal,
    });
    hooks = await openHooks(config, { engine, daemon, io, secrets: parts.secrets });
    const seen = { ...parts, daemon, lanes, liveConfig, attributor, hooks, journal };
    http = await openHttp(config, httpPorts(seen));
    await daemon.run();
    return 0;
  } catch (error) {
    throw error instanceof JournalError ? journalFailed(config, error) : error;
  } finally {
    await Promise.all([http?.close(), hooks?.close(), compiler.close()]);
    await Promise.all([journal.close(), shares.store.close()]);
  }
}

interface Reconfigured {
  readonly file: string;
  readonly keeper: DesiredKeeper;
  readonly notifier: Notifier;
}

/** What is not asked of the live settings at each use is told of their change. */
function takeUp(liveConfig: LiveConfig, { file, keeper, notifier }: Reconfigured): void {
  const changed = liveConfig.take(loadConfig(file));
  const { guardrails, notify } = liveConfig.settings;
  if (changed.includes('guardrails')) keeper.reconfigure({ guardrails });
  if (changed.includes('notify')) notifier.configure(notify, NOTIFY_GRACE_MS);
}

interface Urls {
  readonly emulatorUrl: string | null;
  readonly emulatorCa: string | null;
  readonly httpUrl: string | null;
  readonly hooksUrl: string | null;
}

function startedFields(
  { file, mode, brake, accounts, policies, journal }: ConfigSummary,
  { emulatorUrl, emulatorCa, httpUrl, hooksUrl }: Urls,
): EventFields<'daemon.started'> {
  return {
    version: packageVersion(),
    pid: process.pid,
    nodeVersion: process.version,
    config: file,
    mode,
    brake,
    accounts: accounts.map(({ name, endpoint }) => `${name} at ${endpoint}`),
    policies: `${policies.source} ${policies.path}`,
    journal,
    ...(emulatorUrl === null ? {} : { emulatorUrl }),
    ...(emulatorCa === null ? {} : { emulatorCa }),
    ...(httpUrl === null ? {} : { httpUrl }),
    ...(hooksUrl === null ? {} : { hooksUrl }),
  };
}
