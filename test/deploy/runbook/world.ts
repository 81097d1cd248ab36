// A daemon with its metrics, for the faults of docs/runbook.md.
import { ChatReceiver } from '../../support/chat-receiver.ts';
import { startTestEmulator, type TestEmulator } from '../../support/emulator.ts';
import { configFor, policyFor, wireGroup } from '../../support/estate.ts';
import { readSamples, type Samples } from '../../support/prometheus.ts';
import { Workspace, type RampartProcess } from '../../support/rampart.ts';

export const GROUPS = ['sg-web', 'sg-db'] as const;

const HTTPS = 'protocol: tcp, ports: 443, from: 10.0.0.0/8';
export const SSH = 'protocol: tcp, ports: 22, from: 10.1.0.0/16';
export const OPEN_SSH = 'protocol: tcp, ports: 22, from: anywhere';

export interface WorldOptions {
  /** Keys of `reconcile`, in flow style. */
  readonly reconcile?: string;
  /** `http.hooks`, in flow style. */
  readonly hooks?: string;
  /** Further sections of the config. */
  readonly sections?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether someone is told of what happens. */
  readonly isNotifying?: boolean;
}

const NOTIFY = 'notify: [{type: webhook, urlEnv: RECEIVER_URL, secretEnv: RECEIVER_SECRET}]\n';

export class World {
  readonly workspace: Workspace;
  readonly emulator: TestEmulator;
  /** Of a world that is not notifying: no one calls it. */
  readonly receiver: ChatReceiver;
  readonly #env: Readonly<Record<string, string>>;
  daemon: RampartProcess;
  httpUrl = '';
  hooksUrl = '';

  private constructor(
    { workspace, emulator, receiver }: Pick<World, 'workspace' | 'emulator' | 'receiver'>,
    env: Readonly<Record<string, string>>,
  ) {
    this.workspace = workspace;
    this.emulator = emulator;
    this.receiver = receiver;
    this.#env = { ...env, RECEIVER_URL: receiver.url, RECEIVER_SECRET: receiver.secret };
    this.daemon = workspace.start(['run'], this.#env);
  }

  /** A daemon that is ready, and whose groups have a rule each. */
  static async open(options: WorldOptions) {
    const { reconcile = 'brake: off', hooks = 'off', sections = '', env = {}, isNotifying = false } = options;
    const receiver = await ChatReceiver.start('webhook');
    const emulator = await startTestEmulator({
      state: { securityGroups: GROUPS.map((id) => wireGroup(id)) },
    });
    const workspace = new Workspace();
    const config = configFor(emulator.url, `${sections}${isNotifying ? NOTIFY : ''}`)
      .replace('brake: off', reconcile)
      .replace('listen: "off"', `listen: "127.0.0.1:0", hooks: ${hooks}`);
    workspace.write('config.yaml', config);
    const world = new World({ workspace, emulator, receiver }, env);
    world.ask([]);
    await world.ready();
    return world;
  }

  /** Brings these rules into the policy of each group, beside the one that is always there. */
  ask(rules: readonly string[]): void {
    for (const id of GROUPS) this.workspace.write(`policies/${id}.yaml`, policyFor(id, [HTTPS, ...rules]));
  }

  restart(): Promise<void> {
    this.daemon = this.workspace.start(['run'], this.#env);
    return this.ready();
  }

  async ready(): Promise<void> {
    const { httpUrl, hooksUrl } = await this.daemon.event('daemon.started');
    this.httpUrl = String(httpUrl);
    this.hooksUrl = String(hooksUrl);
    await this.daemon.event('daemon.ready');
    await this.until(/^rampart_groups\{outcome="converged"\} 2$/m);
  }

  /** The first scrape in which this line stands; the daemon says something at least once a second. */
  async until(line: RegExp): Promise<Samples> {
    for (;;) {
      const seen = this.daemon.lines.length;
      const text = await (await fetch(`${this.httpUrl}/metrics`)).text();
      if (line.test(text)) return readSamples(text);
      await this.daemon.line(() => true, seen);
    }
  }

  /** Runs a command of the runbook; throws if it fails. */
  async run(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.workspace.run(args);
    if (code !== 0) throw new Error(`rampart ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
  }

  async close(): Promise<void> {
    await this.workspace.dispose();
    await Promise.all([this.emulator.close(), this.receiver.close()]);
  }
}
