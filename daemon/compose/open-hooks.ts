// The doors for hooks, as the config has them, put before a running daemon.
import { groupStanding } from '../schedule/groups/controlled-group.ts';
import { UsageError, type Io } from '../cli/io.ts';
import type { Config } from '../config/config.ts';
import { keyOfConfig, listenAdvice } from '../config/listen.ts';
import type { SecretPlace } from '../config/secret.ts';
import { DoorRecord, type HooksStatus } from '../http/hooks/door-record.ts';
import { EventsDoor } from '../http/hooks/events-door.ts';
import { GitDoor } from '../http/hooks/git-door.ts';
import type { Door, DoorName } from '../http/hooks/hook.ts';
import { hookSecret, type HookSecret, type SecretPorts } from '../http/hooks/hook-secret.ts';
import { startHooks, type ServedDoor } from '../http/hooks/hook-server.ts';
import type { HttpServer } from '../http/listener.ts';
import type { Engine } from '../reconcile/engine.ts';
import type { Daemon } from './daemon.ts';

export interface HookPorts {
  readonly engine: Pick<Engine, 'journal' | 'telemetry' | 'clock'>;
  readonly daemon: Pick<Daemon, 'fetchNow' | 'controller'>;
  readonly io: Pick<Io, 'env' | 'stopSignal'>;
  readonly secrets: SecretPorts['secrets'];
}

export interface HookServer extends HttpServer {
  status(): HooksStatus;
}

/** Null if the config wants no hooks. A UsageError if a secret is not there or the port cannot be taken. */
export async function openHooks(config: Config, ports: HookPorts): Promise<HookServer | null> {
  const { hooks } = config.http;
  if (hooks === 'off') return null;
  const { telemetry, clock } = ports.engine;
  const served = new Map<DoorName, ServedDoor>();
  const serve = (name: DoorName, door: Door | null): void => {
    if (door !== null) served.set(name, { door, record: new DoorRecord(name, telemetry, clock) });
  };
  serve('git', await gitDoor(hooks, ports, config.policies.git?.ref ?? null));
  serve('events', await eventsDoor(hooks, ports, Object.keys(config.accounts)));
  const byPath = new Map([...served].map(([name, each]) => [`/hooks/${name}`, each]));
  const server = await startHooks(hooks, byPath);
  if (!server.ok)
    throw new UsageError(`${server.error}; ${listenAdvice(server.error, keyOfConfig('http.hooks.listen'))}`);
  const statusOf = (name: DoorName) => served.get(name)?.record.status ?? null;
  return { ...server.value, status: () => ({ git: statusOf('git'), events: statusOf('events') }) };
}

type Hooks = Exclude<Config['http']['hooks'], 'off'>;

async function gitDoor({ git }: Hooks, ports: HookPorts, ref: string | null): Promise<Door | null> {
  if (git === undefined) return null;
  const { daemon, io, engine } = ports;
  const { telemetry, clock } = engine;
  const place = { variable: git.secretEnv, file: git.secretFile };
  return new GitDoor({
    settings: git,
    secret: await checkedSecret('http.hooks.git', place, ports),
    ref,
    fetchNow: (hooks) => {
      telemetry.emit('hook.acted', { door: 'git', hooks });
      daemon.fetchNow();
    },
    clock,
    stopping: io.stopSignal,
  });
}

async function eventsDoor(
  { events }: Hooks,
  ports: HookPorts,
  accounts: readonly string[],
): Promise<Door | null> {
  if (events === undefined) return null;
  const { daemon, io, engine } = ports;
  const { telemetry, clock, journal } = engine;
  const place = { variable: events.tokenEnv, file: events.tokenFile };
  return new EventsDoor({
    settings: events,
    secret: await checkedSecret('http.hooks.events', place, ports),
    accounts,
    standingOf: (group) => groupStanding(daemon.controller.recordOf(group)),
    reconcileNow: ({ account, region, id }, hooks) => {
      telemetry.emit('hook.acted', { door: 'events', hooks, account, region, group: id });
      daemon.controller.trigger({ account, region, id });
    },
    journal,
    clock,
    stopping: io.stopSignal,
  });
}

/** One that is not there is told at the start, and not first by a host that is refused. */
async function checkedSecret(key: string, place: SecretPlace, ports: HookPorts): Promise<HookSecret> {
  const secret = hookSecret(key, place, { env: ports.io.env, secrets: ports.secrets });
  const read = await secret();
  if (!read.ok) throw new UsageError(read.error);
  return secret;
}
