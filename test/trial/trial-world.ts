// Everything that a trial starts and stops: the emulator, a PostgreSQL, a proxy and a built daemon for each replica; and what
// is known of the replicas by their logs.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { Workspace, type RampartProcess } from '../support/rampart.ts';
import { CallBook } from './call-book.ts';
import { DatabaseProxy } from './database-proxy.ts';
import { groupIds, type StateGroup } from './trial-estate.ts';

export interface TrialOptions {
  readonly replicas: number;
  readonly groups: number;
  readonly shards: number;
  /** Calls a minute, by operation or `default`. */
  readonly rates: Readonly<Record<string, number>>;
  readonly faults: readonly object[];
  /** Lines of `reconcile` in the config. */
  readonly reconcile: string;
}

export const LEASE_SECONDS = 3;
const CLOUD = fileURLToPath(new URL('cloud-process.ts', import.meta.url));

export class TrialWorld {
  readonly options: TrialOptions;
  readonly book: CallBook;
  readonly workspace: Workspace;
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  readonly proxies: readonly DatabaseProxy[];
  /** The last process of each replica. */
  readonly daemons: RampartProcess[] = [];
  /** All that ever ran. */
  readonly processes: RampartProcess[] = [];
  readonly #cloud: ChildProcess;
  readonly #cloudUrl: string;

  static async start(options: TrialOptions): Promise<TrialWorld> {
    const cloud = fork(CLOUD, [String(options.groups)], { execArgv: process.execArgv });
    const [cloudUrl] = (await once(cloud, 'message')) as [string];
    const postgres = await startPostgres();
    const databaseUrl = await postgres.freshDatabase();
    const port = Number(new URL(databaseUrl).port);
    const proxies = await Promise.all(
      Array.from({ length: options.replicas }, () => DatabaseProxy.start(port)),
    );
    const world = new TrialWorld({ options, cloud, cloudUrl, postgres, databaseUrl, proxies });
    await world.setFaults(options.faults);
    return world;
  }

  private constructor(parts: Parts) {
    const { options, cloud, cloudUrl, postgres, databaseUrl, proxies } = parts;
    this.options = options;
    this.#cloud = cloud;
    this.#cloudUrl = cloudUrl;
    this.postgres = postgres;
    this.databaseUrl = databaseUrl;
    this.proxies = proxies;
    this.workspace = new Workspace();
    this.book = new CallBook(() => this.#admin<CallRecord[]>('GET', 'calls'));
    proxies.forEach((proxy, place) => this.workspace.write(configFile(place), this.#config(proxy.port)));
    this.workspace.write('config.yaml', this.#config(port(databaseUrl)));
  }

  get ids(): string[] {
    return groupIds(this.options.groups);
  }

  startReplica(place: number): RampartProcess {
    const daemon = this.workspace.start(['run', '--config', configFile(place)]);
    this.daemons[place] = daemon;
    this.processes.push(daemon);
    return daemon;
  }

  /** Those that run beside the replica of that place. */
  others(place: number): RampartProcess[] {
    return this.daemons.filter((daemon, at) => at !== place && daemon.isRunning);
  }

  async state(): Promise<readonly StateGroup[]> {
    return (await this.#admin<{ readonly securityGroups: readonly StateGroup[] }>('GET', 'state'))
      .securityGroups;
  }

  setFaults(faults: readonly object[]): Promise<unknown> {
    return this.#admin('PUT', 'faults', faults);
  }

  async dispose(): Promise<void> {
    await this.workspace.dispose();
    for (const proxy of this.proxies) proxy.close();
    if (this.#cloud.connected) this.#cloud.disconnect();
    await this.postgres.remove();
  }

  #config(databasePort: number): string {
    const { shards, rates, reconcile } = this.options;
    const url = new URL(this.databaseUrl);
    url.port = String(databasePort);
    const limits = Object.entries(rates).map(([name, rate]) => `  ${name}: {ratePerMinute: ${rate}}`);
    return `policies: {source: directory, path: policies, settleSeconds: 0}
accounts:
  default: {credentials: {type: emulator}, endpoint: "${this.#cloudUrl}"}
reconcile: {mode: enforce, brake: off, ${reconcile}}
limits:
${limits.join('\n')}
http: {listen: "off"}
journal: {url: "${url.href}", shards: ${shards}, leaseSeconds: ${LEASE_SECONDS}}
log: {format: json, level: info}
`;
  }

  async #admin<T>(method: string, name: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#cloudUrl}/_emulator/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${name}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}

interface Parts {
  readonly options: TrialOptions;
  readonly cloud: ChildProcess;
  readonly cloudUrl: string;
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  readonly proxies: readonly DatabaseProxy[];
}

const configFile = (place: number): string => `config-${place + 1}.yaml`;

const port = (url: string): number => Number(new URL(url).port);

/** By its log. */
export function shardsHeldBy({ lines }: RampartProcess): string[] {
  const held = new Set<string>();
  for (const { event, shard } of lines) {
    if (event === 'lease.acquired') held.add(String(shard));
    if (event === 'lease.lost') held.delete(String(shard));
  }
  return [...held];
}
