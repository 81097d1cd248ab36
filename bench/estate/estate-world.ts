// Everything that a run of the estate's bench starts and stops: the cloud, the built daemon and what asks for its
// health, each a process of its own; and the folder with policies, config and journal.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallRecord } from '../../emulator/admin/call-log.ts';
import { freePort } from '../../test/support/free-port.ts';
import { MAIN, RampartProcess } from '../../test/support/rampart.ts';
import { estateFile, estateFileName, writeEstate } from '../policy-estate.ts';
import { estateShape } from './estate-state.ts';

/** Of every call, as a network would have it; a call is noted when it takes effect, which is that much later. */
export const LATENCY_MS = 20;
const SLOW = { action: '*', kind: 'slow', delayMs: LATENCY_MS };

/** What the daemon's process tells of itself since it was asked last. */
export interface Strain {
  readonly blockMs: number;
  /** Most that one turn of its event loop took of a processor; NaN: the system does not tell. */
  readonly blockCpuMs: number;
  readonly peakBytes: number;
  readonly cpuMs: number;
  /** Worst wait for `/healthz`. */
  readonly healthMs: number;
}

export interface EstateOptions {
  readonly groups: number;
  /** Reads a minute. */
  readonly ratePerMinute: number;
  /** How often every group is looked at. Without it that is so when asked or on an edit: what else reads would be counted too. */
  readonly resyncSeconds?: number;
}

/** Longer than a bench runs. */
const NEVER_SECONDS = 86_400;

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export class EstateWorld {
  readonly daemon: RampartProcess;
  readonly cloudUrl: string;
  readonly #folder: string;
  readonly #groups: number;
  readonly #children: readonly ChildProcess[];
  readonly #daemonChild: ChildProcess;
  readonly #health: ChildProcess;

  static async start(options: EstateOptions): Promise<EstateWorld> {
    const { groups } = options;
    const folder = mkdtempSync(path.join(tmpdir(), 'rampart-bench-'));
    writeEstate(path.join(folder, 'policies'), estateShape(groups));
    const cloud = fork(script('cloud-process.ts'), [String(groups)], { execArgv: process.execArgv });
    const [cloudUrl] = (await once(cloud, 'message')) as [string];
    const httpUrl = `http://127.0.0.1:${await freePort()}`;
    writeFileSync(path.join(folder, 'config.yaml'), configText({ ...options, cloudUrl, httpUrl }));
    await admin(cloudUrl, 'PUT', 'faults', [SLOW]);
    return new EstateWorld({ folder, groups, cloud, cloudUrl, httpUrl });
  }

  private constructor({ folder, groups, cloud, cloudUrl, httpUrl }: Parts) {
    this.#folder = folder;
    this.#groups = groups;
    this.cloudUrl = cloudUrl;
    this.#health = fork(script('health-process.ts'), [httpUrl], { execArgv: process.execArgv });
    const { PATH = '', HOME = '' } = process.env;
    this.#daemonChild = spawn(process.execPath, ['--import', script('loop-probe.js'), MAIN, 'run'], {
      cwd: folder,
      env: { PATH, HOME },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.daemon = new RampartProcess(this.#daemonChild);
    this.#children = [cloud, this.#health];
  }

  calls(): Promise<CallRecord[]> {
    return admin(this.cloudUrl, 'GET', 'calls');
  }

  clearCalls(): Promise<unknown> {
    return admin(this.cloudUrl, 'DELETE', 'calls');
  }

  /** So many reads of rules that come next are never answered. */
  hangReads(count: number): Promise<unknown> {
    const hang = { action: 'DescribeSecurityGroupAttribute', kind: 'hang', count };
    return admin(this.cloudUrl, 'PUT', 'faults', [hang, SLOW]);
  }

  /** Saves the file of a group with its first rule changed; `edit` says how. Answers when, on the wall clock. */
  edit(group: number, edit: number): number {
    return this.write(estateFileName(group), estateFile(estateShape(this.#groups), group, edit));
  }

  write(file: string, text: string): number {
    const savedAtMs = Date.now();
    writeFileSync(path.join(this.#folder, 'policies', file), text);
    return savedAtMs;
  }

  /** Has the daemon look at every group. */
  reload(): void {
    this.daemon.kill('SIGHUP');
  }

  /** From now on the daemon is not asked how it does, which costs it more than its looks do; there is no `strain` any more. */
  leaveAlone(): void {
    this.#daemonChild.send('stop');
    this.#health.disconnect();
  }

  async strain(): Promise<Strain> {
    const answers = [this.#daemonChild, this.#health].map(async (child) => {
      const answer = once(child, 'message');
      child.send('tell');
      const [message] = (await answer) as [unknown];
      return message;
    });
    const [own, healthMs] = (await Promise.all(answers)) as [Omit<Strain, 'healthMs'>, number];
    return { ...own, healthMs };
  }

  async stop(): Promise<void> {
    this.daemon.kill('SIGKILL');
    await this.daemon.finished;
    for (const child of this.#children) if (child.connected) child.disconnect();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly folder: string;
  readonly groups: number;
  readonly cloud: ChildProcess;
  readonly cloudUrl: string;
  readonly httpUrl: string;
}

async function admin<T>(url: string, method: string, name: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}/_emulator/${name}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${name}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

function configText(
  options: EstateOptions & { readonly cloudUrl: string; readonly httpUrl: string },
): string {
  const { cloudUrl, httpUrl, groups, ratePerMinute, resyncSeconds = NEVER_SECONDS } = options;
  return `policies: {path: policies, settleSeconds: 0, limits: {files: ${groups + 100}, bytes: ${1_000_000 + groups * 20_000}}}
accounts:
  default: {credentials: {type: emulator}, endpoint: "${cloudUrl}"}
reconcile: {mode: enforce, brake: off, resyncSeconds: ${resyncSeconds}, probeSeconds: 0}
limits:
  default: {ratePerMinute: 60}
  DescribeSecurityGroups: {ratePerMinute: 300}
  DescribeSecurityGroupAttribute: {ratePerMinute: ${ratePerMinute}}
http: {listen: "${new URL(httpUrl).host}"}
journal: {url: .rampart/journal.db}
log: {format: json, level: info}
`;
}
