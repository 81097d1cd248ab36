// A daemon of a git source in small: an emulator, a repository that people commit to, and the remote that they push to.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startTestEmulator, type TestEmulator } from './emulator.ts';
import { configFor, policyFor, wireGroup } from './estate.ts';
import { GitRepository } from './git-repository.ts';
import { Workspace, type RampartProcess } from './rampart.ts';

export const GROUP = 'sg-bp1web';

export class GitEstate {
  readonly workspace = new Workspace();
  readonly emulator: TestEmulator;
  /** Where people commit; its remote is `remote`. */
  readonly clone: GitRepository;
  /** Bare. */
  readonly remote: string;

  private constructor(emulator: TestEmulator) {
    this.emulator = emulator;
    this.remote = path.join(this.workspace.folder, 'remote.git');
    const clone = path.join(this.workspace.folder, 'clone');
    mkdirSync(clone);
    this.clone = new GitRepository(clone);
    this.clone.run('init', '--quiet', '--bare', '--initial-branch=main', this.remote);
    this.clone.run('remote', 'add', 'origin', this.remote);
  }

  static async open(): Promise<GitEstate> {
    return new GitEstate(await startTestEmulator({ state: { securityGroups: [wireGroup(GROUP)] } }));
  }

  async close(): Promise<void> {
    await this.workspace.dispose();
    await this.emulator.close();
  }

  /**
   * The config of a daemon that follows `main` of the remote; `git` and `policies`: further keys of
   * these, in flow style.
   */
  configure({ url = this.remote, git = '', policies = '', extra = '', listen = 'off' } = {}): void {
    const text = configFor(this.emulator.url, extra).replace('listen: "off"', `listen: "${listen}"`);
    const more = (keys: string): string => (keys === '' ? '' : `, ${keys}`);
    const source = `policies: {source: git, git: {url: "${url}", pollSeconds: 1${more(git)}}${more(policies)}}`;
    this.workspace.write('config.yaml', text.replace(/^policies: .*$/m, source));
  }

  /** Writes files of the clone, commits and pushes; answers the commit. */
  push(files: Readonly<Record<string, string>>): string {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.clone.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const commit = this.clone.commit();
    this.clone.run('push', '--quiet', '--force', 'origin', 'HEAD:main');
    return commit;
  }

  /** A commit whose policy lets in these ports. */
  pushPorts(...ports: readonly number[]): string {
    return this.push({ 'policies/web.yaml': policyOf(ports) });
  }

  start(): RampartProcess {
    return this.workspace.start(['run']);
  }

  /** A daemon whose groups were all reconciled once. */
  async ready(): Promise<RampartProcess> {
    const daemon = this.start();
    await daemon.event('daemon.ready');
    return daemon;
  }

  /** Ports that the group lets in, in order. */
  async ports(): Promise<number[]> {
    const { securityGroups } = await this.emulator.state();
    const rules = securityGroups.flatMap(({ Permissions }) => Permissions);
    return rules.map(({ PortRange }) => Number(String(PortRange).split('/')[0])).sort((a, b) => a - b);
  }
}

/** Waits until the commit is in force and its group has converged. */
export async function enforced(daemon: RampartProcess, commit: string, from = 0): Promise<void> {
  await daemon.event('policies.loaded', { revision: commit }, from);
  await daemon.event('group.converged', { revision: commit }, from);
}

export const policyOf = (ports: readonly number[]): string =>
  policyFor(
    GROUP,
    ports.map((port) => `protocol: tcp, ports: ${port}, from: 10.0.0.0/8`),
  );
