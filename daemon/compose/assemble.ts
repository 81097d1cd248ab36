// From a config to an engine: one client an account, all of them behind the same lanes.
import { randomInt, randomUUID } from 'node:crypto';
import { OPERATIONS } from '../../reconciler/model/operation.ts';
import type { Invocation } from '../../reconciler/plan/safety.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { AccountConfig } from '../config/accounts/accounts-schema.ts';
import { UsageError } from '../cli/io.ts';
import { isLoopbackHost } from '../config/accounts/endpoint.ts';
import { environmentProblems } from '../config/accounts/environment.ts';
import type { Config } from '../config/config.ts';
import { DemandsInForce } from '../reconcile/safety/demands.ts';
import { liveSettings, type LiveSettings } from '../config/live-settings.ts';
import type { EcsApi } from '../ecs/api.ts';
import type { Pacer } from '../ecs/ask.ts';
import { createEcsClient } from '../ecs/client.ts';
import { headAgesOf, headsByAccount } from '../ecs/heads/heads-by-account.ts';
import { createCredentialsSource } from '../ecs/credentials/credentials.ts';
import { PopTransport, type PopTransportOptions } from '../ecs/transport/pop-transport.ts';
import type { Transport } from '../ecs/transport/transport.ts';
import type { Journal } from '../journal/journal.ts';
import { soleOwner, type ShardOwnership } from '../journal/ownership.ts';
import {
  readWithRetries,
  RETRIES,
  RETRIES_OF_LISTS,
  writeWithRetries,
  type CallPorts,
} from '../queue/attempt.ts';
import { createLanes, type Lanes } from '../queue/lanes.ts';
import type { OneShotPatience } from '../queue/one-shot-patience.ts';
import { PlanningTurns, type NextTurn } from '../queue/planning-turns.ts';
import { LaneClosed } from '../queue/turn.ts';
import type { Engine } from '../reconcile/engine.ts';
import { KnownLists } from '../learned/list-sizes.ts';
import type { SharePorts } from '../shares/share-store.ts';
import type { Telemetry } from '../telemetry/events.ts';
import type { Secrets } from './secrets.ts';

/** Longest wait for a connection, and then for the whole answer of one call. */
export const CALL_TIMEOUT_MS = 10_000;
/** Of one account: two lanes of reads in full trouble, and those of writes. */
const MAX_SOCKETS = 640;
/** Of one lane. */
const CALLS_UNDER_WAY = { least: 8, most: 64, forFixes: 4, mostInAll: 256 };
const MAX_WAITING_PER_LANE = 20_000;

export interface AssemblyPorts {
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  /** Absent: this process has every group for itself. */
  readonly ownership?: ShardOwnership;
  readonly secrets: Secrets;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the accounts with endpoint `embedded` are; null if there are none. */
  readonly emulatorUrl: string | null;
  /** Absent: those of the config, for good. */
  readonly live?: () => LiveSettings;
  readonly invocation: Invocation;
  /** Of a command that ends by itself; absent: reads are tried for as long as they may succeed. */
  readonly patience?: OneShotPatience;
  /** Absent or null: no other process makes calls in these lanes. */
  readonly shares?: SharePorts | null;
}

export interface Assembly {
  readonly engine: Engine;
  readonly lanes: Lanes;
}

/** What an engine stands on. The simulation brings its own of each, and the emulator for a network. */
export interface EnginePorts {
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  /** Absent: this process has every group for itself. */
  readonly ownership?: ShardOwnership;
  readonly clock: Clock;
  /** From 0 up to 1; for the jitter of waits. */
  readonly random: () => number;
  readonly newReconcileId: () => string;
  readonly nextTurn: NextTurn;
  readonly transportOf: (account: AccountConfig) => Transport;
  /** Absent: those of the config, for good. */
  readonly live?: () => LiveSettings;
  readonly invocation: Invocation;
  readonly patience?: OneShotPatience;
  /** Absent or null: no other process makes calls in these lanes. */
  readonly shares?: SharePorts | null;
}

/** Every command that calls the cloud comes by here. A UsageError where the environment would undo what the config says. */
export function assemble(config: Config, ports: AssemblyPorts): Assembly {
  const problems = environmentProblems(config, ports.env);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return assembleEngine(config, {
    ...ports,
    clock: systemClock,
    random: Math.random,
    newReconcileId: () => randomUUID().slice(0, 8),
    nextTurn: setImmediate,
    transportOf: (account) => popTransportOf(account, ports),
  });
}

export function assembleEngine(config: Config, ports: EnginePorts): Assembly {
  const { telemetry, journal, clock, random, newReconcileId } = ports;
  const ownership = ports.ownership ?? soleOwner({ owner: 'sole', epoch: 1 });
  const lanes = createLanes({
    limits: config.limits,
    clock,
    telemetry,
    underWay: CALLS_UNDER_WAY,
    maxWaiting: MAX_WAITING_PER_LANE,
    shares: ports.shares ?? null,
  });
  const calls: CallPorts = { lanes, clock, telemetry, random, retries: RETRIES };
  const { reconcile } = config;
  const resyncMs = reconcile.resyncSeconds * 1000;
  const pacer = ports.patience?.over(readPacer(calls)) ?? readPacer(calls);
  const clients = Object.fromEntries(
    Object.entries(config.accounts).map(([name, account]) => [
      name,
      createEcsClient({
        transport: ports.transportOf(account),
        pacer,
        apiLevel: account.apiLevel,
        clock,
        headAges: headAgesOf(reconcile),
        mayWrite: (group) => ownership.mayWrite(group),
      }),
    ]),
  );
  const ecs = byAccount(clients);
  const turns = new PlanningTurns(ports.nextTurn, clock);
  return {
    lanes,
    engine: {
      ecs,
      heads: headsByAccount(clients),
      reserve: reserveOn(calls, ecs),
      journal,
      ownership,
      telemetry,
      clock,
      planOptions: reconcile,
      live: ports.live ?? (() => liveSettings(config)),
      demands: new DemandsInForce(config.privateNetworks),
      invocation: ports.invocation,
      lists: new KnownLists(ecs, clock, resyncMs),
      patience: { settleMs: reconcile.settleSeconds * 1000, lagMs: reconcile.lagSeconds * 1000 },
      resyncMs,
      planningTurn: (urgency, signal) => turns.take(urgency, signal),
      beforePlans: (work) => turns.yieldTo(work),
      newReconcileId,
    },
  };
}

function reserveOn(calls: CallPorts, ecs: EcsApi): Engine['reserve'] {
  return async (place, wanted, { urgency, signal }) => {
    try {
      const reservation = await calls.lanes.reserve(place, wanted, { urgency, signal });
      return {
        write: (request, { rules, change, ...about }, abort) =>
          writeWithRetries(calls, (attempt) => ecs.write(attempt), request, {
            about,
            rules,
            change,
            urgency,
            signal: abort,
            reservation,
          }),
        release: () => reservation.release(),
      };
    } catch (error) {
      if (error instanceof LaneClosed) return null;
      throw error;
    }
  };
}

export const randomByte = (): number => randomInt(256);

/**
 * Reads are retried call by call, so that a page that fails does not cost the pages before it. Writes go through
 * `writeWithRetries`, which knows their token and their place in the plan.
 */
function readPacer(calls: CallPorts): Pacer {
  const forLists = { ...calls, retries: RETRIES_OF_LISTS };
  return (operation, at, run) => {
    const row = OPERATIONS[operation];
    if (row.effect === 'writes') return run();
    const about = { account: at.account, region: at.region };
    return readWithRetries(row.subject === 'lists' ? forLists : calls, at, operation, {
      about,
      read: run,
      urgency: at.urgency ?? 'routine',
      signal: at.signal ?? null,
      ...(at.onStalled === undefined ? {} : { onStalled: at.onStalled }),
    });
  };
}

/** The vendor's client, and the credentials of the account. */
export function popTransportOf(account: AccountConfig, ports: TransportPorts): PopTransport {
  return popTransport(account, ports, { service: 'ecs', endpoint: endpointOf(account, ports.emulatorUrl) });
}

/** The same for ActionTrail; the emulator is both services at one address. */
export function trailTransportOf(
  account: AccountConfig,
  ports: TransportPorts & { readonly endpoint: string | null },
): PopTransport {
  const isEmulated = account.credentials.type === 'emulator';
  const endpoint = isEmulated ? endpointOf(account, ports.emulatorUrl) : ports.endpoint;
  return popTransport(account, ports, { service: 'actiontrail', endpoint });
}

/**
 * The same for Quota Center; null where the account has an endpoint of this machine that is no emulator of ours: its keys are not
 * the vendor's to see.
 */
export function quotaTransportOf(account: AccountConfig, ports: TransportPorts): PopTransport | null {
  const endpoint = endpointOf(account, ports.emulatorUrl);
  const isEmulated = account.credentials.type === 'emulator';
  if (!isEmulated && endpoint !== null && isLoopbackHost(new URL(endpoint).hostname)) return null;
  return popTransport(account, ports, { service: 'quotas', endpoint: isEmulated ? endpoint : null });
}

export type TransportPorts = Pick<AssemblyPorts, 'secrets' | 'env' | 'emulatorUrl'>;

function popTransport(
  account: AccountConfig,
  ports: TransportPorts,
  target: Pick<PopTransportOptions, 'service' | 'endpoint'>,
): PopTransport {
  return new PopTransport({
    ...target,
    credentials: ports.secrets.watching(createCredentialsSource(account.credentials, ports.env)),
    allowPlainHttp: false,
    timeoutMs: CALL_TIMEOUT_MS,
    maxSockets: MAX_SOCKETS,
  });
}

/** Null: the vendor's of each region. */
export function endpointOf({ endpoint }: AccountConfig, emulatorUrl: string | null): string | null {
  switch (endpoint.kind) {
    case 'regional':
      return null;
    case 'fixed':
      return endpoint.origin;
    case 'embedded':
      if (emulatorUrl === null) throw new Error('an account is embedded but no emulator runs');
      return emulatorUrl;
  }
}

function byAccount(clients: Readonly<Record<string, EcsApi>>): EcsApi {
  const of = (account: string): EcsApi => {
    const client = clients[account];
    if (client === undefined) throw new Error(`account ${account} is not in the config`);
    return client;
  };
  return {
    describeGroup: (group, options) => of(group.account).describeGroup(group, options),
    sameness: (group) => of(group.account).sameness(group),
    listGroups: (at, maxAgeMs) => of(at.account).listGroups(at, maxAgeMs),
    existingGroups: (place, ids) => of(place.account).existingGroups(place, ids),
    listSizes: (place, kind, ids) => of(place.account).listSizes(place, kind, ids),
    prefixListEntries: (place, id) => of(place.account).prefixListEntries(place, id),
    portListEntries: (place, id) => of(place.account).portListEntries(place, id),
    write: (request) => of(request.account).write(request),
  };
}
